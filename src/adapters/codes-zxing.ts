/** QR codes by zxing-wasm, its only importer. The module comes from the package on disk, never from a network. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { prepareZXingModule, type ReadResult, readBarcodes } from 'zxing-wasm/reader';
import type { CodeReading } from '../domain.js';
import { openOnce } from '../open-once.js';
import type { CodeReader, Pixels } from '../ports.js';

/** Codes of one picture that are read, and how much of each: a code holds 4,296 letters at most. Controls come spelled out. */
const MOST_CODES = 16;
const MOST_LETTERS = 4_296;

const prepare = openOnce(async () => {
  const file = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const wasm = await readFile(file);
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength);
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
});

export function openCodeReader(): CodeReader {
  return {
    async read(frames, signal) {
      await prepare();
      const seen = new Map<string, CodeReading>();
      for (const frame of frames) {
        signal.throwIfAborted();
        for (const result of await codesOf(frame)) {
          const reading = readingOf(result, frame);
          if (!seen.has(reading.text)) seen.set(reading.text, reading);
        }
      }
      return [...seen.values()].slice(0, MOST_CODES);
    },
  };
}

function codesOf({ width, height, rgb }: Pixels): Promise<ReadResult[]> {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let from = 0, to = 0; to < data.length; from += 3, to += 4) {
    data[to] = rgb[from] ?? 0;
    data[to + 1] = rgb[from + 1] ?? 0;
    data[to + 2] = rgb[from + 2] ?? 0;
    data[to + 3] = 255;
  }
  const picture = { data, width, height, colorSpace: 'srgb' } as const;
  // Also turned, light on dark, and shrunk where the picture is large.
  return readBarcodes(picture, {
    formats: ['QRCode', 'MicroQRCode', 'rMQRCode'],
    tryHarder: true,
    tryRotate: true,
    tryInvert: true,
    tryDownscale: true,
    maxNumberOfSymbols: MOST_CODES,
  });
}

function readingOf({ text, position }: ReadResult, { frame, scale, at }: Pixels): CodeReading {
  const corners = [position.topLeft, position.topRight, position.bottomRight, position.bottomLeft];
  const [xs, ys] = [corners.map(({ x }) => x * scale), corners.map(({ y }) => y * scale)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const begins = at ?? { left: 0, top: 0 };
  const box = {
    left: Math.round(left + begins.left),
    top: Math.round(top + begins.top),
    width: Math.round(Math.max(...xs) - left),
    height: Math.round(Math.max(...ys) - top),
  };
  return { kind: 'qr', text: text.slice(0, MOST_LETTERS), box, frame };
}
