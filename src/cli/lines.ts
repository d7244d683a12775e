/** Lines of a byte stream, so that broken UTF-8 is seen and not silently replaced. */
export interface Line {
  /** Null: not valid UTF-8, or longer than the limit. */
  readonly text: string | null;
  readonly bytes: number;
  readonly tooLong: boolean;
}

const NEWLINE = 0x0a;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

export async function* linesOf(stream: AsyncIterable<Uint8Array>, limitBytes: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (): Line => {
    const line = toLine(parts, length, limitBytes);
    parts = [];
    length = 0;
    return line;
  };
  const add = (bytes: Uint8Array): void => {
    length += bytes.length;
    // What is too long is counted and not kept.
    if (length <= limitBytes) parts.push(bytes);
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      from = at + 1;
      yield take();
    }
    add(chunk.subarray(from));
  }
  if (length > 0) yield take();
}

function toLine(parts: readonly Uint8Array[], length: number, limitBytes: number): Line {
  const bytes = length + 1;
  if (length > limitBytes) return { text: null, bytes, tooLong: true };
  try {
    return { text: strict.decode(Buffer.concat(parts)).replace(/\r$/u, ''), bytes, tooLong: false };
  } catch {
    return { text: null, bytes, tooLong: false };
  }
}
