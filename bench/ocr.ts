/**
 * `npm run bench:ocr -- DIR [MOST]`: reads the pictures of DIR/truth.jsonl (rows `{file, lang, text}`) as the pipeline does,
 * language unknown, and with raw tesseract.js told the language, in the same run. Prints the character error by language
 * (letters and digits only, after NFKC) and pictures per second of both. `scripts/draw-ocr-bench.ts` draws such a folder.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createWorker, OEM, type Worker } from 'tesseract.js';
import { z } from 'zod';
import { DECODE_LIMITS } from '../src/adapters/images/decode-image-limits.js';
import { openDecoder } from '../src/adapters/images-sharp.js';
import { openTextReader } from '../src/adapters/ocr-tesseract.js';
import { sayError } from '../src/errors.js';
import { DECODE_SCRIPT, OCR_MODELS_DIR, OCR_SCRIPT } from '../src/paths.js';

const ROW = z.object({ file: z.string().min(1), lang: z.string().min(2), text: z.string() });
type Row = z.infer<typeof ROW>;
interface Result {
  readonly lang: string;
  readonly error: number;
  readonly ms: number;
}
type Read = (row: Row, bytes: Buffer) => Promise<string>;

const DATA: Readonly<Record<string, string>> = {
  en: 'eng',
  es: 'spa',
  de: 'deu',
  fr: 'fra',
  pt: 'por',
  it: 'ita',
  nl: 'nld',
  pl: 'pol',
  vi: 'vie',
  tr: 'tur',
  id: 'ind',
  uk: 'ukr',
  ru: 'rus',
  zh: 'chi_sim',
  'zh-Hans': 'chi_sim',
  'zh-CN': 'chi_sim',
  'zh-Hant': 'chi_tra',
  'zh-TW': 'chi_tra',
  ja: 'jpn',
  ko: 'kor',
  ar: 'ara',
  hi: 'hin',
  th: 'tha',
};
/** `lang` is a tag or the name of the data. */
const dataOf = (lang: string): string => DATA[lang] ?? DATA[lang.split('-')[0] ?? ''] ?? lang;

const kept = (text: string): readonly string[] => [...text.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '')];

/** Levenshtein distance per character of the truth, at most 1. */
function characterError(read: string, truth: string): number {
  const [a, b] = [kept(read), kept(truth)];
  if (b.length === 0) return a.length === 0 ? 0 : 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, one] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      const swap = (row[j] ?? 0) + (one === other ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return Math.min(1, (row[b.length] ?? 0) / b.length);
}

async function rowsOf(dir: string): Promise<readonly Row[]> {
  const lines = (await readFile(path.join(dir, 'truth.jsonl'), 'utf8')).split('\n');
  return lines.flatMap((line, i): readonly Row[] => {
    if (line.trim() === '') return [];
    const row = ROW.safeParse(JSON.parse(line));
    if (!row.success) throw new Error(`truth.jsonl line ${i + 1} is not {file, lang, text}`);
    return [row.data];
  });
}

function ours(): { readonly read: Read; close(): Promise<void> } {
  const decoder = openDecoder({
    script: DECODE_SCRIPT,
    limits: DECODE_LIMITS,
    timeoutMs: 20_000,
    maxRssBytes: 805_306_368,
    recycleAfter: 300,
  });
  const reader = openTextReader({
    script: OCR_SCRIPT,
    startMs: 20_000,
    timeoutMs: 60_000,
    maxRssBytes: 1_073_741_824,
    recycleAfter: 300,
  });
  const { signal } = new AbortController();
  return {
    read: async (_row, bytes) => (await reader.read((await decoder.decode(bytes, signal)).pieces, [], signal)).text,
    close: async () => {
      await reader.close();
      await decoder.close();
    },
  };
}

function raw(): { readonly read: Read; close(): Promise<void> } {
  const workers = new Map<string, Worker>();
  const workerOf = async (data: string): Promise<Worker> => {
    const known = workers.get(data);
    if (known !== undefined) return known;
    const packaged = path.resolve(OCR_MODELS_DIR, '../../node_modules/@tesseract.js-data', data, '4.0.0_best_int');
    const langPath = existsSync(packaged) ? packaged : OCR_MODELS_DIR;
    if (!existsSync(path.join(langPath, `${data}.traineddata.gz`))) throw new Error(`No language data ${data}`);
    const quiet = (): void => undefined;
    const worker = await createWorker(data, OEM.LSTM_ONLY, { langPath, cacheMethod: 'none', errorHandler: quiet });
    workers.set(data, worker);
    return worker;
  };
  return {
    read: async ({ lang }, bytes) => (await (await workerOf(dataOf(lang))).recognize(bytes)).data.text,
    close: async () => {
      for (const worker of workers.values()) await worker.terminate();
    },
  };
}

/** A picture that cannot be read has an error of 1. */
async function measured(row: Row, bytes: Buffer, read: Read): Promise<Result> {
  const started = performance.now();
  const text = await read(row, bytes).catch((error: unknown) => {
    console.error(`${row.file}: ${sayError(error)}`);
    return '';
  });
  return { lang: row.lang, error: characterError(text, row.text), ms: performance.now() - started };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const errorOf = (results: readonly Result[]): number => mean(results.map(({ error }) => error));
const perSecond = (results: readonly Result[]): number => 1_000 / mean(results.map(({ ms }) => ms));

function print(own: readonly Result[], told: readonly Result[]): void {
  const langs = [...new Set(own.map(({ lang }) => lang))];
  const of = (results: readonly Result[], lang: string) => results.filter((result) => result.lang === lang);
  console.log('language  pictures  error   raw, told the language');
  for (const lang of langs) {
    const [a, b] = [of(own, lang), of(told, lang)];
    const cells = [lang.padEnd(9), String(a.length).padStart(8), errorOf(a).toFixed(4), errorOf(b).toFixed(4)];
    console.log(cells.join('  '));
  }
  const over = (results: readonly Result[]): readonly number[] => langs.map((lang) => errorOf(of(results, lang)));
  const [a, b] = [over(own), over(told)];
  console.log(`mean over languages ${mean(a).toFixed(4)} (raw ${mean(b).toFixed(4)})`);
  console.log(`worst language ${Math.max(...a).toFixed(4)} (raw ${Math.max(...b).toFixed(4)})`);
  const [fast, plain] = [perSecond(own), perSecond(told)];
  console.log(`pictures per second ${fast.toFixed(2)}, raw ${plain.toFixed(2)}, ratio ${(fast / plain).toFixed(2)}`);
}

const [dir, most = '100000'] = process.argv.slice(2);
if (dir === undefined || !existsSync(path.join(dir, 'truth.jsonl'))) {
  console.error(
    'usage: npm run bench:ocr -- DIR [MOST_PER_LANGUAGE]\n' +
      'DIR holds pictures and truth.jsonl with rows {"file","lang","text"}; `node dist/scripts/draw-ocr-bench.js` draws some.',
  );
  process.exit(2);
}
const seen = new Map<string, number>();
const rows = (await rowsOf(dir)).filter(({ lang }) => {
  seen.set(lang, (seen.get(lang) ?? 0) + 1);
  return (seen.get(lang) ?? 0) <= Number(most);
});
const [own, told] = [ours(), raw()];
const results: { readonly own: Result[]; readonly told: Result[] } = { own: [], told: [] };
const warm = new Set<string>();
for (const row of rows) {
  const bytes = await readFile(path.join(dir, row.file));
  // Data are loaded once; neither side is charged for it.
  if (!warm.has(row.lang)) {
    await measured(row, bytes, own.read);
    await measured(row, bytes, told.read);
    warm.add(row.lang);
  }
  // In turns, so that what else the machine does weighs on both.
  results.own.push(await measured(row, bytes, own.read));
  results.told.push(await measured(row, bytes, told.read));
}
await own.close();
await told.close();
print(results.own, results.told);
