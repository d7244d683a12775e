import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openInput } from '../../src/cli/moderate/files.js';
import { readBytes, unpack } from '../../src/cli/read-bytes.js';

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
  ['packed.jsonl', gzipSync(ROWS)],
  ['plain.jsonl.gz', Buffer.from(ROWS)],
  ['short.jsonl', Buffer.from([0x1f])],
  ['empty.jsonl.gz', Buffer.alloc(0)],
  ['two.jsonl.gz', Buffer.concat([gzipSync(ROWS.slice(0, 9)), gzipSync(ROWS.slice(9))])],
])('%s is read', async (name, bytes) => {
  expect(await textOf(readBytes(await written(name, bytes)))).toBe(bytes.length > 1 ? ROWS : bytes.toString());
});

test('a packed file that is cut off ends with an error that names it', async () => {
  const file = await written('cut.jsonl', gzipSync(ROWS).subarray(0, 20));
  await expect(textOf(readBytes(file))).rejects.toMatchObject({
    code: 'file_unreadable',
    message: `${file} cannot be read`,
  });
});

test('a file that is not there is no wait without an end', async () => {
  await expect(textOf(readBytes(path.join(dir, 'none.gz')))).rejects.toMatchObject({ code: 'file_unreadable' });
});

test('whoever has read enough leaves no file open', async () => {
  const bytes = createReadStream(await written('long.jsonl', gzipSync('x'.repeat(1_000_000))));
  for await (const part of unpack(bytes, 'long.jsonl')) {
    expect(part.length).toBeGreaterThan(0);
    break;
  }
  expect(bytes.destroyed).toBe(true);
});

describe('moderate', () => {
  const io = (stdin: Uint8Array) => ({
    // Byte by byte, as a slow pipe may give them.
    stdin: Readable.from([...stdin].map((byte) => Buffer.from([byte]))),
    stdout: process.stdout,
    stderr: process.stderr,
  });
  test.each([
    ['packed notes, of which the share cannot be known', gzipSync(ROWS), null],
    ['plain ones', Buffer.from(ROWS), Buffer.byteLength(ROWS)],
  ])('reads %s', async (_name, content, size) => {
    const { stream, bytes } = await openInput(await written('notes.jsonl', content), io(content));
    expect([await textOf(stream), bytes]).toEqual([ROWS, size]);
    const standard = await openInput('-', io(content));
    expect([await textOf(standard.stream), standard.bytes]).toEqual([ROWS, null]);
  });
  test('names the standard input where it is cut off', async () => {
    const { stream } = await openInput('-', io(gzipSync(ROWS).subarray(0, 20)));
    await expect(textOf(stream)).rejects.toMatchObject({ message: 'The standard input cannot be read' });
  });
});
