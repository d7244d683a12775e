import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openInput } from '../../src/cli/moderate/files.js';
import { readBytes } from '../../src/cli/read-bytes.js';

const ROWS = '{"id":"a","text":"Grüße"}\n';
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'read-bytes-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function written(name: string, bytes: Uint8Array | string): Promise<string> {
  const file = path.join(dir, name);
  await writeFile(file, bytes);
  return file;
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

test.each([
  ['rows.jsonl', Buffer.from(ROWS)],
  ['rows.jsonl.gz', gzipSync(ROWS)],
  ['ROWS.JSONL.GZ', gzipSync(ROWS)],
  ['two.jsonl.gz', Buffer.concat([gzipSync(ROWS.slice(0, 9)), gzipSync(ROWS.slice(9))])],
])('%s is read', async (name, bytes) => {
  expect(await textOf(readBytes(await written(name, bytes)))).toBe(ROWS);
});

test.each([
  ['cut.jsonl.gz', gzipSync(ROWS).subarray(0, 20)],
  ['plain.jsonl.gz', Buffer.from(ROWS)],
])('%s ends with an error that names the file', async (name, bytes) => {
  const file = await written(name, bytes);
  await expect(textOf(readBytes(file))).rejects.toMatchObject({
    code: 'file_unreadable',
    message: `${file} cannot be read`,
  });
});

test('a file that is not there is no wait without an end', async () => {
  await expect(textOf(readBytes(path.join(dir, 'none.gz')))).rejects.toMatchObject({ code: 'file_unreadable' });
});

test('moderate reads packed notes, and counts rows where it cannot know the share', async () => {
  const io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
  const { stream, bytes } = await openInput(await written('notes.jsonl.gz', gzipSync(ROWS)), io);
  expect([await textOf(stream), bytes]).toEqual([ROWS, null]);
});
