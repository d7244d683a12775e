/** `npm run bench:language -- FILE [--json]`: accuracy and speed of the whole detection, every language enabled. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { loadLanguageModel } from '../src/adapters/language-ngrams.js';
import type { NormalisedText, TextView } from '../src/domain.js';
import { detectLanguage } from '../src/stages/language/index.js';

const Row = z.object({ text: z.string(), lang: z.string(), kind: z.string().optional() });
type Row = z.infer<typeof Row>;

interface Tally {
  right: number;
  und: number;
  total: number;
}

const MODEL = 'models/language/language.bin.gz';

const readRows = (file: string): readonly Row[] => {
  const bytes = readFileSync(file);
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  const lines = plain.toString('utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => Row.parse(JSON.parse(line)));
};

/** Detection reads the raw text only. */
const plainText = (raw: string): NormalisedText => {
  const view: TextView = { name: 'raw', text: raw, toRaw: (span) => span };
  return { raw, view: () => view };
};

const primary = (tag: string): string => (tag.split('-')[0] ?? '').toLowerCase();

const count = (tallies: Map<string, Tally>, key: string, tag: string, isRight: boolean): void => {
  const tally = tallies.get(key) ?? { right: 0, und: 0, total: 0 };
  tally.total += 1;
  if (tag === 'und') tally.und += 1;
  if (isRight) tally.right += 1;
  tallies.set(key, tally);
};

const add = (tallies: Map<string, Tally>, key: string, tag: string, gold: string): void =>
  count(tallies, key, tag, primary(tag) === primary(gold));

/** Tags with a script, counted a second time with it. */
const SCRIPTED = /^[a-z]{2,3}-[A-Z][a-z]{3}$/;
const addExact = (tallies: Map<string, Tally>, key: string, tag: string, gold: string): void =>
  count(tallies, key, tag, tag === gold);

const share = (part: number, whole: number): number => Math.round((1e4 * part) / Math.max(1, whole)) / 1e4;

const summary = (tally: Tally) => ({
  accuracy: share(tally.right, tally.total),
  und: share(tally.und, tally.total),
  rows: tally.total,
});

const table = (tallies: ReadonlyMap<string, Tally>) =>
  Object.fromEntries([...tallies].sort(([a], [b]) => a.localeCompare(b)).map(([key, tally]) => [key, summary(tally)]));

const measure = (rows: readonly Row[]) => {
  const model = loadLanguageModel(fileURLToPath(new URL(`../../${MODEL}`, import.meta.url)));
  const texts = rows.map((row) => plainText(row.text));
  for (const text of texts.slice(0, 2_000)) detectLanguage(text, undefined, model);
  const all = new Map<string, Tally>();
  const languages = new Map<string, Tally>();
  const kinds = new Map<string, Tally>();
  const scripts = new Map<string, Tally>();
  const began = process.hrtime.bigint();
  const tags = texts.map((text) => detectLanguage(text, undefined, model)[0]?.tag ?? 'und');
  const micros = Number(process.hrtime.bigint() - began) / 1e3;
  rows.forEach((row, index) => {
    const tag = tags[index] ?? 'und';
    add(all, 'all', tag, row.lang);
    add(languages, primary(row.lang), tag, row.lang);
    if (row.kind !== undefined) add(kinds, row.kind, tag, row.lang);
    if (SCRIPTED.test(row.lang)) addExact(scripts, `${row.lang} ${row.kind ?? ''}`.trim(), tag, row.lang);
  });
  const units = rows.reduce((sum, row) => sum + row.text.length, 0);
  return {
    ...summary(all.get('all') ?? { right: 0, und: 0, total: 0 }),
    macro: share(
      [...languages.values()].reduce((sum, tally) => sum + tally.right / tally.total, 0),
      languages.size,
    ),
    microsPerText: Math.round((10 * micros) / Math.max(1, rows.length)) / 10,
    meanLength: Math.round(units / Math.max(1, rows.length)),
    kinds: table(kinds),
    scripts: table(scripts),
    languages: table(languages),
  };
};

const main = (): void => {
  const args = process.argv.slice(2);
  const file = args.find((argument) => !argument.startsWith('--'));
  if (file === undefined) {
    console.error('usage: npm run bench:language -- FILE [--json]   (rows {text, lang}, plain or gzip)');
    process.exitCode = 2;
    return;
  }
  const result = measure(readRows(file));
  if (args.includes('--json')) {
    console.log(JSON.stringify(result));
    return;
  }
  const { kinds, scripts, languages, ...overall } = result;
  console.log(overall);
  console.table(kinds);
  if (Object.keys(scripts).length > 0) console.table(scripts);
  console.table(languages);
};

main();
