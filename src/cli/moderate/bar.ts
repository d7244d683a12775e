/** Progress of a run over a file: by bytes where the size is known, else by rows. Only on a terminal. */
import type { Io } from '../io.js';

export interface Bar {
  step(bytes: number): void;
  done(errors: number): void;
}

const COLUMNS = 40;
const REDRAW_MS = 100;

export function rowBar(stream: Io['stderr'], totalBytes: number | null): Bar {
  const live = stream.isTTY === true;
  const started = performance.now();
  let rows = 0;
  let seen = 0;
  let drawnAt = 0;
  const rate = (): string => `${Math.round((rows / Math.max(performance.now() - started, 1)) * 1_000)} rows/s`;
  const draw = (): void => {
    const share = totalBytes === null || totalBytes === 0 ? null : Math.min(1, seen / totalBytes);
    const filled = Math.round((share ?? 0) * COLUMNS);
    const bar =
      share === null ? '' : `[${'█'.repeat(filled)}${'░'.repeat(COLUMNS - filled)}] ${Math.floor(share * 100)} % `;
    stream.write(`\r${bar}${rows} rows, ${rate()} `);
  };
  return {
    step(bytes) {
      rows += 1;
      seen += bytes;
      if (!live || performance.now() - drawnAt < REDRAW_MS) return;
      drawnAt = performance.now();
      draw();
    },
    done(errors) {
      if (live) {
        draw();
        stream.write('\n');
      }
      if (errors > 0) stream.write(`${errors} of ${rows} rows have an error in place of an answer\n`);
    },
  };
}
