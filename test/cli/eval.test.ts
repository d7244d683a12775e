import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Opinions, TextOpinion } from '../../src/cli/eval/opinions.js';
import { cascadeOf } from '../../src/cli/eval/side-by-side.js';
import { evalCommand, type Scorer } from '../../src/cli/eval.js';
import type { Io } from '../../src/cli/io.js';
import { SCORE_KEYS, type Score, type ScoreKey } from '../../src/domain.js';
import { UnavailableError } from '../../src/errors.js';

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

let root = '';
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'pw-eval-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(await mkdtemp(path.join(root, 'case-')), name);
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

test('every figure of the table has its interval, and none where nothing was drawn', async () => {
  const file = await fileOf('rows.jsonl', jsonl);
  const line = async (rounds: string): Promise<string> =>
    (await run(['--input', file, '--by', 'language', '--rounds', rounds])).out
      .split('\n')
      .find((l) => /^en\s+toxic/.test(l)) ?? '';
  expect((await line('50')).match(/\[/g)).toHaveLength(6);
  expect(await line('0')).not.toMatch(/NaN|\[/);
});

test('tags are read as the model knows them', async () => {
  const tagged = ['EN', 'en', 'eng', 'ZH-hant', 'zh-Hant', 'tl', 'fil', 'X-Slang', 'und']
    .map((lang) => JSON.stringify({ ...rows[0], lang }))
    .join('\n');
  const { out } = await run(['--input', await fileOf('rows.jsonl', tagged), '--json', '--rounds', '0']);
  const found = JSON.parse(out) as { groups: { names: string[]; figures: { harmful: number } }[] };
  expect(found.groups.map(({ names, figures }) => [names[0], figures.harmful])).toEqual([
    ['en', 3],
    ['tl', 2],
    ['und', 1],
    ['x-slang', 1],
    ['zh-Hant', 2],
  ]);
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
  await expect(run(['--input', file, '--rounds='])).rejects.toMatchObject({ code: 'usage' });
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
  expect(html).toMatch(/href="#g1"[\s\S]*id="g1"><h2>toxic<\/h2><p>2 harmful, 3 harmless/u);
  expect(html).toContain('One class alone');
  expect(html).toContain('class="line s2"');
  expect(html).toMatch(/harmful, missed/u);
  expect(html).toContain('prefers-color-scheme: dark');
  expect(html).not.toMatch(/src=|href="[^#]|https?:|<script|@import|NaN|<b>/u);
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

test('odd files: a mark of order, line ends of other systems, empty lines, rows without a language', async () => {
  const row = '{"text":"0.9","labels":{"toxic":1}}';
  const file = await fileOf('rows.jsonl', `\ufeff${row}\r\n\r\n${row.replace('"0.9"', '"0.1","lang":""')}\r\n`);
  const { out } = await run(['--input', file, '--json', '--rounds', '5']);
  expect(JSON.parse(out)).toMatchObject({ texts: 2, groups: [{ names: ['und', 'toxic'], figures: { harmful: 2 } }] });
});

test.each([
  ['nothing', '', 'holds no labelled row'],
  ['no label', '{"text":"0.9","lang":"en","labels":{}}', 'holds no labelled row'],
  ['an unknown label', '{"text":"0.9","lang":"en","labels":{"rude":1}}', 'no label rude; there are toxic'],
  [
    'a label that is neither 0 nor 1',
    '{"text":"0.9","lang":"en","labels":{"toxic":2}}',
    'labels.toxic: a label is 0 or 1',
  ],
  [
    'a language by its name',
    '{"text":"0.9","lang":"english","labels":{"toxic":1}}',
    'Row 1: lang: no language tag; did you mean "en" (English)?',
  ],
  ['a language that is none', '{"text":"0.9","lang":"\\u001b[31m","labels":{"toxic":1}}', 'lang: no language tag'],
  ['no JSON', '{broken', 'Row 1: no JSON'],
  ['a list', '[]', 'Row 1: the row'],
])('a file with %s is refused with what is wrong', async (_name, content, words) => {
  const file = await fileOf('rows.jsonl', content);
  await expect(run(['--input', file])).rejects.toMatchObject({
    code: 'input_row_invalid',
    message: expect.stringContaining(words) as string,
  });
});

test('bytes that are no text are refused, not scored as something else', async () => {
  const bytes = Buffer.concat([
    Buffer.from('{"text":"0.9'),
    Buffer.from([0xff]),
    Buffer.from('","labels":{"toxic":1}}'),
  ]);
  await expect(run(['--input', await fileOf('rows.jsonl', bytes)])).rejects.toMatchObject({
    message: 'Row 1: no valid UTF-8',
  });
});

test('a group that is too small is said to be, and odd orders are refused', async () => {
  const file = await fileOf('rows.jsonl', jsonl);
  expect((await run(['--input', file, '--least', '50'])).out).toContain('no group has 50 rows');
  const usage = { code: 'usage' };
  await expect(run(['more', '--input', file])).rejects.toMatchObject(usage);
  await expect(run(['--input', file, '--rounds', '100000000'])).rejects.toMatchObject(usage);
  await expect(run(['--input', file, ...withLlm, '--at-once', '1000'])).rejects.toMatchObject(usage);
});

test('what cannot be written is said before anything is asked or paid for', async () => {
  const file = await fileOf('rows.jsonl', jsonl);
  const io: Io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const never = async (): Promise<never> => {
    throw new Error('too early');
  };
  for (const option of ['--report', '--record']) {
    const args = ['--input', file, ...withLlm, option, '/nowhere/x'];
    const command = evalCommand(args, io, { scorer: never, opinions: never });
    await expect(command, option).rejects.toMatchObject({ code: 'file_unreadable' });
  }
});

test('the language model is asked so many texts at a time, and the figures are those of one at a time', async () => {
  const file = await fileOf('rows.jsonl', [jsonl, jsonl, jsonl, jsonl].join('\n'));
  const figures: unknown[] = [];
  for (const atOnce of [1, 3]) {
    let [going, most] = [0, 0];
    const slow: Opinions = {
      name: 'slow',
      ask: async (row) => {
        going += 1;
        most = Math.max(most, going);
        // Later texts answer sooner.
        await pause(Number(row.text) * 10);
        going -= 1;
        return opinions().ask(row);
      },
    };
    const stdout = new PassThrough();
    const io: Io = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
    const args = ['--input', file, ...withLlm, '--json', '--at-once', String(atOnce)];
    await evalCommand(args, io, { scorer: async () => scorer(), opinions: async () => slow });
    expect(most).toBe(atOnce);
    figures.push((JSON.parse(String(stdout.read())) as Answer).comparison);
  }
  expect(figures[0]).toEqual(figures[1]);
});

test('a fault of the endpoint ends the run, with no more questions than were under way', async () => {
  const file = await fileOf('rows.jsonl', Array.from({ length: 10 }, () => jsonl).join('\n'));
  let asked = 0;
  const away: Opinions = {
    name: 'away',
    ask: async () => {
      asked += 1;
      throw new UnavailableError('llm_unavailable', 'away');
    },
  };
  const io: Io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const args = ['--input', file, ...withLlm, '--at-once', '2'];
  const command = evalCommand(args, io, { scorer: async () => scorer(), opinions: async () => away });
  await expect(command).rejects.toMatchObject({ code: 'llm_unavailable' });
  expect(asked).toBeLessThanOrEqual(3);
});

test('an answer that is of no use costs what it costs; the cascade asks about a text, not about a label', async () => {
  const file = await fileOf('rows.jsonl', jsonl);
  const useless: Opinions = {
    name: 'useless',
    ask: async () => ({
      p: null,
      model: 'm',
      promptTokens: 10,
      completionTokens: 1,
      costMicros: 5,
      ms: 1,
      synthetic: false,
    }),
  };
  const stdout = new PassThrough();
  const io: Io = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
  const args = ['--input', file, ...withLlm, '--json'];
  await evalCommand(args, io, { scorer: async () => scorer(), opinions: async () => useless });
  const { comparison } = JSON.parse(String(stdout.read())) as Answer;
  expect(comparison.costs.llm).toMatchObject({ asked: 5, failed: 5, promptTokens: 50, costMicros: 25 });
  const of = (label: ScoreKey) => ({
    harmful: true,
    local: { p: 0.01, calibrated: 0.01 },
    llm: label === 'hate.attack' ? 0.9 : 0,
  });
  expect(cascadeOf({ ...of('hate.attack'), inBand: true })).toMatchObject({ p: 0.9 });
  expect(cascadeOf({ ...of('hate.attack'), inBand: false })).toMatchObject({ p: 0.01 });
});
