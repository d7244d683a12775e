/** Fetching against a hub on loopback. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkModel } from '../../../src/adapters/models/check-model.js';
import { fetchModel } from '../../../src/adapters/models/fetch-model.js';
import type { HubEntry } from '../../../src/adapters/models/manifest.js';
import { COMMIT, type FakeHub, openHub, sha256 } from '../../support/hub.js';

const REPO = 'someone/tiny';
const WEIGHTS = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251));
const CONFIG = Buffer.from('{"id2label":{"0":"rude"}}');
const NAME = 'onnx/model_quantized.onnx';
const signal = new AbortController().signal;

let hub: FakeHub;
let dir = '';
beforeEach(async () => {
  hub = await openHub(REPO, { 'config.json': CONFIG, [NAME]: WEIGHTS });
  dir = await mkdtemp(path.join(tmpdir(), 'pw-fetch-'));
});
afterEach(async () => {
  await hub.close();
  await rm(dir, { recursive: true, force: true });
});

const entry = (change: Partial<HubEntry> = {}): HubEntry => ({
  folder: 'tiny',
  kind: 'text-classification',
  about: 'a test',
  licence: 'none',
  source: 'hub',
  repo: REPO,
  revision: null,
  max_bytes: 1_000_000,
  select: 'TEXT_MODEL=tiny',
  files: [
    { path: 'config.json', sha256: null, bytes: null },
    { path: NAME, sha256: null, bytes: null },
  ],
  ...change,
});
const pinned = (sha: string, bytes: number | null = null): HubEntry =>
  entry({ revision: COMMIT, files: [{ path: NAME, sha256: sha, bytes }] });
const fetchIt = (of: HubEntry = entry()) => fetchModel({ entry: of, dir, hub: `${hub.url}/`, pauseMs: 1 }, signal);
const weights = () => readFile(path.join(dir, NAME));
const leftovers = async (): Promise<readonly string[]> =>
  (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.part') || name.endsWith('.new'));

describe('the first fetch', () => {
  it('takes the newest commit, writes commit and checksums down, and leaves nothing half', async () => {
    const fetched = await fetchIt();
    expect(fetched).toEqual({
      repo: REPO,
      revision: COMMIT,
      files: {
        'config.json': { sha256: sha256(CONFIG), bytes: CONFIG.length },
        [NAME]: { sha256: sha256(WEIGHTS), bytes: WEIGHTS.length },
      },
    });
    expect(JSON.parse(await readFile(path.join(dir, 'fetched.json'), 'utf8'))).toEqual(fetched);
    expect((await weights()).equals(WEIGHTS)).toBe(true);
    expect(await leftovers()).toEqual([]);
    expect(await checkModel(entry(), dir)).toEqual({ state: 'ready', faults: [] });
  });

  it('says so where the file cannot be written, and does not ask the hub for it again', async () => {
    await symlink('/dev/full', path.join(dir, `config.json.${COMMIT.slice(0, 12)}.part`));
    await expect(fetchIt()).rejects.toMatchObject({
      code: 'file_unreadable',
      message: expect.stringContaining('cannot be written'),
    });
    expect(hub.seen.filter((seen) => seen.includes('config.json'))).toHaveLength(1);
  });

  it('follows the hub to where its files lie, and holds large files to the checksum that the hub names', async () => {
    hub.redirects = true;
    await fetchIt();
    expect(hub.seen.some((url) => url.startsWith('/cdn/'))).toBe(true);
    expect((await weights()).equals(WEIGHTS)).toBe(true);
  });
});

describe('later fetches', () => {
  it('ask for nothing that is there and right, and put right what was changed', async () => {
    await fetchIt();
    hub.seen.length = 0;
    await fetchIt();
    expect(hub.seen).toEqual([]);
    await writeFile(path.join(dir, 'config.json'), '{}');
    expect((await checkModel(entry(), dir)).state).toBe('wrong');
    await fetchIt();
    expect(hub.seen).toEqual([`/${REPO}/resolve/${COMMIT}/config.json`]);
    expect((await checkModel(entry(), dir)).state).toBe('ready');
  });

  it('refuse another file under the same commit', async () => {
    await fetchIt();
    await rm(path.join(dir, NAME));
    hub.files.set(NAME, Buffer.alloc(WEIGHTS.length, 7));
    await expect(fetchIt()).rejects.toMatchObject({ code: 'model_checksum' });
    expect((await checkModel(entry(), dir)).state).toBe('incomplete');
  });
});

describe('a wrong checksum', () => {
  it('is named, and the file is never put in place', async () => {
    await expect(fetchIt(pinned('0'.repeat(64)))).rejects.toMatchObject({
      code: 'model_checksum',
      message: expect.stringContaining(sha256(WEIGHTS)) as unknown,
    });
    await expect(weights()).rejects.toThrow('ENOENT');
    expect(await leftovers()).toEqual([]);
  });
});

describe('a connection that breaks', () => {
  it('is gone on with from where it broke', async () => {
    hub.cuts.set(NAME, [100_000, 50_000]);
    await fetchIt(pinned(sha256(WEIGHTS), WEIGHTS.length));
    expect((await weights()).equals(WEIGHTS)).toBe(true);
    const ranges = hub.seen.map((line) => line.split(' ')[1] ?? 'whole');
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBe('whole');
    expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/u.test(range))).toBe(true);
  });

  it('is model_truncated when it always breaks; the next fetch goes on', async () => {
    hub.cuts.set(NAME, [100_000, 0, 0]);
    await expect(fetchIt(pinned(sha256(WEIGHTS)))).rejects.toMatchObject({ code: 'model_truncated' });
    await expect(weights()).rejects.toThrow('ENOENT');
    await fetchIt(pinned(sha256(WEIGHTS)));
    expect(hub.seen.at(-1)).toMatch(/bytes=[1-9]\d*-$/u);
    expect((await weights()).equals(WEIGHTS)).toBe(true);
  });

  it('a file that is whole for the hub and short for the list is truncated too', async () => {
    await expect(fetchIt(pinned(sha256(WEIGHTS), WEIGHTS.length + 1))).rejects.toMatchObject({
      code: 'model_truncated',
    });
  });

  it('a part that is longer than the file is thrown away', async () => {
    await mkdir(path.join(dir, 'onnx'));
    await writeFile(path.join(dir, `${NAME}.${COMMIT.slice(0, 12)}.part`), Buffer.alloc(WEIGHTS.length + 5));
    await fetchIt(pinned(sha256(WEIGHTS)));
    expect((await weights()).equals(WEIGHTS)).toBe(true);
  });
});

describe('a hub that does not serve', () => {
  it('404, 401: not on the hub, at once', async () => {
    hub.files.delete(NAME);
    await expect(fetchIt()).rejects.toMatchObject({ code: 'model_not_on_hub' });
    hub.status = 401;
    await expect(fetchIt()).rejects.toMatchObject({ code: 'model_not_on_hub' });
    await expect(readFile(path.join(dir, 'fetched.json'))).rejects.toThrow('ENOENT');
  });

  it('500: unavailable, after three tries', async () => {
    hub.status = 500;
    await expect(fetchIt(pinned(sha256(WEIGHTS)))).rejects.toMatchObject({ code: 'hub_unavailable' });
    expect(hub.seen).toHaveLength(3);
  });

  it('nobody there: unavailable', async () => {
    await hub.close();
    await expect(fetchIt()).rejects.toMatchObject({ code: 'hub_unavailable' });
    hub = await openHub(REPO, {});
  });
});

it('a file beyond the cap is refused before it is loaded', async () => {
  await expect(fetchIt(entry({ max_bytes: 1_000 }))).rejects.toMatchObject({ code: 'model_too_large' });
  await expect(weights()).rejects.toThrow('ENOENT');
  expect(await leftovers()).toEqual([]);
});

it('an aborted signal ends it', async () => {
  const stop = AbortSignal.abort(new Error('enough'));
  await expect(fetchModel({ entry: entry(), dir, hub: hub.url }, stop)).rejects.toThrow('enough');
});
