/** A bank of texts from its making to a case, on real PostgreSQL and Redis, while the system runs. */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bankCommand } from '../../src/cli/bank.js';
import { OPERATOR } from '../../src/cli/store.js';
import { hashText } from '../../src/stages/match/text-hash.js';
import { normaliseText } from '../../src/stages/normalise/text.js';
import { type System, startSystem } from '../support/running.js';
import { until } from '../support/until.js';

const TEXT = 'Our parcel waits for you at the gate, pay the small fee today and it is yours.';
const SPELLED = TEXT.replace('parcel', 'PAR\u200bCEL').replace('waits', 'w\u00e1its').replace('fee', 'ｆｅｅ');
let system: System;
let cookie = '';
let serial = 0;

beforeAll(async () => {
  system = await startSystem();
  system.startWorker();
  const { hasher, store, clock } = system.app;
  const [login, password] = ['ana', 'twelve letters'];
  await store.access.createUser({ login, passwordHash: await hasher.hash(password), role: 'reviewer' }, clock.now());
  const answer = await system.server.inject({ method: 'POST', url: '/auth/sign-in', payload: { login, password } });
  cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
}, 120_000);
afterAll(() => system.close());

async function bank(args: readonly string[], stdin = ''): Promise<void> {
  const { store, ids, clock } = system.app;
  const stream = { write: () => true } as unknown as NodeJS.WriteStream;
  const io = { stdin: Readable.from([Buffer.from(stdin)]), stdout: stream, stderr: stream };
  expect(await bankCommand(args, io, { withStore: (use) => use({ store, ids, clock }) })).toBe(0);
}
const makeBank = (name: string, ...options: readonly string[]) =>
  bank([
    ...['create', name, '--holds', 'texts', '--category', 'fraud.scam', '--severity', '3'],
    ...['--owner', 'ana', '--from', 'test', ...options],
  ]);
/** Nobody tells the running system: it asks by itself. */
const knows = (count: number, text = TEXT) =>
  until(async () => {
    const hits = system.app.textBank.lookup(hashText(normaliseText(text)), 3);
    return hits.length === count ? true : null;
  }, 15_000);

const noteOf = (body: string) => {
  serial += 1;
  return { externalId: `text-${serial}`, title: 'Hello', body, regions: ['us'] };
};
async function decided(body: string) {
  const answer = await system.post('/v1/notes', noteOf(body));
  const { id } = answer.json() as { id: string };
  const view = await system.decided(id);
  const [decision] = view.decisions;
  return {
    id,
    action: decision?.action,
    rules: decision?.rules.map(({ rule }) => rule),
    match: view.revisions[0]?.evidence?.match,
  };
}
async function caseOf(noteId: string): Promise<unknown> {
  const get = async (url: string) => (await system.server.inject({ url, headers: { cookie } })).json() as never;
  const { items } = (await get(`/v1/cases?noteId=${noteId}`)) as { items: { id: string }[] };
  return get(`/v1/cases/${items[0]?.id}`);
}

it('holds a spelling of what a bank has come to know, shows the finding in the case, and forgets what is removed', async () => {
  expect((await decided(SPELLED)).action).toBe('allow');
  await makeBank('letters');
  await bank(['add', 'letters', '--note', 'case 7', '-'], TEXT);
  await knows(1);
  const held = await decided(SPELLED);
  expect(held).toMatchObject({ action: 'hold', rules: expect.arrayContaining(['fraud.text.known']) as unknown });
  const finding = {
    category: 'fraud.scam',
    source: 'text_hash',
    detector: expect.stringMatching(/^letters\/hash_/) as unknown,
    spans: [{ start: 0, end: SPELLED.length }],
  };
  expect(held.match).toMatchObject({ value: { findings: [finding] } });
  expect(await caseOf(held.id)).toMatchObject({
    parts: expect.arrayContaining([
      expect.objectContaining({ part: 'body', findings: [expect.objectContaining(finding)] as unknown }),
    ]) as unknown,
  });
  const now = await system.post('/v1/moderations', { input: SPELLED });
  expect(JSON.stringify(now.json())).toContain('"illicit":0.85');

  await makeBank('our-own-letters', '--benign');
  await bank(['add', 'our-own-letters', '-'], TEXT);
  await knows(2);
  expect((await decided(SPELLED)).action).toBe('allow');
  await bank(['remove', 'our-own-letters']);
  await bank(['remove', 'letters', (await system.app.store.textBanks.entries('letters', null, 1))[0]?.entryId ?? '']);
  await knows(0);
  const after = await decided(SPELLED);
  expect(after.action).toBe('allow');
  expect(after.match).toMatchObject({ value: { findings: [] } });
  const said = JSON.stringify((await system.app.store.audit.list(null, 100)).items);
  for (const verb of ['created', 'hashes_added', 'hash_removed', 'removed']) expect(said).toContain(`"bank.${verb}"`);
  expect(said).not.toContain('parcel');
}, 90_000);

it('keeps a known text for as long as the law of a region says, and tells nothing of it where none does', async () => {
  const text = 'A leaflet that a bank knows by its letters, harmless as it reads here.';
  await bank([
    ...['create', 'leaflets', '--holds', 'texts', '--category', 'violence.terror', '--severity', '4'],
    ...['--owner', 'ana', '--from', 'test'],
  ]);
  await bank(['add', 'leaflets', '-'], text);
  await knows(1, text);
  const answer = await system.post('/v1/notes', { ...noteOf(text), regions: ['fr', 'us'] });
  const { id } = answer.json() as { id: string };
  await system.decided(id);
  const holds = await system.app.store.holds.of(id);
  expect(holds).toMatchObject([
    { region: 'fr', term: 'terror', ground: 'Regulation (EU) 2021/784, art. 6', confirmedAt: null, endedAt: null },
  ]);
  const erased = await system.app.store.notes.erase(null, id, OPERATOR, system.app.clock.now());
  expect(erased).toMatchObject({ erased: true, kept: [{ region: 'fr', until: holds[0]?.until }] });
}, 60_000);

it('forgets what has run out', async () => {
  const text = 'Whoever sends this letter on to nine friends will be lucky for nine years.';
  await makeBank('chains');
  const { store, clock } = system.app;
  const hash = { ...hashText(normaliseText(text)), note: '' };
  const expiresAt = new Date(clock.now() + 6_000).toISOString();
  await store.textBanks.add({ name: 'chains', hashes: [hash], expiresAt }, OPERATOR, clock.now());
  await knows(1, text);
  await knows(0, text);
  expect((await decided(text)).action).toBe('allow');
  expect(clock.now()).toBeGreaterThan(Date.parse(expiresAt));
}, 60_000);
