/** A progress bar on a terminal; elsewhere one line a quarter. */
export interface Progress {
  step(): void;
  done(): void;
}

export interface ErrorStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const BAR_COLUMNS = 40;

function barText(label: string, count: number, total: number): string {
  const filled = total === 0 ? BAR_COLUMNS : Math.round((count / total) * BAR_COLUMNS);
  return `${label} [${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)}] ${count}/${total}`;
}

export function startProgress(stream: ErrorStream, label: string, total: number): Progress {
  let count = 0;
  const live = stream.isTTY === true;
  const quarter = Math.max(1, Math.ceil(total / 4));
  const draw = () => {
    if (live) stream.write(`\r${barText(label, count, total)}`);
    else if (count % quarter === 0 || count === total) stream.write(`${barText(label, count, total)}\n`);
  };
  return {
    step() {
      count += 1;
      draw();
    },
    done() {
      if (live) stream.write('\n');
    },
  };
}
