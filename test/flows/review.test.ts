/** The review desk over HTTP on real PostgreSQL with the shipped policies. Failures first. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIds } from '../../src/adapters/clock-ids.js';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import { connect } from '../../src/adapters/postgres.js';
import { openStore } from '../../src/adapters/store-prisma.js';
import { cookieName } from '../../src/api/auth.js';
import type { ApiDeps } from '../../src/api/deps.js';
import { buildServer } from '../../src/api/server.js';
import { readConfig } from '../../src/config.js';
import type { Decision, Note } from '../../src/domain.js';
import type { Bundle } from '../../src/policy/bundle.js';
import { caseTermsOf } from '../../src/policy/case-terms.js';
import type { FullStore, Rights } from '../../src/ports/review.js';
import type { Role } from '../../src/ports/store.js';
import { createKey } from '../../src/usecases/keys.js';
import { openOverdue } from '../../src/usecases/review/overdue.js';
import { hashToken } from '../../src/usecases/sign-in.js';
import { evidenceOf, moderateFake } from '../api/support.js';
import { imagesFake } from '../support/images.js';
import { freshDatabase } from '../support/services.js';
import { acceptInput, decision, hit, must, noteOf } from '../support/store.js';
import { until } from '../support/until.js';

type Headers = Readonly<Record<string, string>>;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
const ids = openIds(clock);
const config = readConfig({ LOG_LEVEL: 'silent', SESSION_IDLE_MINUTES: '10080' });
const UNDO_MS = config.UNDO_SECONDS * 1_000;

let databaseUrl: string;
let store: FullStore;
let bundle: Bundle;
let server: FastifyInstance;
let platform: { readonly headers: Headers; readonly sourceId: string };

const build = (own: Partial<ApiDeps> = {}): Promise<FastifyInstance> =>
  buildServer({
    config,
    store,
    images: imagesFake(),
    queue: { nudge: async () => undefined, ping: async () => undefined, close: async () => undefined },
    clock,
    ids,
    log: silent,
    metrics: { count: () => undefined, observe: () => undefined, set: () => undefined, render: async () => '' },
    hasher: { hash: async (word) => `hashed:${word}`, verify: async (stored, word) => stored === `hashed:${word}` },
    bundle: () => bundle,
    moderate: moderateFake,
    ready: async () => [],
    ...own,
  });

beforeAll(async () => {
  databaseUrl = await freshDatabase();
  store = await openStore({ databaseUrl, ids });
  bundle = await loadBundle('policies');
  await store.bundles.put(bundle.hash, bundle.content, clock.now());
  server = await build();
  const scopes = ['notes:read', 'appeals', 'reports'] as const;
  const order = { sourceName: 'app', label: 'flow', scopes, expiresAt: null };
  const { key, text } = await createKey({ access: store.access, ids, clock }, order);
  platform = { headers: { authorization: `Bearer ${text}` }, sourceId: key.sourceId };
});
afterAll(async () => {
  await server?.close();
  await store?.close();
});

interface Person {
  readonly id: string;
  readonly login: string;
  readonly headers: Headers;
}
async function person(role: Role = 'senior', rights?: Partial<Rights>): Promise<Person> {
  const login = ids.next(role);
  const { userId } = await store.access.createUser({ login, passwordHash: 'hashed:x', role }, clock.now());
  const actor = { kind: 'system', id: 'test' } as const;
  const all: Rights = { languages: null, regions: null, categories: null, desks: ['general'], ...rights };
  await store.people.change(userId, { rights: all }, actor, clock.now());
  const [token, csrfToken] = [ids.secret(32), ids.secret(32)];
  const session = { userId, tokenHash: hashToken(token), csrfToken, absoluteMs: 1e11 };
  await store.access.createSession(session, clock.now());
  return { id: userId, login, headers: { cookie: `${cookieName(config)}=${token}`, 'x-csrf-token': csrfToken } };
}

const HOLD: Partial<Decision> = { action: 'hold', severity: 3, category: 'fraud.scam' };
/** A language that only one test uses. */
const tag = (): string => ids.next('x').replace('_', '-');

interface Judged {
  readonly noteId: string;
  readonly revisionId: string;
  readonly language: string;
}
/** Comes in, is judged, and waits in a language of its own. */
async function judged(
  decisions: readonly Partial<Decision>[],
  note: Partial<Note> = {},
  language = tag(),
): Promise<Judged> {
  const content = noteOf({ title: 'Fast money', body: 'Send 50 euros and get 500 back.', ...note });
  const input = acceptInput(platform.sourceId, { note: content, contentHash: ids.next('c'), now: clock.now() });
  const accepted = await store.notes.accept(input);
  if (!('noteId' in accepted)) throw new Error(accepted.kind);
  const made = decisions.map((one) => decision({ policy: 'global', ...one }));
  const claim = must(await store.work.claim(accepted.revisionId, 1_000, clock.now()));
  const cases = made.map((one) => caseTermsOf(bundle, one, content.context.reach ?? 0, clock.now()));
  const record = {
    evidence: evidenceOf(() => 0.1),
    evidenceVersion: 'ev1',
    bundleHash: bundle.hash,
    decisions: made,
    pending: false,
    language,
    trace: [],
    cases,
  };
  expect(await store.work.complete(claim, record, clock.now())).toBe('saved');
  return { ...accepted, language };
}

const call = async (
  who: { readonly headers: Headers },
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  payload?: object,
) => {
  const answer = await server.inject({
    method,
    url,
    headers: who.headers,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
};
const next = async (who: Person, language: string) => {
  const { status, body } = await call(who, 'POST', '/v1/cases/next', { language: [language] });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.lease as { readonly caseId: string; readonly epoch: number } | null;
};
const byAction = (a: { action: string }, b: { action: string }): number => (a.action < b.action ? -1 : 1);
const allow = (regions: readonly string[]) => ({ regions, action: 'allow' });
const remove = (regions: readonly string[]) => ({
  regions,
  action: 'remove',
  category: 'fraud.scam',
  clause: 'terms:honesty-1',
});
const decide = (
  who: Person,
  lease: { caseId: string; epoch: number },
  verdicts: readonly object[],
  more: object = {},
) => call(who, 'POST', `/v1/cases/${lease.caseId}/decision`, { epoch: lease.epoch, verdicts, ...more });
const sql = async (text: string, values: readonly unknown[] = []) => {
  const connection = await connect(databaseUrl);
  try {
    return (await connection.query(text, [...values])).rows;
  } finally {
    await connection.end();
  }
};

describe('two reviewers and one case', () => {
  it('ten people who ask at once for twenty cases never get the same one', async () => {
    const language = tag();
    for (let i = 0; i < 20; i += 1) await judged([HOLD], {}, language);
    const people = await Promise.all(Array.from({ length: 10 }, () => person()));
    const leases = await Promise.all([...people, ...people, ...people].map((who) => next(who, language)));
    const taken = leases.flatMap((lease) => (lease === null ? [] : [lease.caseId]));
    expect(taken).toHaveLength(20);
    expect(new Set(taken).size).toBe(20);
  });

  it('exactly one of two who claim it by its id has it, and the other is told who', async () => {
    const { language } = await judged([HOLD]);
    const [first, second] = [await person(), await person()];
    const list = await call(first, 'GET', `/v1/cases?language=${language}`);
    const { id } = list.body.items[0];
    const answers = await Promise.all([first, second].map((who) => call(who, 'POST', `/v1/cases/${id}/claim`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const loser = answers[0]?.status === 409 ? 0 : 1;
    const winner = [first, second][1 - loser];
    expect(answers[loser]?.body).toMatchObject({ code: 'conflict' });
    const seen = await call(second, 'GET', `/v1/cases/${id}`);
    expect(seen.body.case.holder).toMatchObject({ id: winner?.id, login: winner?.login });
  });

  it('a lease that ran out is refused by its code, and the next holder decides', async () => {
    const { language, noteId } = await judged([HOLD]);
    const [slow, quick] = [await person(), await person()];
    const lost = must(await next(slow, language));
    clock.ahead += 301_000;
    expect(await decide(slow, lost, [allow(['de', 'us'])])).toMatchObject({
      status: 409,
      body: { code: 'lease_lost' },
    });
    const lease = must(await next(quick, language));
    expect(lease).toMatchObject({ caseId: lost.caseId, epoch: lost.epoch + 1 });
    for (const step of ['extend', 'release'])
      expect(await call(slow, 'POST', `/v1/cases/${lost.caseId}/${step}`, { epoch: lost.epoch })).toMatchObject({
        status: 409,
        body: { code: 'lease_lost' },
      });
    expect((await decide(quick, lease, [allow(['de', 'us'])])).status).toBe(200);
    const note = await call(platform, 'GET', `/v1/notes/${noteId}`);
    expect(note.body.decisions.at(-1)).toMatchObject({ action: 'allow', by: { kind: 'person', id: quick.id } });
    expect(note.body.status).toBe('decided');
  });

  it('a decision takes the next case of the view in the same step, and none where nothing is left or the claim was lost', async () => {
    const { language } = await judged([HOLD]);
    await judged([HOLD], {}, language);
    const who = await person();
    const first = must(await next(who, language));
    const view = { next: { language: [language] } };
    const decided = await decide(who, first, [allow(['de', 'us'])], view);
    expect(decided).toMatchObject({ status: 200, body: { next: { caseId: expect.any(String) } } });
    const second = decided.body.next;
    expect(second.caseId).not.toBe(first.caseId);
    expect((await call(who, 'GET', `/v1/cases/${second.caseId}`)).body.lease).toMatchObject({ epoch: second.epoch });
    expect(await decide(who, { ...second, epoch: second.epoch + 1 }, [allow(['de', 'us'])], view)).toMatchObject({
      status: 409,
      body: { code: 'lease_lost' },
    });
    expect((await decide(who, second, [allow(['de', 'us'])], view)).body.next).toBeNull();
    const third = await judged([HOLD], {}, language);
    const last = must(await next(who, third.language));
    expect((await decide(who, last, [allow(['de', 'us'])])).body).not.toHaveProperty('next');
  });

  it('two who decide the same claim at once make one decision', async () => {
    const { language, noteId } = await judged([HOLD]);
    const who = await person();
    const lease = must(await next(who, language));
    const answers = await Promise.all([1, 2, 3].map(() => decide(who, lease, [allow(['de', 'us'])])));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.submissionId)).size).toBe(1);
    const view = must(await store.notes.get(null, noteId));
    expect(view.decisions.filter(({ by }) => by.kind === 'person')).toHaveLength(1);
  });
});

describe('a decision whose answer was lost', () => {
  it('is found by whoever made it: the case says how to take it back, and asked again it answers as before', async () => {
    const { language } = await judged([HOLD]);
    const [who, other] = [await person(), await person()];
    const lease = must(await next(who, language));
    const verdicts = [remove(['de']), allow(['us'])];
    const { body } = await decide(who, lease, verdicts);
    const again = await decide(who, lease, verdicts.toReversed());
    expect(again).toMatchObject({
      status: 200,
      body: { submissionId: body.submissionId, undoUntil: body.undoUntil, closed: true },
    });
    expect(again.body.decisions).toHaveLength(2);
    const undoOf = async (one: Person) => (await call(one, 'GET', `/v1/cases/${lease.caseId}`)).body.undo;
    expect(await undoOf(who)).toEqual({ submissionId: body.submissionId, until: body.undoUntil, alike: [] });
    expect(await undoOf(other)).toBeNull();
    for (const [one, said] of [
      [who, [allow(['de', 'us'])]],
      [other, verdicts],
    ] as const)
      expect(await decide(one, lease, said)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const undone = await call(who, 'POST', `/v1/submissions/${body.submissionId}/undo`);
    expect(await undoOf(who)).toBeNull();
    expect(await decide(who, lease, verdicts)).toMatchObject({ status: 409, body: { code: 'lease_lost' } });
    expect((await decide(who, undone.body.lease, [allow(['de', 'us'])])).status).toBe(200);
    clock.ahead += UNDO_MS + 1_000;
    expect(await undoOf(who)).toBeNull();
  });

  it('is found also where what is left of the case is for others, who alone have it in their queue', async () => {
    const { language } = await judged([HOLD]);
    const [german, american] = [
      await person('senior', { regions: ['de'] }),
      await person('senior', { regions: ['us'] }),
    ];
    const lease = must(await next(german, language));
    const decided = await decide(german, lease, [remove(['de'])]);
    const again = await decide(german, lease, [remove(['de'])]);
    const { submissionId, undoUntil } = decided.body;
    expect(again).toMatchObject({ status: 200, body: { submissionId, undoUntil, closed: false } });
    const seen = () => call(german, 'GET', `/v1/cases/${lease.caseId}`);
    expect((await seen()).body).toMatchObject({
      undo: { submissionId, until: undoUntil },
      rights: { claim: false, decide: false, why: 'region' },
    });
    expect((await call(german, 'GET', `/v1/cases?language=${language}`)).body.items).toEqual([]);
    expect(await next(german, language)).toBeNull();
    expect((await call(american, 'GET', `/v1/cases?language=${language}`)).body.items).toHaveLength(1);
    const undone = await call(german, 'POST', `/v1/submissions/${submissionId}/undo`);
    expect((await decide(german, undone.body.lease, [allow(['de'])])).status).toBe(200);
    clock.ahead += UNDO_MS + 1_000;
    expect((await seen()).status).toBe(404);
  });

  it('is taken back for its own regions, also after a colleague has decided the rest', async () => {
    const [german, american] = [
      await person('senior', { regions: ['de'] }),
      await person('senior', { regions: ['us'] }),
    ];
    const [inGermany, inAmerica] = [
      { action: 'allow', regions: ['de'] },
      { action: 'allow', regions: ['us'] },
    ] as const;
    const { noteId } = await judged([inGermany, inAmerica]);
    const reporter = { kind: 'person', name: 'A. Reader', email: 'reader@example.org' };
    const report = { noteId, reference: ids.next('ref'), reasons: 'It asks for money.', goodFaith: true, reporter };
    expect((await call(platform, 'POST', '/v1/reports', report)).status).toBe(201);
    const [{ id }] = (await call(german, 'GET', `/v1/cases?noteId=${noteId}`)).body.items;
    const claimed = async (who: Person) => (await call(who, 'POST', `/v1/cases/${id}/claim`)).body;
    const { body } = await decide(german, await claimed(german), [remove(['de'])]);
    expect((await decide(american, await claimed(american), [allow(['us'])])).body.closed).toBe(true);
    const undone = await call(german, 'POST', `/v1/submissions/${body.submissionId}/undo`);
    expect((await call(german, 'GET', `/v1/cases/${id}`)).body.case.regions).toEqual(['de']);
    expect((await decide(german, undone.body.lease, [allow(['de'])])).body.closed).toBe(true);
  });
});

describe('a campaign', () => {
  const copies = async (count: number) => {
    const language = tag();
    const body = `Earn 5000 a week from home, write to ${ids.next('shop')}.`;
    const made: Judged[] = [];
    for (let index = 0; index < count; index += 1) made.push(await judged([HOLD], { body }, language));
    const idOf = async ({ noteId }: Judged, who: Person): Promise<string> =>
      (await call(who, 'GET', `/v1/cases?noteId=${noteId}`)).body.items[0].id;
    return { language, body, made, idOf };
  };
  interface Alike {
    readonly caseId: string;
    readonly submissionId: string | null;
    readonly refused: { readonly code: string } | null;
  }

  it('is offered in steps: the most pressing 50 of all, then the rest', async () => {
    const { language, made, idOf } = await copies(40);
    const bands = [ids.next('band')];
    const sign = ({ revisionId }: Judged) =>
      store.campaigns.record({
        sourceId: platform.sourceId,
        revisionId,
        authorId: null,
        accountAgeDays: null,
        bands,
        at: clock.now(),
      });
    await sign(must(made[0]));
    for (let index = 0; index < 25; index += 1) {
      await sign(await judged([HOLD], { body: `Write to ${ids.next('shop')}, it pays.` }, language));
    }
    const who = await person();
    const first = await idOf(must(made[0]), who);
    const offered = (await call(who, 'GET', `/v1/cases/${first}/alike`)).body;
    expect(offered.items).toHaveLength(50);
    expect(offered.total).toBe(64);
    const lease = (await call(who, 'POST', `/v1/cases/${first}/claim`)).body;
    const alike = offered.items.map((row: { id: string }) => row.id);
    const { body } = await decide(who, lease, [allow(['de', 'us'])], { alike });
    expect(body.alike.filter(({ refused }: Alike) => refused === null)).toHaveLength(50);
    const rest = (await call(who, 'GET', `/v1/cases/${first}/alike`)).body;
    expect([rest.items.length, rest.total]).toEqual([14, 14]);
  });

  it('is decided in one step, each case by itself: recorded, undone and refused one by one', async () => {
    const { language, body, made, idOf } = await copies(5);
    const abroad = await judged([{ ...HOLD, regions: ['jp'] }], { body, regions: ['jp'] }, language);
    const stranger = await judged([HOLD], { body: 'Something else altogether.' }, language);
    const [who, other] = [await person(), await person()];
    const cases: string[] = [];
    for (const one of [...made, abroad, stranger]) cases.push(await idOf(one, who));
    const [first = '', second = '', third = '', fourth = '', taken = '', inJapan = '', strange = ''] = cases;
    const lease = (await call(who, 'POST', `/v1/cases/${first}/claim`)).body;
    await call(other, 'POST', `/v1/cases/${taken}/claim`);
    const offered = (await call(who, 'GET', `/v1/cases/${first}/alike`)).body.items.map(
      (row: { id: string }) => row.id,
    );
    expect(offered.toSorted()).toEqual([second, third, fourth].toSorted());

    const alike = [second, third, fourth, taken, inJapan, strange, 'case_none'];
    const order = { alike, reason: 'A known scheme.', seconds: 20 };
    const decided = await decide(who, lease, [remove(['de']), allow(['us'])], order);
    expect(decided.status, JSON.stringify(decided.body)).toBe(200);
    const told: readonly Alike[] = decided.body.alike;
    expect(told.at(-1)).toMatchObject({ externalId: null, submissionId: null });
    expect(told.map(({ caseId, refused }) => [caseId, refused?.code ?? null])).toEqual([
      [second, null],
      [third, null],
      [fourth, null],
      [taken, 'conflict'],
      [inJapan, 'conflict'],
      [strange, 'conflict'],
      ['case_none', 'not_found'],
    ]);
    const submissions = [decided.body.submissionId, ...told.flatMap(({ submissionId }) => submissionId ?? [])];
    expect(new Set(submissions).size).toBe(4);
    const seen = async (id: string) => (await call(who, 'GET', `/v1/cases/${id}`)).body;
    const file = await seen(second);
    expect(file.case.status).toBe('closed');
    expect(file.decisions.toSorted(byAction)).toMatchObject([
      { action: 'allow', regions: ['us'] },
      { action: 'remove', regions: ['de'], reason: 'A known scheme.', seconds: null },
    ]);
    // What was refused is as it was before.
    for (const id of [inJapan, strange]) expect((await seen(id)).case).toMatchObject({ status: 'open', holder: null });
    expect((await seen(taken)).case.holder.id).toBe(other.id);
    const verbs = (await store.desk.audit({ subject: must(made[1]).noteId }, null, 50)).items.map(({ verb }) => verb);
    expect(verbs).toEqual(['case.seen', 'case.decided_alike', 'case.decided', 'note.decided']);

    // The answer was lost: asked again, it is the same.
    const again = await decide(who, lease, [remove(['de']), allow(['us'])], order);
    expect(again.body.alike).toEqual(told);
    const done = told.filter(({ refused }) => refused === null);
    const { submissionId, undoUntil } = decided.body;
    expect((await seen(first)).undo).toEqual({ submissionId, until: undoUntil, alike: done });
    expect((await seen(third)).undo).toMatchObject({ submissionId: done[1]?.submissionId, alike: [] });
    expect((await call(who, 'POST', `/v1/submissions/${told[0]?.submissionId}/undo`)).status).toBe(200);
    expect((await seen(first)).undo.alike).toEqual(done.slice(1));
    expect((await seen(second)).case.status).toBe('open');
    expect((await seen(third)).case.status).toBe('closed');
  });

  it('asks nothing of a case alone, and is no way to answer reports', async () => {
    const { language, made, idOf } = await copies(2);
    const who = await person();
    const { externalId } = (await call(platform, 'GET', `/v1/notes/${must(made[0]).noteId}`)).body;
    const report = await call(platform, 'POST', '/v1/reports', {
      externalId,
      reference: ids.next('ref'),
      reasons: 'It is a trick.',
      reporter: { kind: 'person', name: 'R. Reader', email: 'reader@mail.example' },
      goodFaith: true,
    });
    const { caseId } = report.body;
    expect((await call(who, 'GET', `/v1/cases/${caseId}/alike`)).body).toEqual({ items: [], total: 0 });
    const lease = (await call(who, 'POST', `/v1/cases/${caseId}/claim`)).body;
    const alike = [await idOf(must(made[1]), who)];
    expect(await decide(who, lease, [allow(['de', 'us'])], { alike })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/alike' }] },
    });
    const alone = await judged([HOLD], { body: ids.next('alone') }, language);
    const { body } = await call(who, 'GET', `/v1/cases/${await idOf(alone, who)}/alike`);
    expect(body).toEqual({ items: [], total: 0 });
  });
});

describe('a decision', () => {
  it('takes only what the region allows: actions of its ladder, its clauses, every region once', async () => {
    const { language } = await judged([HOLD]);
    const who = await person();
    const lease = must(await next(who, language));
    const bad: readonly (readonly object[])[] = [
      [{ ...remove(['de', 'us']), action: 'review' }],
      [{ ...remove(['de', 'us']), category: 'profanity.mild' }],
      [{ ...remove(['de', 'us']), clause: 'law:no.such' }],
      [{ ...remove(['de', 'us']), clause: null }],
      [{ ...remove(['de', 'us']), notice: 'no_such_sentence' }],
      [remove(['de'])],
      [remove(['de', 'us']), allow(['de'])],
      [remove(['de', 'us', 'jp'])],
      [],
    ];
    for (const verdicts of bad) {
      const answer = await decide(who, lease, verdicts);
      expect(answer, JSON.stringify(verdicts)).toMatchObject({ status: 422, body: { code: 'verdict_invalid' } });
      expect(answer.body.errors[0].pointer).toMatch(/^\/verdicts/);
    }
    expect((await decide(who, lease, [remove(['de']), allow(['us'])])).status).toBe(200);
  });

  it('leaves as decision.changed when its window is over, and is shown by the note at once', async () => {
    const endpoint = await store.webhooks.create(
      platform.sourceId,
      { url: 'https://hooks.example/one', events: ['decision.changed'], description: '', secret: 'whsec_x' },
      clock.now(),
    );
    const { language, noteId } = await judged([HOLD]);
    const who = await person();
    const lease = must(await next(who, language));
    const made = await decide(who, lease, [remove(['de']), allow(['us'])], { reason: 'A known scheme.', seconds: 9 });
    expect(made).toMatchObject({ status: 200, body: { closed: true, decisions: [{ by: { kind: 'person' } }, {}] } });
    const now = clock.now();
    const due = async (at: number) =>
      (await store.webhooks.takeDue(100, 1, at)).filter(
        ({ body, endpointId }) => endpointId === endpoint.endpointId && body.includes(noteId),
      );
    expect(await due(now)).toEqual([]);
    const [sent] = await due(now + UNDO_MS + 1_000);
    const { type, data } = JSON.parse(must(sent).body);
    expect([type, data.noteId, data.sequence]).toEqual(['decision.changed', noteId, 2]);
    type Told = { readonly action: string; readonly category: string | null; readonly regions: readonly string[] };
    const told = (data.decisions as readonly Told[]).map((one) => [one.action, one.category, ...one.regions]);
    expect(told.toSorted()).toEqual([
      ['allow', null, 'us'],
      ['remove', 'fraud.scam', 'de'],
    ]);
    const note = await call(platform, 'GET', `/v1/notes/${noteId}`);
    const standing = note.body.decisions.filter((one: { supersededBy: string | null }) => one.supersededBy === null);
    expect(standing.toSorted(byAction)).toMatchObject([
      { action: 'allow' },
      { action: 'remove', ground: { kind: 'terms', ref: 'honesty-1' } },
    ]);
    // Taken already: what has been handed out cannot be taken back.
    const undo = await call(who, 'POST', `/v1/submissions/${made.body.submissionId}/undo`);
    expect(undo).toMatchObject({ status: 409, body: { code: 'undo_too_late' } });
    await store.webhooks.remove(platform.sourceId, endpoint.endpointId);
  });

  it('can be undone within its window: the event never leaves, the case is open and yours', async () => {
    const endpoint = await store.webhooks.create(
      platform.sourceId,
      { url: 'https://hooks.example/two', events: ['decision.changed'], description: '', secret: 'whsec_x' },
      clock.now(),
    );
    const { language, noteId } = await judged([HOLD]);
    const [who, other] = [await person(), await person()];
    const made = await decide(who, must(await next(who, language)), [remove(['de', 'us'])]);
    const path = `/v1/submissions/${made.body.submissionId}/undo`;
    expect((await call(other, 'POST', path)).status).toBe(404);
    const undone = await call(who, 'POST', path);
    expect(undone.status, JSON.stringify(undone.body)).toBe(200);
    expect((await call(who, 'POST', path)).body.code).toBe('undo_too_late');
    const later = await store.webhooks.takeDue(100, 1, clock.now() + 60_000);
    expect(later.filter(({ body }) => body.includes(noteId))).toEqual([]);
    const note = await call(platform, 'GET', `/v1/notes/${noteId}`);
    expect(note.body.status).toBe('held');
    expect((await decide(who, undone.body.lease, [allow(['de', 'us'])])).status).toBe(200);
    const file = await call(other, 'GET', `/v1/cases/${undone.body.lease.caseId}`);
    expect(file.body.decisions.map((one: { undoneAt: string | null }) => one.undoneAt !== null)).toEqual([true, false]);
    const verbs = (await store.desk.audit({ subject: noteId }, null, 50)).items.map(({ verb }) => verb);
    expect(verbs).toEqual(['case.seen', 'case.decided', 'case.undone', 'case.decided', 'note.decided']);
    await store.webhooks.remove(platform.sourceId, endpoint.endpointId);
  });

  it('is not overwritten by a later result of the policy for the same revision', async () => {
    const { language, noteId, revisionId } = await judged([HOLD]);
    const german = await person('senior', { regions: ['de'] });
    await decide(german, must(await next(german, language)), [allow(['de'])]);
    await sql(`UPDATE revisions SET state = 'due', due_at = now(), lease_until = NULL WHERE id = $1`, [revisionId]);
    const claim = must(await store.work.claim(revisionId, 1_000, clock.now()));
    const again = decision({ action: 'remove', severity: 3, category: 'fraud.scam', regions: ['de', 'us'] });
    const only = decision({ action: 'remove', severity: 3, category: 'fraud.scam', regions: ['de'] });
    const record = {
      evidence: evidenceOf(() => 0.2),
      evidenceVersion: 'ev2',
      bundleHash: bundle.hash,
      pending: false,
      language,
      trace: [],
    };
    expect(
      await store.work.complete(claim, { ...record, decisions: [again, only], cases: [null, null] }, clock.now()),
    ).toBe('saved');
    const view = must(await store.notes.get(null, noteId));
    const standing = view.decisions.filter(({ supersededBy }) => supersededBy === null);
    expect(standing.map(({ regions, action, by }) => [...regions, action, by.kind]).toSorted()).toEqual([
      ['de', 'allow', 'person'],
      ['us', 'remove', 'policy'],
    ]);
    expect(view.status).toBe('decided');
    const [event] = await sql(
      `SELECT body FROM events WHERE note_id = $1 AND type = 'note.decided' ORDER BY sequence DESC LIMIT 1`,
      [noteId],
    );
    expect(JSON.parse(event.body).data.decisions).toMatchObject([{ regions: ['us'], action: 'remove' }]);
  });

  it('shows the notice in the language of the note, blanks filled in', async () => {
    const { language: lang } = await judged([HOLD], {}, 'de');
    const who = await person();
    const lease = must(await next(who, lang));
    const { status, body } = await call(who, 'POST', `/v1/cases/${lease.caseId}/notice`, {
      verdicts: [remove(['de']), allow(['us'])],
    });
    expect(status, JSON.stringify(body)).toBe(200);
    const [german, silent] = body.items;
    expect(german).toMatchObject({ language: 'de', direction: 'ltr', inAuthorsLanguage: true, silent: false });
    const text = german.sentences.map((one: { text: string }) => one.text).join(' ');
    expect(text).toMatch(/Deutschland/);
    expect(text).toMatch(/ein Mensch/);
    expect(text.replaceAll('{link}', '')).not.toMatch(/[{}]/);
    expect(german.openSlots).toEqual(['link']);
    expect(silent).toMatchObject({ silent: true, sentences: [] });
    await call(who, 'POST', `/v1/cases/${lease.caseId}/release`, { epoch: lease.epoch });
  });
});

describe('the case page', () => {
  it('holds text, spans, rules with values, choices per region, author and similar notes, and is audited', async () => {
    const author = { id: ids.next('author') };
    const body = 'Send 50 euros and get 500 back today.';
    const before = await judged([{ action: 'remove', severity: 3, category: 'fraud.scam' }], { author, body });
    const { language, noteId } = await judged([HOLD], { author, body });
    const who = await person();
    const lease = must(await next(who, language));
    const { status, body: page } = await call(who, 'GET', `/v1/cases/${lease.caseId}`);
    expect(status, JSON.stringify(page)).toBe(200);
    expect(page).toMatchObject({
      case: { id: lease.caseId, noteId, reason: 'hold', severity: 3, holder: { id: who.id } },
      lease: { epoch: lease.epoch },
      rights: { claim: true, decide: true, why: null },
      note: { newest: true, status: 'held', gone: false },
      translation: { status: 'not_configured' },
      why: { current: true, recomputed: true, bundleHash: bundle.hash },
      author: { id: author.id, notes: 2, strikes: [{ noteId: before.noteId, weight: 2 }] },
    });
    expect(page.parts.map((part: { part: string }) => part.part)).toEqual(['title', 'body']);
    expect(page.similar.sameText.map((one: { noteId: string }) => one.noteId)).toEqual([before.noteId]);
    expect(page.regions.map((one: { region: string }) => one.region)).toEqual(['de', 'us']);
    const [german] = page.regions;
    expect(german.actionsBySeverity[3].actions).toContain('remove');
    expect(german.actionsBySeverity[0].actions).not.toContain('remove');
    expect(german.clauses.map((clause: { id: string }) => clause.id)).toEqual(
      expect.arrayContaining(['terms:honesty-1', 'law:stgb.130']),
    );
    expect(german.suggested).toContainEqual(expect.objectContaining({ category: 'fraud.scam', notice: 'scam' }));
    expect((await call(who, 'POST', `/v1/cases/${lease.caseId}/unblurred`, { image: 0 })).status).toBe(204);
    const auditor = await person('auditor');
    const trail = await call(auditor, 'GET', `/v1/audit?subject=${noteId}&actor=${who.id}`);
    expect(trail.body.items.map((one: { verb: string }) => one.verb)).toEqual(['case.unblurred', 'case.seen']);
    expect(trail.body.items[0].actor.login).toBe(who.login);
    expect((await call(auditor, 'GET', '/v1/audit/verify')).body.broken).toEqual([]);
    expect((await call(auditor, 'POST', `/v1/cases/${lease.caseId}/claim`)).status).toBe(403);
    expect((await call(auditor, 'GET', `/v1/cases/${lease.caseId}`)).body.rights).toMatchObject({
      claim: false,
      why: 'role',
    });
  });

  it('keeps a blind colleague from what others think', async () => {
    const { language } = await judged([HOLD]);
    const [who, asked] = [await person(), await person()];
    const { caseId } = must(await next(who, language));
    await call(who, 'POST', `/v1/cases/${caseId}/comments`, { text: 'I think it is one.' });
    const ask = await call(who, 'POST', `/v1/cases/${caseId}/ask`, { to: asked.id, blind: true, question: 'A scam?' });
    expect(ask.status).toBe(201);
    expect((await call(asked, 'GET', `/v1/cases?holder=mine`)).body.items.map((one: { id: string }) => one.id)).toEqual(
      [caseId],
    );
    expect((await call(asked, 'GET', `/v1/cases/${caseId}`)).body.comments).toEqual([]);
    const path = `/v1/cases/${caseId}/opinions/${ask.body.id}`;
    expect((await call(asked, 'POST', path, { text: 'Yes.', action: 'remove' })).status).toBe(204);
    expect((await call(asked, 'GET', `/v1/cases/${caseId}`)).body.comments).toHaveLength(1);
    expect((await call(who, 'GET', `/v1/cases/${caseId}`)).body.opinions).toMatchObject([
      { text: 'Yes.', blind: true },
    ]);
  });

  it('is a 404 for people outside its language, region or desk', async () => {
    const { language } = await judged([{ ...HOLD, category: 'child.endanger' }]);
    const admin = await person('admin');
    const { id, desk } = (await call(admin, 'GET', `/v1/cases?language=${language}`)).body.items[0];
    expect(desk).toBe('child_safety');
    for (const who of [
      await person('senior'),
      await person('reviewer'),
      await person('senior', { desks: ['child_safety'], regions: ['jp'] }),
    ]) {
      expect((await call(who, 'GET', `/v1/cases/${id}`)).status).toBe(404);
      expect((await call(who, 'POST', `/v1/cases/${id}/claim`)).status).toBe(404);
      expect((await call(who, 'POST', `/v1/cases/${id}/comments`, { text: 'x' })).status).toBe(404);
    }
    expect((await call(await person('senior', { desks: ['child_safety'] }), 'GET', `/v1/cases/${id}`)).status).toBe(
      200,
    );
  });
});

describe('what the author reads', () => {
  it('reaches the platform with the decision, as it was shown to the person who made it', async () => {
    const { language, noteId } = await judged([HOLD]);
    const who = await person();
    const lease = must(await next(who, language));
    const verdicts = [remove(['de', 'us'])];
    const shown = await call(who, 'POST', `/v1/cases/${lease.caseId}/notice`, { verdicts });
    const made = await decide(who, lease, verdicts);
    const [before, after] = (await call(platform, 'GET', `/v1/notes/${noteId}`)).body.decisions;
    // What fell by itself says so, and whoever it is told to may answer.
    const told = before.notices.map(({ sentences: all }: { sentences: { text: string }[] }) =>
      all.map(({ text }) => text).join(' '),
    );
    expect(told).toEqual([
      expect.stringMatching(/not shown.*applies to: Germany.*decided by an automated system.*out-of-court/),
      expect.stringMatching(/not shown.*applies to: United States.*decided by an automated system/),
    ]);
    expect(after.notices).toMatchObject([
      { regions: ['de'], openSlots: ['link'] },
      { regions: ['us'], openSlots: ['link'] },
    ]);
    const sentences = ({ sentences: all }: { readonly sentences: unknown }) => all;
    expect(after.notices.map(sentences)).toEqual(shown.body.items.map(sentences));
    expect(made.body.decisions[0].notices).toEqual(after.notices);
    expect((await call(who, 'POST', `/v1/submissions/${made.body.submissionId}/undo`)).status).toBe(200);
    const undone = (await call(platform, 'GET', `/v1/notes/${noteId}`)).body.decisions;
    expect(undone.map(({ notices }: { notices: unknown }) => notices)).toEqual([before.notices, []]);
  });
});

describe('appeals and reports', () => {
  const removed = async () => {
    const { language, noteId } = await judged([HOLD]);
    const first = await person();
    const made = await decide(first, must(await next(first, language)), [remove(['de', 'us'])]);
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    return { language, noteId, first };
  };
  const appeal = (noteId: string, more: object = {}) =>
    call(platform, 'POST', '/v1/appeals', {
      noteId,
      reference: ids.next('ref'),
      by: 'author',
      text: 'It was a joke.',
      language: 'de',
      ...more,
    });

  it('an appeal goes to those who look after children, though a milder rule led', async () => {
    const grave = hit({ rule: 'contact', category: 'child.grooming', severity: 4, action: 'review' });
    const { noteId } = await judged([{ action: 'remove', severity: 2, category: 'goods.gambling', rules: [grave] }]);
    const { caseId } = (await appeal(noteId)).body;
    const [row] = await sql('SELECT desk, severity, category FROM cases WHERE id = $1', [caseId]);
    expect(row).toEqual({ desk: 'child_safety', severity: 4, category: 'child.grooming' });
  });

  it('another person overturns; the effect is undone and sent, the strike is gone', async () => {
    const { language, noteId, first } = await removed();
    const received = await appeal(noteId);
    expect(received, JSON.stringify(received.body)).toMatchObject({
      status: 201,
      body: { state: 'open', regions: ['de', 'us'] },
    });
    expect(await next(first, language)).toBeNull();
    expect((await call(first, 'POST', `/v1/cases/${received.body.caseId}/claim`)).status).toBe(403);
    const page = await call(first, 'GET', `/v1/cases/${received.body.caseId}`);
    expect(page.body.rights).toMatchObject({ claim: false, why: 'was_first' });
    const second = await person();
    const lease = must(await next(second, language));
    expect(lease.caseId).toBe(received.body.caseId);
    expect((await decide(second, lease, [allow(['de', 'us'])])).body.code).toBe('verdict_invalid');
    const made = await decide(second, lease, [], { outcome: 'overturn', reason: 'Clearly a joke.' });
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    const state = await call(platform, 'GET', `/v1/appeals/${received.body.id}`);
    expect(state.body).toMatchObject({ state: 'overturned', reason: 'Clearly a joke.' });
    const note = await call(platform, 'GET', `/v1/notes/${noteId}`);
    const standing = note.body.decisions.filter((one: { supersededBy: string | null }) => one.supersededBy === null);
    expect(standing).toMatchObject([{ action: 'allow', by: { kind: 'person', id: second.id } }]);
    const [event] = await sql(`SELECT body FROM events WHERE note_id = $1 ORDER BY sequence DESC LIMIT 1`, [noteId]);
    expect(JSON.parse(event.body)).toMatchObject({
      type: 'decision.changed',
      data: { decisions: [{ action: 'allow' }] },
    });
  });

  it('uphold says again what stands, change_ground keeps the action, and nothing else fits', async () => {
    const one = await removed();
    const upheld = await appeal(one.noteId);
    const second = await person();
    await decide(second, must(await next(second, one.language)), [], { outcome: 'uphold', reason: 'It is one.' });
    expect((await call(platform, 'GET', `/v1/appeals/${upheld.body.id}`)).body.state).toBe('upheld');
    const two = await removed();
    const changed = await appeal(two.noteId);
    const lease = must(await next(second, two.language));
    const other = { ...remove(['de', 'us']), category: 'fraud.phish' };
    const milder = [{ ...other, action: 'limit' }];
    expect((await decide(second, lease, milder, { outcome: 'change_ground' })).body.code).toBe('verdict_invalid');
    expect((await decide(second, lease, [other], { outcome: 'change_ground' })).status).toBe(200);
    expect((await call(platform, 'GET', `/v1/appeals/${changed.body.id}`)).body.state).toBe('ground_changed');
  });

  it('each side is heard once about a decision and its answer, and the notice says so', async () => {
    const { language, noteId } = await removed();
    const { decisions } = (await call(platform, 'GET', `/v1/notes/${noteId}`)).body;
    const { id: decisionId } = decisions.find(
      ({ supersededBy }: { supersededBy: string | null }) => supersededBy === null,
    );
    const received = await appeal(noteId);
    const second = await person();
    const lease = must(await next(second, language));
    const verdicts = [{ ...remove(['de', 'us']), action: 'limit' }];
    const path = `/v1/cases/${lease.caseId}/notice`;
    const preview = await call(second, 'POST', path, { verdicts });
    const keys = preview.body.items[0].sentences.map(({ key }: { key: string }) => key);
    expect(keys).toContain('how_decided');
    expect(keys).not.toContain('redress');
    expect((await decide(second, lease, verdicts, { outcome: 'overturn' })).status).toBe(200);
    const state = await call(platform, 'GET', `/v1/appeals/${received.body.id}`);
    expect(state.body.state).toBe('partly_overturned');
    for (const more of [{}, { regions: ['de'] }, { decisionId }]) {
      expect(await appeal(noteId, more)).toMatchObject({
        status: 422,
        body: { code: 'appeal_refused', detail: expect.stringContaining('already') },
      });
    }
    // Whoever reported has not been heard yet; what comes of that is new to the author.
    const reported = { by: 'notifier', regions: ['de'] };
    expect((await appeal(noteId, reported)).status).toBe(201);
    const third = await person();
    const other = must(await next(third, language));
    expect((await decide(third, other, [], { outcome: 'uphold' })).status).toBe(200);
    expect((await appeal(noteId, reported)).body.code).toBe('appeal_refused');
    expect((await appeal(noteId, { regions: ['de', 'us'] })).body.code).toBe('appeal_refused');
    expect(await appeal(noteId)).toMatchObject({ status: 201, body: { regions: ['de'] } });
  });

  it('are refused when nothing restricts, when the time is over, and for a stranger', async () => {
    const { noteId } = await judged([{ action: 'allow' }]);
    expect(await appeal(noteId)).toMatchObject({ status: 422, body: { code: 'appeal_refused' } });
    expect((await appeal(noteId, { by: 'notifier', regions: ['de'] })).status).toBe(201);
    const { noteId: old } = await removed();
    clock.ahead += 190 * 86_400_000;
    expect((await appeal(old)).body.code).toBe('appeal_refused');
    clock.ahead -= 190 * 86_400_000;
    expect((await appeal('note_of_nobody')).status).toBe(404);
    const again = { reference: 'same-ref' };
    const first = await appeal(old, again);
    expect((await appeal(old, again)).body.id).toBe(first.body.id);
    expect((await appeal(old, again)).status).toBe(200);
    expect((await appeal(old)).body.code).toBe('conflict');
  });

  it('without regions an appeal is about those where it is open: others are no obstacle to it', async () => {
    const { noteId } = await judged([{ action: 'allow' }]);
    expect((await appeal(noteId, { by: 'notifier', regions: ['de', 'us'] })).body).toMatchObject({
      code: 'appeal_refused',
      detail: expect.stringContaining('In us'),
    });
    expect(await appeal(noteId, { by: 'notifier' })).toMatchObject({ status: 201, body: { regions: ['de'] } });
    const { noteId: old } = await removed();
    clock.ahead += 100 * 86_400_000;
    const late = await appeal(old);
    clock.ahead -= 100 * 86_400_000;
    expect(late).toMatchObject({ status: 201, body: { regions: ['de'] } });
  });

  it('a reference sent again gets its appeal, also once nothing stands any more, and never swallows another', async () => {
    const { language, noteId } = await removed();
    const reference = ids.next('ref');
    const { body } = await appeal(noteId, { reference });
    const other = (await removed()).noteId;
    for (const different of [
      await appeal(other, { reference }),
      await appeal(noteId, { reference, text: 'Somebody else writes this.' }),
      await appeal(noteId, { reference, by: 'notifier' }),
    ]) {
      expect(different).toMatchObject({
        status: 409,
        body: { code: 'conflict', detail: expect.stringContaining('reference') },
      });
    }
    const second = await person();
    expect((await decide(second, must(await next(second, language)), [], { outcome: 'overturn' })).status).toBe(200);
    expect(await appeal(noteId, { reference })).toMatchObject({
      status: 200,
      body: { id: body.id, state: 'overturned' },
    });
    expect((await appeal(noteId)).body.code).toBe('appeal_refused');
  });

  it('a reference of a report that comes with other words is told, and not answered with the first', async () => {
    const { noteId } = await judged([{ action: 'allow' }]);
    const reporter = { name: 'A. Reader', email: 'reader@example.org' };
    const report = { noteId, reference: ids.next('ref'), reasons: 'It asks for money.', goodFaith: true, reporter };
    const send = (more: object = {}) => call(platform, 'POST', '/v1/reports', { ...report, ...more });
    const { body } = await send();
    expect(await send()).toMatchObject({ status: 200, body: { id: body.id } });
    for (const more of [{ reasons: 'It shows me.' }, { category: 'fraud.scam' }]) {
      expect(await send(more)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    }
  });

  it('a report with the fields of Art. 16 opens a case, and its answer is shown', async () => {
    const { language, noteId } = await judged([{ action: 'allow' }]);
    const order = {
      noteId,
      reference: ids.next('ref'),
      reasons: 'It asks for money.',
      goodFaith: true,
      category: 'fraud.scam',
    };
    expect((await call(platform, 'POST', '/v1/reports', { ...order, goodFaith: false })).status).toBe(400);
    expect((await call(platform, 'POST', '/v1/reports', order)).body.errors).toMatchObject([
      { pointer: '/reporter/name' },
      { pointer: '/reporter/email' },
    ]);
    const reporter = { kind: 'person', name: 'A. Reader', email: 'लेखक@उदाहरण.भारत' };
    for (const email of ['reader', 'a b@example.org', '\ud800@example.org', 'a@b\u0000.org']) {
      const refused = await call(platform, 'POST', '/v1/reports', { ...order, reporter: { ...reporter, email } });
      expect(refused.body.errors, email).toMatchObject([{ pointer: '/reporter/email' }]);
    }
    const received = await call(platform, 'POST', '/v1/reports', { ...order, reporter });
    expect(received, JSON.stringify(received.body)).toMatchObject({
      status: 201,
      body: { state: 'open', automated: false },
    });
    const who = await person();
    const lease = must(await next(who, language));
    const page = await call(who, 'GET', `/v1/cases/${lease.caseId}`);
    expect(page.body).toMatchObject({ case: { reason: 'report' }, reports: [{ reporter: { name: 'A. Reader' } }] });
    await decide(who, lease, [remove(['de', 'us'])], { reason: 'True.' });
    expect((await call(platform, 'GET', `/v1/reports/${received.body.id}`)).body).toMatchObject({
      state: 'actioned',
      reason: 'True.',
    });
    const child = { ...order, reference: ids.next('ref'), category: 'child.csam' };
    expect((await call(platform, 'POST', '/v1/reports', child)).status).toBe(201);
  });

  it('what two people decide for their regions is one answer to whoever reported or appealed', async () => {
    const [german, american] = await Promise.all([
      person('senior', { regions: ['de'] }),
      person('senior', { regions: ['us'] }),
    ]);
    const reporter = { kind: 'person', name: 'A. Reader', email: 'reader@example.org' };
    const reported = await judged([{ action: 'allow' }]);
    const received = await call(platform, 'POST', '/v1/reports', {
      noteId: reported.noteId,
      reference: ids.next('ref'),
      reasons: 'It asks for money.',
      goodFaith: true,
      reporter,
    });
    await decide(german, must(await next(german, reported.language)), [remove(['de'])]);
    await decide(american, must(await next(american, reported.language)), [{ regions: ['us'], action: 'allow' }]);
    expect((await call(platform, 'GET', `/v1/reports/${received.body.id}`)).body.state).toBe('actioned');

    const limited = await judged([{ action: 'limit', severity: 1, category: 'authentic.spam' }]);
    const appealed = await call(platform, 'POST', '/v1/appeals', {
      noteId: limited.noteId,
      reference: ids.next('ref'),
      by: 'author',
      text: 'It is a joke.',
    });
    await decide(american, must(await next(american, limited.language)), [], { outcome: 'overturn' });
    await decide(german, must(await next(german, limited.language)), [], { outcome: 'uphold' });
    expect((await call(platform, 'GET', `/v1/appeals/${appealed.body.id}`)).body.state).toBe('partly_overturned');
  });

  it('clocks of the regions set the order: two hours in India before two days in the United States', async () => {
    const language = tag();
    const report = async (noteId: string, regions: readonly string[]) =>
      (
        await call(platform, 'POST', '/v1/reports', {
          noteId,
          reference: ids.next('ref'),
          reasons: 'My picture.',
          goodFaith: true,
          category: 'sexual.ncii',
          regions,
          reporter: { name: 'A', email: 'a@example.org' },
        })
      ).body.caseId as string;
    const american = await judged([{ action: 'allow', regions: ['us'] }], { regions: ['us'] }, language);
    const indian = await judged([{ action: 'allow', regions: ['in'] }], { regions: ['in'] }, language);
    const [us, inn] = [await report(american.noteId, ['us']), await report(indian.noteId, ['in'])];
    const page = await call(await person('senior'), 'GET', `/v1/cases?language=${language}`);
    const rows = page.body.items as {
      id: string;
      clock: { region: string; name: string };
      dueAt: string;
      openedAt: string;
    }[];
    expect(rows.map(({ id }) => id)).toEqual([inn, us]);
    expect(rows.map(({ clock: { region } }) => region)).toEqual(['in', 'us']);
    const hours = rows.map(({ dueAt, openedAt }) => Math.round((Date.parse(dueAt) - Date.parse(openedAt)) / 3_600_000));
    expect(hours).toEqual([2, 48]);
    clock.ahead += 3 * 3_600_000;
    expect(
      (await call(await person('senior'), 'GET', `/v1/cases?language=${language}&overdue=true`)).body.items,
    ).toHaveLength(1);
    clock.ahead -= 3 * 3_600_000;
  });

  it("a person's hold that runs out comes back as a case", async () => {
    const { language, noteId } = await judged([HOLD]);
    const who = await person();
    const hold = { ...remove(['de', 'us']), action: 'hold', hours: 2 };
    expect((await decide(who, must(await next(who, language)), [hold])).status).toBe(200);
    const deps = { desk: store.desk, bundle: () => bundle, clock, log: silent };
    expect(await next(who, language)).toBeNull();
    clock.ahead += 3 * 3_600_000;
    expect(await openOverdue(deps)).toBeGreaterThan(0);
    const page = await call(who, 'GET', `/v1/cases?noteId=${noteId}`);
    expect(page.body.items).toMatchObject([{ reason: 'overdue', regions: ['de', 'us'] }]);
    clock.ahead -= 3 * 3_600_000;
  });
});

describe('live counts', () => {
  /** On a server of its own; `hears` gives up after some seconds. */
  async function listen(who: Awaited<ReturnType<typeof person>>, path: string, more: Record<string, string> = {}) {
    const other = await build();
    const url = await other.listen({ port: 0, host: '127.0.0.1' });
    const answer = await fetch(`${url}${path}`, { headers: { ...who.headers, ...more, accept: 'text/event-stream' } });
    const reader = must(answer.body).getReader();
    const heard: string[] = [];
    const listening = (async () => {
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
        heard.push(new TextDecoder().decode(chunk.value));
    })().catch(() => undefined);
    await sleep(1_500);
    return {
      answer,
      heard,
      hears: (text: string) => until(async () => (heard.join('').includes(text) ? true : null), 10_000),
      close: async () => {
        await other.close();
        await listening;
      },
    };
  }

  it('reach a listener of another server', async () => {
    const who = await person();
    const { answer, heard, hears, close } = await listen(who, '/v1/cases/events');
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const { language } = await judged([HOLD]);
    const { caseId } = must(await next(who, language));
    await hears(caseId);
    expect(heard[0]).toMatch(/retry: 3000/);
    expect(heard.join('')).toMatch(/event: counts\ndata: \{"open":\d+/);
    expect(heard.join('')).toContain(`"id":"${caseId}","status":"open","holder":{"id":"${who.id}"`);
    expect(heard.join('')).not.toContain('event: reset');
    // A server that stops ends its streams.
    await close();
  });

  it('a listener of cases hears of its own among many, and to read anew where they are too many to tell', async () => {
    const { heard, hears, close } = await listen(await person(), '/v1/cases/events?counts=off');
    const { noteId, revisionId } = await judged([HOLD]);
    const change = (many: string, count: number) =>
      sql(
        `INSERT INTO cases (id, source_id, note_id, revision_id, revision, reason, severity, category, regions, language,
           state, opened_at, due_at, rank_at, weight, desk, changed_at)
         SELECT $4 || n, $1, $2, $3, 1, 'review', 1, 'fraud.scam', ARRAY['de'], 'de', 'open', now(), now(), now(), 1,
           'general', $5::timestamptz FROM generate_series(1, ${count}) n`,
        [platform.sourceId, noteId, revisionId, many, new Date(clock.now())],
      );
    await change('case_some_', 60);
    await hears('case_some_60"');
    expect(heard.join('')).not.toContain('event: reset');
    await change('case_lots_', 300);
    await hears('event: reset');
    expect(heard.join('')).not.toContain('case_lots_');
    await close();
    await sql(`DELETE FROM cases WHERE id LIKE 'case_some_%' OR id LIKE 'case_lots_%'`);
  });

  it('who was cut off is told to read anew when the connection stands again', async () => {
    const { hears, close } = await listen(await person(), '/v1/cases/events', { 'last-event-id': '1' });
    await hears('event: reset');
    await close();
  });
});

describe('ten thousand open cases', () => {
  const MANY = 10_000;
  it('are paged, counted and taken without a wait', async () => {
    const { noteId, revisionId } = await judged([HOLD]);
    await sql(
      `INSERT INTO cases (id, source_id, note_id, revision_id, revision, decision_id, reason, severity, category, regions, language,
         state, opened_at, due_at, rank_at, weight, desk)
       SELECT 'case_many_' || lpad(n::text, 6, '0'), $1, $2, $3, 1, NULL, 'review', n % 5, 'fraud.scam',
         CASE WHEN n % 19 = 0 THEN ARRAY['jp'] ELSE ARRAY['de', 'us'] END, (ARRAY['de', 'en', 'es', 'zh-Hans', 'ar'])[1 + n % 5],
         'open', now(), now() + n * interval '1 minute', now() + n * interval '1 minute' / (1 + n % 5), 1, 'general'
       FROM generate_series(1, ${MANY}) n`,
      [platform.sourceId, noteId, revisionId],
    );
    await sql('ANALYZE cases');
    const who = await person('reviewer', { languages: ['ar', 'zh'], regions: ['jp', 'sa'] });
    const all = await person('reviewer');
    const took = async (times: number, run: () => Promise<unknown>): Promise<number> => {
      const each: number[] = [];
      for (let i = 0; i < times; i += 1) {
        const started = performance.now();
        await run();
        each.push(performance.now() - started);
      }
      return each.toSorted((a, b) => a - b)[Math.floor(times * 0.95)] ?? Number.NaN;
    };
    const claimOne = (from: Person) => async () => {
      const { body } = await call(from, 'POST', '/v1/cases/next', {});
      expect(body.lease).not.toBeNull();
    };
    let cursor: string | null = null;
    const page = async () => {
      const { body } = await call(all, 'GET', `/v1/cases?limit=50${cursor === null ? '' : `&cursor=${cursor}`}`);
      expect(body.items).toHaveLength(50);
      cursor = body.nextCursor;
    };
    const figures = {
      next: await took(100, claimOne(all)),
      'next in two languages and regions': await took(100, claimOne(who)),
      page: await took(60, page),
      counts: await took(20, () => call(all, 'GET', '/v1/cases/counts')),
    };
    for (const [name, ms] of Object.entries(figures))
      console.log(`${MANY} open cases: p95 of ${name} ${ms.toFixed(1)} ms`);
    const plan = await sql(
      `EXPLAIN SELECT c.id FROM cases c WHERE c.state = 'open' AND (c.lease_until IS NULL OR c.lease_until <= now())
         AND c.desk = ANY (ARRAY['general']) AND 'x' <> ALL (c.excluded) ORDER BY c.rank_at, c.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED`,
    );
    expect(plan.map((row: { 'QUERY PLAN': string }) => row['QUERY PLAN']).join('\n')).toContain('cases_open_rank');
    // Generous for a loaded machine; a scan and sort of all rows in every step would be far above.
    expect(Math.max(...Object.values(figures))).toBeLessThan(1_000);
    await sql(`DELETE FROM cases WHERE id LIKE 'case_many_%'`);
  });
});

describe('figures and people', () => {
  it('the start page counts what is stored', async () => {
    const { status, body } = await call(await person('policy_author'), 'GET', '/v1/statistics?days=2');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({
      bucketHours: 1,
      limited: false,
      appeals: { overturned: 2, upheld: 2 },
      reports: { actioned: 2 },
    });
    expect(body.backlog.open).toBeGreaterThan(0);
    expect(body.clocks.met).toBeGreaterThan(0);
    expect(body.people.undone).toBe(6);
    const decided = body.people.decided.reduce((sum: number, one: { count: number }) => sum + one.count, 0);
    expect(decided).toBeGreaterThan(5);
    expect(body.volume.byAction.map((one: { action: string }) => one.action)).toEqual(
      expect.arrayContaining(['hold', 'remove', 'allow']),
    );
  });

  it('an admin adds a person with rights, who signs in and sees only that', async () => {
    const admin = await person('admin');
    const rights = { languages: ['de'], regions: ['de'], categories: null, desks: ['general'] };
    const login = ids.next('new');
    const made = await call(admin, 'POST', '/v1/users', { login, role: 'reviewer', rights });
    expect(made, JSON.stringify(made.body)).toMatchObject({
      status: 201,
      body: { login, rights, signInBy: 'password' },
    });
    expect(made.body.password).toMatch(/^.{16,}$/);
    expect(made.body.sees).toEqual(rights);
    const promoted = await call(admin, 'PATCH', `/v1/users/${made.body.id}`, { role: 'senior' });
    expect(promoted.body).toMatchObject({ rights, sees: { ...rights, desks: ['general', 'senior'] } });
    const signIn = () =>
      server.inject({ method: 'POST', url: '/auth/sign-in', payload: { login, password: made.body.password } });
    expect((await signIn()).statusCode).toBe(200);
    expect((await call(admin, 'PATCH', `/v1/users/${made.body.id}`, { disabled: true })).body.disabled).toBe(true);
    expect((await signIn()).statusCode).toBe(401);
    expect((await call(admin, 'POST', '/v1/users', { login, role: 'reviewer' })).status).toBe(409);
  });

  it('what somebody holds or was handed is free again once they are disabled', async () => {
    const [admin, gone, colleague] = [await person('admin'), await person(), await person()];
    const [held, handed] = [await judged([HOLD]), await judged([HOLD])];
    await next(gone, held.language);
    const lease = must(await next(colleague, handed.language));
    const order = { epoch: lease.epoch, to: gone.id };
    expect((await call(colleague, 'POST', `/v1/cases/${lease.caseId}/hand-over`, order)).status).toBe(204);
    for (const { language } of [held, handed]) expect(await next(colleague, language)).toBeNull();
    await call(admin, 'PATCH', `/v1/users/${gone.id}`, { disabled: true });
    for (const { language } of [held, handed]) expect(await next(colleague, language)).not.toBeNull();
  });
});
