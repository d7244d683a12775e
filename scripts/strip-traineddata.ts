/**
 * `node dist/scripts/strip-traineddata.js IN.traineddata OUT.traineddata.gz`: language data of Tesseract without the word
 * lists of the LSTM engine, which are 99 of 100 parts of the data of a whole script. What remains is not changed.
 * Layout: number of components (int32), their offsets (int64, -1 for none), the components.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

/** LSTM punctuation, word and number lists (`TESSDATA_LSTM_*_DAWG` in Tesseract's tessdatamanager.h). */
const WORD_LISTS: ReadonlySet<number> = new Set([18, 19, 20]);
const MOST_COMPONENTS = 64;

function strip(bytes: Buffer): Buffer {
  const count = bytes.readInt32LE(0);
  if (count < 1 || count > MOST_COMPONENTS) throw new Error('Not language data of Tesseract');
  const starts = Array.from({ length: count }, (_, i) => Number(bytes.readBigInt64LE(4 + 8 * i)));
  const parts = starts.map((start, i) => {
    if (start < 0 || WORD_LISTS.has(i)) return null;
    return bytes.subarray(start, starts.slice(i + 1).find((next) => next >= 0) ?? bytes.length);
  });
  const head = Buffer.alloc(4 + 8 * count);
  head.writeInt32LE(count, 0);
  let at = head.length;
  for (const [i, part] of parts.entries()) {
    head.writeBigInt64LE(BigInt(part === null ? -1 : at), 4 + 8 * i);
    at += part?.length ?? 0;
  }
  return Buffer.concat([head, ...parts.flatMap((part) => part ?? [])]);
}

const [input, output] = process.argv.slice(2);
if (input === undefined || output === undefined) {
  console.error('usage: strip-traineddata IN.traineddata OUT.traineddata.gz');
  process.exit(2);
}
await writeFile(output, gzipSync(strip(await readFile(input)), { level: 9 }));
