import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
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

async function run(args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const stdout = new PassThrough();
  const io: Io = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
  const code = await evalCommand(args, io, async () => scorer());
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
