import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Opinions, TextOpinion } from '../../src/cli/eval/opinions.js';
import { evalCommand, type Scorer } from '../../src/cli/eval.js';
import type { Io } from '../../src/cli/io.js';
import { SCORE_KEYS, type Score, type ScoreKey } from '../../src/domain.js';

function scorer(): Scorer {
  return {
    model: 'fake@1',
    score: async ({ text }) => {
      const p = Number(text);
      const score: Score = { score: p, p, calibrated: p };
      return Object.fromEntries(SCORE_KEYS.map((key) => [key, score])) as Record<ScoreKey, Score>;
    },
    close: async () => {},
  };
}

let model = 'fake-llm';
/** Says the opposite of what the local model says of texts in the middle; gives no answer to `0.2`. */
const opinions = (): Opinions => ({
  name: model,
  ask: async ({ text }): Promise<TextOpinion | null> => {
    if (text === '0.2') return null;
    const cost = { promptTokens: 100, completionTokens: 20, costMicros: 300, ms: 40 };
    return { p: { toxicity: text === '0.7' ? 0.1 : Number(text) }, model, ...cost, synthetic: false };
  },
});

async function run(args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const stdout = new PassThrough();
  const io: Io = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
  const code = await evalCommand(args, io, { scorer: async () => scorer(), opinions: async () => opinions() });
  return { code, out: String(stdout.read() ?? '') };
}

const rows = [
  { text: '0.9', lang: 'en', labels: { toxic: 1 }, source: 'a' },
  { text: '0.8', lang: 'en', labels: { toxic: 1, spam: 0 }, source: 'a' },
  { text: '0.7', lang: 'en', labels: { toxic: 0 }, source: 'b' },
  { text: '0.1', lang: 'en', labels: { toxic: 0 }, source: 'b' },
  { text: '0.2', lang: 'hi', labels: { toxic: 0 }, source: 'b', script: 'Latn' },
];

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'pw-eval-')), name);
  await writeFile(file, content);
  return file;
}
const jsonl = rows.map((row) => JSON.stringify(row)).join('\n');

test('figures by language and label from a packed file; an absent label is unknown', async () => {
  const file = await fileOf('rows.jsonl.gz', gzipSync(jsonl));
  const { code, out } = await run(['--input', file, '--json', '--rounds', '50']);
  const found = JSON.parse(out) as { groups: { names: string[]; figures: Record<string, unknown> }[] };
  expect(code).toBe(0);
  expect(found.groups.map(({ names }) => names)).toEqual([
    ['en', 'spam'],
    ['en', 'toxic'],
    ['hi-Latn', 'toxic'],
  ]);
  expect(found.groups[1]?.figures).toMatchObject({ harmful: 2, harmless: 2, harmfulRight: 1, harmlessRight: 0.5 });
  expect(found.groups[1]?.figures['auroc']).toMatchObject({ value: 1 });
  expect(found.groups[2]?.figures).toMatchObject({ auroc: null, harmfulRight: null, harmlessRight: 1 });
});

test('a table for people, grouped by source', async () => {
  const { out } = await run(['--input', await fileOf('rows.jsonl', jsonl), '--by', 'source,label']);
  expect(out).toContain('fake@1: 5 texts');
  expect(out).toMatch(/toxic\s+b\s+0\s+3/u);
});

test('faults of the caller are named', async () => {
  const file = await fileOf('bad.jsonl', '{"text":1}\n');
  await expect(run(['--input', file])).rejects.toMatchObject({ code: 'input_row_invalid' });
  await expect(run(['--input', '/nowhere/rows.jsonl'])).rejects.toMatchObject({ code: 'file_unreadable' });
  await expect(run(['--input', '/nowhere/rows.jsonl.gz'])).rejects.toMatchObject({ code: 'file_unreadable' });
  await expect(run([])).rejects.toMatchObject({ code: 'usage' });
  await expect(run(['--input', file, '--by', 'colour'])).rejects.toMatchObject({ code: 'usage' });
  await expect(run(['--input', file, '--language', 'guess'])).rejects.toMatchObject({ code: 'usage' });
  await expect(run(['--input', file, '--rounds', 'x'])).rejects.toMatchObject({ code: 'usage' });
  expect((await run(['--help'])).out).toContain('polywarden eval');
});

interface Answer {
  readonly comparison: {
    readonly synthetic: boolean;
    readonly costs: Readonly<Record<'llm' | 'cascade', Readonly<Record<string, number>>>>;
    readonly groups: readonly { readonly names: readonly string[]; readonly figures: Record<string, object> }[] | null;
  };
}
const withLlm = ['--with', 'llm', '--rounds', '20'] as const;

test('local model, language model and cascade side by side, with what they cost', async () => {
  const file = await fileOf('rows.jsonl', jsonl);
  const { comparison } = JSON.parse((await run(['--input', file, ...withLlm, '--json'])).out) as Answer;
  expect(comparison.costs.llm).toMatchObject({ texts: 5, asked: 5, failed: 1, promptTokens: 400, costMicros: 1_200 });
  expect(comparison.costs.cascade).toMatchObject({ texts: 5, asked: 1, failed: 0, promptTokens: 100 });
  const toxic = comparison.groups?.find(({ names }) => names.join() === 'en,toxic');
  expect(toxic?.figures['local']).toMatchObject({ confusion: { falsePositive: 1, trueNegative: 1 } });
  expect(toxic?.figures['llm']).toMatchObject({ confusion: { falsePositive: 0, trueNegative: 2 } });
  // An answer may only raise.
  expect(toxic?.figures['cascade']).toMatchObject({ confusion: { falsePositive: 1, trueNegative: 1 } });
  const { out } = await run(['--input', file, ...withLlm, '--most', '2']);
  expect(out).toMatch(/llm: asked 2 of 2, failed 0, 240 tokens/u);
  expect(out).toMatch(/en\s+toxic\s+cascade/u);
});

test('replies are recorded without texts and can be used again', async () => {
  const file = await fileOf('rows.jsonl', jsonl);
  const replies = await fileOf('replies.jsonl', '');
  const first = await run(['--input', file, ...withLlm, '--json', '--record', replies]);
  const again = await run(['--input', file, ...withLlm, '--json', '--replies', replies]);
  const of = (out: string) => (JSON.parse(out) as Answer).comparison;
  expect(of(again.out).groups).toEqual(of(first.out).groups);
  expect(await readFile(replies, 'utf8')).not.toContain('"text":"0.9"');
});

test('from replies marked synthetic no figure of language model or cascade is given, nor from a stand-in', async () => {
  const file = await fileOf('rows.jsonl', jsonl);
  const replies = await fileOf('replies.jsonl', '');
  await run(['--input', file, ...withLlm, '--record', replies]);
  const marked = (await readFile(replies, 'utf8')).replace('"synthetic":false', '"synthetic":true');
  const named = (await readFile(replies, 'utf8')).replaceAll('"fake-llm"', '"synthetic-one"');
  for (const text of [marked, named]) {
    const given = ['--input', file, ...withLlm, '--replies', await fileOf('marked.jsonl', text)];
    const { comparison } = JSON.parse((await run([...given, '--json'])).out) as Answer;
    expect(comparison).toMatchObject({ synthetic: true, groups: null });
    const page = await fileOf('page.html', '');
    const { out } = await run([...given, '--report', page]);
    expect(out).toContain('synthetic');
    expect(out).not.toMatch(/toxic\s+(llm|cascade)/u);
    const html = await readFile(page, 'utf8');
    expect(html).toContain('(synthetic)');
    expect(html).not.toContain('<td>cascade</td><td>0.');
    expect(html).not.toContain('class="line s1"');
  }
});

test('the page stands alone: charts with their numbers, nothing from elsewhere', async () => {
  const file = await fileOf('rows.jsonl', jsonl);
  const page = await fileOf('page.html', '');
  model = '<b>odd & model</b>';
  await run(['--input', file, ...withLlm, '--report', page]);
  model = 'fake-llm';
  const html = await readFile(page, 'utf8');
  // Of spam there are harmless rows alone: a point of reliability and no curve.
  expect(html.match(/<svg /gu)?.length).toBe(4);
  expect(html).toContain('One class alone');
  expect(html).toContain('class="line s2"');
  expect(html).toMatch(/harmful, missed/u);
  expect(html).toContain('prefers-color-scheme: dark');
  expect(html).not.toMatch(/(?:src|href)=|https?:|<script|@import|NaN|<b>/u);
});

test('faults of --with llm are named', async () => {
  const file = await fileOf('rows.jsonl', jsonl);
  const usage = { code: 'usage' };
  await expect(run(['--input', file, '--with', 'oracle'])).rejects.toMatchObject(usage);
  await expect(run(['--input', file, '--replies', file])).rejects.toMatchObject(usage);
  await expect(run(['--input', file, ...withLlm, '--band', '.8,.2'])).rejects.toMatchObject(usage);
  await expect(run(['--input', file, ...withLlm, '--band', 'wide'])).rejects.toMatchObject(usage);
  const bad = { code: 'input_row_invalid' };
  await expect(run(['--input', file, ...withLlm, '--replies', file])).rejects.toMatchObject(bad);
  const gone = { code: 'file_unreadable' };
  await expect(run(['--input', file, ...withLlm, '--replies', '/nowhere/x'])).rejects.toMatchObject(gone);
  await expect(run(['--input', file, '--report', '/nowhere/x.html'])).rejects.toMatchObject(gone);
});
