/** What a law keeps of an erased note, over HTTP and the command line: shown by nothing but the one way in. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock as clock, openIds } from '../../src/adapters/clock-ids.js';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import { openStore } from '../../src/adapters/store-prisma.js';
import { cookieName } from '../../src/api/auth.js';
import { ROUTE_RULES } from '../../src/api/permissions.js';
import { buildServer } from '../../src/api/server.js';
import { holdCommand } from '../../src/cli/hold.js';
import type { WithStore } from '../../src/cli/store.js';
import { readConfig } from '../../src/config.js';
import { DAY_MS, type Desk } from '../../src/domain.js';
import type { Bundle } from '../../src/policy/bundle.js';
import { caseTermsOf } from '../../src/policy/case-terms.js';
import { keptOnSuspicion } from '../../src/policy/preserve.js';
import type { FullStore } from '../../src/ports/review.js';
import { type Role, SCOPES } from '../../src/ports/store.js';
import { createKey } from '../../src/usecases/keys.js';
import { hashToken } from '../../src/usecases/sign-in.js';
import { moderateFake } from '../api/support.js';
import { imagesFake } from '../support/images.js';
import { freshDatabase } from '../support/services.js';
import { acceptInput, decision, hit, must, noteOf, record } from '../support/store.js';

type Headers = Readonly<Record<string, string>>;
const MARK = 'sealed-words-b41f';
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const ids = openIds(clock);
const config = readConfig({ LOG_LEVEL: 'silent' });

let store: FullStore;
let bundle: Bundle;
let server: FastifyInstance;
let platform: Headers;
let sourceId: string;

beforeAll(async () => {
  store = await openStore({ databaseUrl: await freshDatabase(), ids });
  bundle = await loadBundle('policies');
  await store.bundles.put(bundle.hash, bundle.content, clock.now());
  server = await buildServer({
    config,
    store,
    images: imagesFake(),
    queue: { nudge: async () => undefined, ping: async () => undefined, close: async () => undefined },
    clock,
    ids,
    log: silent,
    metrics: { count: () => undefined, observe: () => undefined, set: () => undefined, render: async () => '' },
    hasher: { hash: async (word) => word, verify: async () => false },
    bundle: () => bundle,
    moderate: moderateFake,
    ready: async () => [],
  });
  const order = { sourceName: 'app', label: 'flow', scopes: SCOPES, expiresAt: null };
  const { key, text } = await createKey({ access: store.access, ids, clock }, order);
  platform = { authorization: `Bearer ${text}` };
  sourceId = key.sourceId;
});
afterAll(async () => {
  await server?.close();
  await store?.close();
});

async function person(role: Role, desks: readonly Desk[]): Promise<Headers> {
  const { userId } = await store.access.createUser({ login: ids.next(role), passwordHash: 'x', role }, clock.now());
  const rights = { languages: null, regions: null, categories: null, desks };
  await store.people.change(userId, { rights }, { kind: 'system', id: 'test' }, clock.now());
  const [token, csrfToken] = [ids.secret(32), ids.secret(32)];
  await store.access.createSession({ userId, tokenHash: hashToken(token), csrfToken, absoluteMs: 1e11 }, clock.now());
  return { cookie: `${cookieName(config)}=${token}`, 'x-csrf-token': csrfToken };
}
const ask = (headers: Headers, method: string, url: string, payload?: object) =>
  server.inject({ method: method as 'GET', url, headers, ...(payload === undefined ? {} : { payload }) });

/** Held on a suspicion by the shipped rules of the EU. */
async function suspected(words = MARK, begins = true): Promise<{ readonly noteId: string; readonly caseId: string }> {
  const note = noteOf({ title: words, body: `${words} and more`, regions: ['fr'] });
  const accepted = await store.notes.accept(acceptInput(sourceId, { note, contentHash: ids.next('c') }));
  if (!('noteId' in accepted)) throw new Error(accepted.kind);
  const grave = hit({ rule: 'violence.grave', category: 'violence.terror', severity: 4, sideActions: ['preserve'] });
  const made = decision({
    regions: ['fr'],
    policy: 'fr',
    action: 'hold',
    severity: 4,
    category: 'violence.terror',
    sideActions: ['preserve'],
    rules: [grave],
  });
  const now = clock.now();
  const claim = must(await store.work.claim(accepted.revisionId, 5_000, now));
  const result = record({
    bundleHash: bundle.hash,
    decisions: [made],
    cases: [caseTermsOf(bundle, made, 0, now)],
    keeps: begins ? [keptOnSuspicion(bundle, made, now)] : [],
  });
  await store.work.complete(claim, result, now);
  const admin = await person('admin', ['general']);
  const list = await ask(admin, 'GET', '/v1/cases?desk=senior');
  const row = list.json().items.find((one: { noteId: string }) => one.noteId === accepted.noteId);
  return { noteId: accepted.noteId, caseId: row.id };
}

async function removed(caseId: string): Promise<void> {
  const senior = await person('senior', ['general']);
  const { epoch } = (await ask(senior, 'POST', `/v1/cases/${caseId}/claim`)).json();
  const verdict = { regions: ['fr'], action: 'remove', category: 'violence.terror', clause: 'terms:safety-1' };
  const decided = await ask(senior, 'POST', `/v1/cases/${caseId}/decision`, { epoch, verdicts: [verdict] });
  expect(decided.statusCode, decided.body).toBe(200);
}

async function erased(): Promise<{ readonly noteId: string; readonly caseId: string }> {
  const made = await suspected();
  await removed(made.caseId);
  const { noteId } = made;
  const answer = (await ask(platform, 'DELETE', `/v1/notes/${noteId}`)).json();
  expect(answer).toMatchObject({
    id: noteId,
    erased: true,
    kept: [{ region: 'fr', ground: 'Regulation (EU) 2021/784, art. 6' }],
  });
  expect((Date.parse(answer.kept[0].until) - clock.now()) / DAY_MS).toBeCloseTo(184, 1);
  return made;
}

it('stands on the page of its case, but for a colleague who shall judge blind', async () => {
  const { caseId } = await suspected('words of another note');
  const url = `/v1/cases/${caseId}`;
  const senior = await person('senior', ['general']);
  const colleague = await person('senior', ['general']);
  const [hold, ...rest] = (await ask(senior, 'GET', url)).json().holds;
  expect(hold).toMatchObject({ region: 'fr', ground: 'Regulation (EU) 2021/784, art. 6' });
  expect((Date.parse(hold.until) - clock.now()) / DAY_MS).toBeCloseTo(30, 1);
  expect(rest).toEqual([]);
  await ask(senior, 'POST', `${url}/claim`);
  const { id } = (await ask(colleague, 'GET', '/auth/session')).json().user;
  const asked = await ask(senior, 'POST', `${url}/ask`, { to: id, blind: true, question: 'What do you see?' });
  expect(asked.statusCode, asked.body).toBeLessThan(300);
  expect((await ask(colleague, 'GET', url)).json().holds).toEqual([]);
});

it('begins with the finding of a person where no rule suspected anything', async () => {
  const { noteId, caseId } = await suspected('words that only a person understood', false);
  expect(await store.holds.of(noteId)).toEqual([]);
  await removed(caseId);
  expect(await store.holds.of(noteId)).toMatchObject([
    { region: 'fr', term: 'terror', confirmedAt: expect.any(String) },
  ]);
});

it('is a 410, and no answer of the API holds the sealed words', async () => {
  const { noteId, caseId } = await erased();
  const admin = await person('admin', ['general', 'senior', 'child_safety', 'legal']);
  expect((await ask(platform, 'GET', `/v1/notes/${noteId}`)).statusCode).toBe(410);
  const reading = Object.keys(ROUTE_RULES).filter((line) => line.startsWith('GET ') && !line.endsWith('/events'));
  const urls = reading.flatMap((line) => {
    const url = line.slice('GET '.length).replace(':index', '0').replace(':hash', bundle.hash);
    return [noteId, caseId, 'fr'].map((id) => url.replace(/:\w+/g, id));
  });
  urls.push(`/v1/search?q=${MARK}`, `/v1/notes?authorId=author-1`, `/v1/audit?subject=${noteId}`);
  const answers = new Map<string, number>();
  for (const url of new Set(urls)) {
    for (const headers of [admin, platform]) {
      const { statusCode, body } = await ask(headers, 'GET', url);
      expect(body.replaceAll(`q=${MARK}`, ''), url).not.toContain(MARK);
      answers.set(url, Math.min(statusCode, answers.get(url) ?? 999));
    }
  }
  // The search would prove little if nothing answered.
  expect(answers.get(`/v1/cases/${caseId}`)).toBe(200);
  expect([...answers.values()].filter((status) => status === 200).length).toBeGreaterThan(20);
  expect((await store.notes.judged(null, 0, null, 100)).items.filter((row) => row.noteId === noteId)).toEqual([]);
});

it('is read by an admin with the desk among their rights, with a reason that the audit keeps', async () => {
  const { noteId } = await erased();
  const url = `/v1/notes/${noteId}/sealed`;
  const why = 'Request 12 of the authority';
  const legal = await person('admin', ['legal']);
  for (const headers of [await person('senior', ['legal']), await person('admin', ['general', 'senior']), platform]) {
    const refused = await ask(headers, 'POST', url, { why });
    expect(refused.statusCode).toBe(403);
    expect(refused.body).not.toContain(MARK);
  }
  expect((await ask(legal, 'POST', url, { why: ' ' })).statusCode).toBe(400);
  expect((await ask(legal, 'POST', '/v1/notes/note_none/sealed', { why })).statusCode).toBe(404);
  const read = await ask(legal, 'POST', url, { why });
  expect(read.statusCode, read.body).toBe(200);
  expect(read.json()).toMatchObject({ noteId, revisions: [{ revision: 1, note: { title: MARK } }] });
  const audit = (await ask(legal, 'GET', `/v1/audit?subject=${noteId}`)).json().items;
  expect(audit[0]).toMatchObject({ verb: 'sealed.read', detail: { why } });
  expect(audit.filter(({ verb }: { verb: string }) => verb === 'sealed.read')).toHaveLength(1);
});

it('is listed, read and released on the command line, and gone after the next upkeep', async () => {
  const { noteId } = await erased();
  const lines: string[] = [];
  const out = { write: (text: string) => lines.push(text) > 0 };
  const io = { stdin: process.stdin, stdout: out, stderr: out } as never;
  const withStore: WithStore = (use) => use({ store, ids, clock });
  const run = async (...args: string[]) => {
    lines.length = 0;
    expect(await holdCommand(args, io, withStore)).toBe(0);
    return lines.join('');
  };
  const listed = await run('list', noteId);
  expect(listed).toContain('fr\tterror\tRegulation (EU) 2021/784, art. 6\tconfirmed\tuntil');
  const [holdId = ''] = listed.split('\t');
  expect(JSON.parse(await run('read', noteId, '--why', 'file 7'))).toMatchObject([{ note: { title: MARK } }]);
  expect(await run('reported', holdId, '--at', '2026-01-02T00:00:00Z')).toBe(`reported ${holdId}\n`);
  expect(await run('release', holdId, '--why', 'the court has lifted it')).toBe(`released ${holdId}\n`);
  await expect(run('release', holdId, '--why', 'again')).rejects.toMatchObject({ code: 'conflict' });
  await expect(run('read', noteId, '--why', 'file 7')).rejects.toMatchObject({ code: 'not_found' });
  await store.upkeep.purge(clock.now(), 100);
  const verbs = (await store.audit.list(null, 20)).items
    .filter(({ subject }) => subject === noteId)
    .map(({ verb }) => verb);
  expect(verbs.slice(0, 2)).toEqual(['sealed.erased', 'hold.released']);
});

it('may be ordered for a note that no rule suspected', async () => {
  const accepted = await store.notes.accept(acceptInput(sourceId, { contentHash: ids.next('c') }));
  const noteId = 'noteId' in accepted ? accepted.noteId : '';
  const lines: string[] = [];
  const out = { write: (text: string) => lines.push(text) > 0 };
  const io = { stdin: process.stdin, stdout: out, stderr: out } as never;
  const withStore: WithStore = (use) => use({ store, ids, clock });
  const order = (region: string, days: string, subject = noteId) => [
    ...['order', subject, '--region', region, '--days', days],
    ...['--ground', 'Order 12/2026', '--why', 'file 12', '--gag'],
  ];
  await expect(holdCommand(order('fr', '0'), io, withStore)).rejects.toThrow('whole number from 1');
  await expect(holdCommand(order('zz', '9'), io, withStore)).rejects.toMatchObject({ code: 'region_unknown' });
  await expect(holdCommand(order('fr', '9', 'note_none'), io, withStore)).rejects.toMatchObject({ code: 'not_found' });
  await expect(holdCommand(['order', noteId], io, withStore)).rejects.toThrow('--region is missing');
  await expect(holdCommand(['orders', noteId], io, withStore)).rejects.toThrow('order');
  expect(await holdCommand(order('fr', '9'), io, withStore)).toBe(0);
  expect(lines.join('')).toMatch(/^ordered hold_/);
  expect((await ask(platform, 'DELETE', `/v1/notes/${noteId}`)).json()).toEqual({ id: noteId, erased: true, kept: [] });
  expect(await store.holds.of(noteId)).toMatchObject([{ term: null, ground: 'Order 12/2026', gag: true }]);
});
