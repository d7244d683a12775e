/**
 * The engine of tesseract.js without its wrapper: one WebAssembly instance holds the data of every language that was
 * needed so far. The wrapper keeps one language at a time, and fetches data and addresses that it is given as text;
 * here there is no such path. Runs in the reading process alone.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { gunzipSync } from 'node:zlib';
import { UnavailableError } from '../../errors.js';
import { OCR_MODELS_DIR } from '../../paths.js';
import type { Grey } from '../../stages/images/ocr/grey.js';
import type { LineWord } from '../../stages/images/ocr/join.js';
import { RELAXED_PROBE } from './relaxed-simd.js';

interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}
interface Words {
  getBoundingBox(level: number): Box | null;
  GetUTF8Text(level: number): string | null;
  Confidence(level: number): number;
  Next(level: number): boolean;
  IsAtBeginningOf(level: number): boolean;
}
interface Api {
  Init(folder: null, names: string, engine: number, config: null): number;
  SetVariable(name: string, value: string): boolean;
  SetImageFile(orientation: number, angle: number): number;
  Recognize(monitor: null): number;
  GetIterator(): Words;
}
interface Core {
  readonly FS: { writeFile(name: string, bytes: Uint8Array): void };
  readonly TessBaseAPI: new () => Api;
  destroy?(value: unknown): void;
}
type Factory = (options: object) => Promise<Core>;
export interface Engine {
  /** Throws UnavailableError `model_missing`. */
  read(line: Grey, set: string): readonly LineWord[];
}

/** Not among the types of Node alone. */
declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

const quiet = (): void => undefined;
/** It would write to the terminal. */
const SILENT = { ['TesseractProgress']: quiet, print: quiet, printErr: quiet };
const LSTM_ONLY = 1;
/** One line as it is: lines were found before. */
const RAW_LINE = '13';
const WORD = 3;
const LETTER = 4;

const require = createRequire(import.meta.url);

export async function openEngine(): Promise<Engine> {
  // Node 20 has these instructions behind a flag, later ones without; they make reading a tenth faster.
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  const factory: Factory = WebAssembly.validate(RELAXED_PROBE)
    ? require('tesseract.js-core/tesseract-core-relaxedsimd-lstm')
    : require('tesseract.js-core/tesseract-core-simd-lstm');
  const core = await factory(SILENT);
  const apis = new Map<string, Api>();
  const apiOf = (set: string): Api => {
    const known = apis.get(set);
    if (known !== undefined) return known;
    const names = set.split('+');
    for (const name of names) core.FS.writeFile(`./${name}.traineddata`, trainedData(name));
    const api = new core.TessBaseAPI();
    if (api.Init(null, set, LSTM_ONLY, null) !== 0) {
      throw new UnavailableError('model_missing', `The language data ${set} cannot be used`);
    }
    api.SetVariable('tessedit_pageseg_mode', RAW_LINE);
    apis.set(set, api);
    return api;
  };
  return {
    read: (line, set) => {
      const api = apiOf(set);
      core.FS.writeFile('/input', pgmOf(line));
      if (api.SetImageFile(1, 0) === 1) throw new Error('The engine takes no line');
      api.Recognize(null);
      return wordsOf(api.GetIterator(), (value) => core.destroy?.(value));
    },
  };
}

function trainedData(name: string): Uint8Array {
  const own = path.join(OCR_MODELS_DIR, `${name}.traineddata.gz`);
  try {
    return gunzipSync(readFileSync(existsSync(own) ? own : packaged(name)));
  } catch (cause) {
    throw new UnavailableError('model_missing', `The language data ${name} cannot be read`, { cause });
  }
}

const packaged = (name: string): string => {
  const manifest = require.resolve(`@tesseract.js-data/${name}/package.json`);
  return path.join(path.dirname(manifest), '4.0.0_best_int', `${name}.traineddata.gz`);
};

/** The plainest format that the engine takes: a header and the pixels. */
function pgmOf({ width, height, px }: Grey): Uint8Array {
  const head = Buffer.from(`P5\n${width} ${height}\n255\n`, 'latin1');
  return Buffer.concat([head, px]);
}

/** The engine's figure for a word is about that of its worst letter; the mean over the letters says more of long words. */
function wordsOf(at: Words, free: (value: unknown) => void): readonly LineWord[] {
  const words: { readonly word: LineWord; readonly letters: number[] }[] = [];
  let letters: number[] = [];
  do {
    if (at.IsAtBeginningOf(WORD)) {
      letters = [];
      const text = at.GetUTF8Text(WORD)?.trim() ?? '';
      const box = at.getBoundingBox(WORD);
      if (text !== '' && box !== null) {
        const word = { text, confidence: at.Confidence(WORD) / 100, x0: box.x0, x1: box.x1 };
        words.push({ word, letters });
      }
    }
    letters.push(at.Confidence(LETTER) / 100);
  } while (at.Next(LETTER));
  free(at);
  return words.map(({ word, letters }) => ({ ...word, letters: meanOf(letters) }));
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
