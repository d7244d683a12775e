import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBlobFolder } from '../../src/adapters/blobs-folder.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'polywarden-blobs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the folder of pictures', () => {
  it('gives back what was put, sealed, and forgets what was removed', async () => {
    const blobs = openBlobFolder(folder);
    await blobs.put('img_0000000001', Buffer.from('soup'));
    expect(Buffer.from((await blobs.get('img_0000000001')) ?? []).toString()).toBe('soup');
    const [file] = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    expect((await stat(path.join(file?.parentPath ?? '', file?.name ?? ''))).mode & 0o777).toBe(0o400);
    await blobs.remove('img_0000000001');
    await blobs.remove('img_0000000001');
    expect(await blobs.get('img_0000000001')).toBeNull();
  });
  it.each(['../../etc/passwd', 'a/b', '', 'img_0000000001/../x', 'img_00000000\0'])(
    'takes no key like %j',
    async (key) => {
      const blobs = openBlobFolder(folder);
      await expect(blobs.put(key, Buffer.from('x'))).rejects.toThrow('not a key');
      await expect(blobs.get(key)).rejects.toThrow('not a key');
    },
  );
  it('may be asked twice for the same bytes', async () => {
    const blobs = openBlobFolder(folder);
    await Promise.all([1, 2, 3].map(() => blobs.put('img_0000000002', Buffer.from('tea'))));
    expect((await readdir(folder, { recursive: true })).filter((name) => name.includes('.part'))).toEqual([]);
  });
  it('keeps what was written first', async () => {
    const blobs = openBlobFolder(folder);
    await blobs.put('img_0000000003', Buffer.from('tea'));
    await blobs.put('img_0000000003', Buffer.from('tea'));
    await expect(blobs.put('img_0000000003', Buffer.from('soup'))).rejects.toThrow('other bytes lie under this key');
    expect(Buffer.from((await blobs.get('img_0000000003')) ?? []).toString()).toBe('tea');
  });
});
