/** A hash bank from its making to a decision, on real PostgreSQL and Redis: whose notes it is held against, and what it finds. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bankCommand, hasherFrom } from '../../src/cli/bank.js';
import { type ImageBanks, openImageBanks } from '../../src/compose/hash-banks.js';
import { composeImages, type Images } from '../../src/compose/images.js';
import { readConfig } from '../../src/config.js';
import { lookAgain } from '../../src/usecases/look-again.js';
import { type System, startSystem } from '../support/running.js';
import { until } from '../support/until.js';
import { bundleWorker } from '../support/worker-process.js';

const MENU = path.resolve('fixtures/images/menu-en.png');
let folder = '';
let bundle: Awaited<ReturnType<typeof bundleWorker>>;
let images: Images;
let system: System;
let banks: ImageBanks;
let serial = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'polywarden-banks-'));
  bundle = await bundleWorker(path.resolve(import.meta.dirname, '../../src/adapters/images/decode-child.ts'));
  const { readers, ...rest } = composeImages(readConfig({ DATA_DIR: folder, IMAGE_MODEL: 'off' }), bundle.script);
  const empty = { text: '', words: [], confidence: 0, languages: [] };
  const nudity = { 'violence.graphic': { label: 'gore', score: 0, calibrated: 0 } };
  images = {
    ...rest,
    // The store is there once the system is.
    bank: { lookup: (...asked) => banks.lookup(...asked) },
    readers: {
      ...readers,
      text: { read: async () => empty, close: async () => undefined },
      model: {
        model: 'm',
        classify: async () => ({ model: 'm', labels: {}, scores: nudity }),
        close: async () => undefined,
      },
    },
  };
  system = await startSystem({ env: { DATA_DIR: folder }, overrides: { images } });
  const { store, clock, log } = system.app;
  banks = await openImageBanks(store, { clock, log, pollMs: 50 });
  system.startWorker();
}, 120_000);
afterAll(async () => {
  await banks.close();
  await system.close();
  await images.close();
  await bundle.remove();
  await rm(folder, { recursive: true, force: true });
});

async function bank(...args: readonly string[]): Promise<void> {
  const { store, ids, clock } = system.app;
  const stream = { write: () => true } as unknown as NodeJS.WriteStream;
  const io = { stdin: process.stdin, stdout: stream, stderr: stream };
  const withHasher = hasherFrom(system.config, bundle.script);
  expect(await bankCommand(args, io, { withStore: (use) => use({ store, ids, clock }), withHasher })).toBe(0);
  await banks.follow();
}
const makeBank = (name: string, ...options: readonly string[]) =>
  bank('create', name, '--category', 'fraud.scam', '--severity', '3', '--owner', 'ana', '--from', 'test', ...options);

async function decided(picture: Buffer) {
  serial += 1;
  const note = { externalId: `bank-${serial}`, title: 'Lunch', body: 'Soup of the day', regions: ['us'] };
  const answer = await system.post('/v1/notes', { ...note, images: [{ data: picture.toString('base64') }] });
  const { id } = answer.json() as { id: string };
  const view = await until(async () => {
    const found = await system.view(id);
    return found.status === 'pending' ? null : found;
  }, 20_000);
  const [decision] = view.decisions;
  return {
    id,
    action: decision?.action,
    rules: decision?.rules.map(({ rule }) => rule),
    evidence: view.revisions[0]?.evidence,
  };
}

it('holds what a bank knows, also turned; not what is as near to a benign one, nor what others know', async () => {
  const copy = await sharp(MENU).rotate(270).resize(600).flatten({ background: '#fff' }).jpeg().toBuffer();
  expect((await decided(copy)).action).toBe('allow');

  await system.app.store.access.createKey(
    { sourceName: 'another shop', label: 'x', scopes: ['notes:write'], secretHash: 'x', expiresAt: null },
    system.app.clock.now(),
  );
  await makeBank('theirs', '--platform', 'another shop');
  await bank('add', 'theirs', MENU);
  expect((await decided(copy)).action).toBe('allow');

  await makeBank('everybodys');
  await bank('add', 'everybodys', MENU);
  const held = await decided(copy);
  expect(held.action).toBe('hold');
  expect(held.rules).toContain('fraud.picture.known');
  expect(held.evidence?.images).toMatchObject({
    value: { findings: [{ category: 'fraud.scam', source: 'image_hash', part: 'image:0' }] },
  });
  expect(JSON.stringify(held.evidence)).not.toContain('theirs/');

  await makeBank('menus', '--benign');
  await bank('add', 'menus', MENU);
  expect((await decided(copy)).action).toBe('allow');
});

it('judges a stored note again when a bank comes to know its picture, once', async () => {
  const cafe = path.resolve('fixtures/images/poem-th.png');
  const picture = await sharp(cafe).resize(700).flatten({ background: '#fff' }).jpeg().toBuffer();
  const before = await decided(picture);
  expect(before.action).toBe('allow');
  await makeBank('poems');
  await bank('add', 'poems', cafe);
  const { store, clock } = system.app;
  const deps = { imageBanks: store.imageBanks, lookUps: store.lookUps, clock };
  const order = { since: 0, after: null, mostPages: 9, actor: { kind: 'system', id: 'test' }, pauseMs: 0 } as const;
  expect((await lookAgain(deps, order, new AbortController().signal)).notes).toBe(1);
  const view = await until(async () => {
    const now = await system.view(before.id);
    return now.status === 'held' ? now : null;
  }, 20_000);
  expect(view.decisions.map(({ action }) => action)).toEqual(['allow', 'hold']);
  expect(view.decisions[0]?.supersededBy).toBe(view.decisions[1]?.decisionId);
  expect((await lookAgain(deps, order, new AbortController().signal)).notes).toBe(0);
}, 60_000);

it('is followed by every process that judges, without being asked', async () => {
  const plain = await startSystem({ env: { DATA_DIR: folder } });
  const { store, clock } = plain.app;
  const pdq = 'a5'.repeat(32);
  const known = () => plain.app.images.bank?.lookup({ pdq, quality: 90 }, 31).map(({ bank: name }) => name);
  expect(known()).toEqual([]);
  const order = { name: 'later', sourceId: null, kind: 'block', category: 'fraud.scam', severity: 3 } as const;
  const actor = { kind: 'system', id: 'test' } as const;
  await store.imageBanks.create({ ...order, owner: 'ana', source: 'test', expiresAt: null }, actor, clock.now());
  await store.imageBanks.add({ name: 'later', hashes: [{ pdq, note: '' }], expiresAt: null }, actor, clock.now());
  await until(async () => (known()?.length === 1 ? true : null), 15_000);
  expect(known()).toEqual(['later']);
  await plain.close();
});
