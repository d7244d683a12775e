import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readManifest } from '../../src/adapters/models/manifest.js';
import { modelsCommand } from '../../src/cli/models.js';
import { COMMIT, type FakeHub, openHub } from '../support/hub.js';

const LIST = `
version: 1
hub: https://hub.example
models:
  - { folder: ours, kind: ngrams, source: shipped, about: ours, licence: Apache-2.0, files: [weights.bin] }
  - folder: tiny
    kind: text-classification
    source: hub
    about: a test
    licence: none
    repo: someone/tiny
    revision: null
    max_bytes: 1000
    select: TEXT_MODEL=tiny
    files: [{ path: config.json, sha256: null, bytes: null }]
`;
let dir = '';
let hub: FakeHub;
beforeEach(async () => {
  hub = await openHub('someone/tiny', { 'config.json': Buffer.from('{}') });
  dir = await mkdtemp(path.join(tmpdir(), 'pw-models-'));
  await writeFile(path.join(dir, 'models.yaml'), LIST);
  await mkdir(path.join(dir, 'ours'));
  await writeFile(path.join(dir, 'ours', 'weights.bin'), 'x');
});
afterEach(async () => {
  await hub.close();
  await rm(dir, { recursive: true, force: true });
});

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const stdout = new PassThrough();
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
  const code = await modelsCommand([...args, '--models', dir], io);
  return { code, out: String(stdout.read() ?? '') };
}

test('list, fetch, check: from absent to ready', async () => {
  expect((await run('list')).out).toMatch(/ours {2}ngrams, shipped, ready[\s\S]*tiny {2}.*hub, absent/u);
  const fetched = await run('fetch', 'tiny', '--hub', hub.url);
  expect(fetched.code).toBe(0);
  expect(fetched.out).toContain(`commit ${COMMIT}; use: TEXT_MODEL=tiny`);
  expect((await run('list', '--json')).out).toContain('"state":"ready"');
  expect(await run('check')).toEqual({ code: 0, out: 'ours: ready\ntiny: ready\n' });
});

test('check without names passes over what lies on the hub alone', async () => {
  expect(await run('check')).toEqual({ code: 0, out: 'ours: ready\n' });
});

test('check fails on what was changed, and on what was named and is not there', async () => {
  expect((await run('check', 'tiny')).code).toBe(1);
  await run('fetch', '--all', '--hub', hub.url);
  await writeFile(path.join(dir, 'tiny', 'config.json'), '{"x":1}');
  const { code, out } = await run('check');
  expect(code).toBe(1);
  expect(out).toContain('tiny: wrong');
  await rm(path.join(dir, 'ours', 'weights.bin'));
  expect((await run('check', 'ours')).out).toContain('weights.bin is missing');
});

test('faults of the caller are named', async () => {
  await expect(run('fetch')).rejects.toMatchObject({ code: 'usage' });
  await expect(run('fetch', 'nobody')).rejects.toMatchObject({ code: 'usage' });
  await expect(run('fetch', 'ours')).rejects.toMatchObject({ code: 'usage' });
  await expect(run('fetch', 'tiny', '--hub', 'file:///etc')).rejects.toMatchObject({ code: 'usage' });
  await expect(run('polish')).rejects.toMatchObject({ code: 'usage' });
  hub.status = 404;
  await expect(run('fetch', 'tiny', '--hub', hub.url)).rejects.toMatchObject({ code: 'model_not_on_hub' });
  await writeFile(path.join(dir, 'models.yaml'), 'version: 2');
  await expect(run('list')).rejects.toMatchObject({ code: 'models_invalid' });
  await rm(path.join(dir, 'models.yaml'));
  await expect(run('list')).rejects.toMatchObject({ code: 'file_unreadable' });
  expect((await run('--help')).out).toContain('polywarden models');
  expect((await run()).code).toBe(2);
});

test('names that nobody would read are refused', async () => {
  await expect(run('list', 'tiny')).rejects.toMatchObject({ code: 'usage' });
  await expect(run('fetch', 'tiny', '--all')).rejects.toMatchObject({ code: 'usage' });
});

test('git keeps what is shipped and leaves alone what is fetched', async () => {
  const lines = (await readFile('models/.gitignore', 'utf8')).split('\n');
  const { models } = await readManifest('models');
  expect(lines).toContain('/*/');
  for (const { folder, source } of models) {
    expect(lines.includes(`!/${folder}/`), folder).toBe(source === 'shipped');
  }
});
