import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../../src/adapters/make-folder.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'polywarden-folder-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('makes a folder and those above it, by several at once, and leaves one that is there', async () => {
  const deep = path.join(dir, 'a/b/c');
  await Promise.all([makeFolder(deep, 0o700), makeFolder(deep, 0o700), makeFolder(path.dirname(deep), 0o700)]);
  await makeFolder(deep);
  expect((await stat(deep)).mode & 0o777).toBe(0o700);
});

it('ends where none can be made', { timeout: 5_000 }, async () => {
  await writeFile(path.join(dir, 'file'), '');
  await expect(makeFolder(path.join(dir, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolder('/proc/polywarden/below')).rejects.toMatchObject({ code: 'ENOENT' });
});
