/** The routes of the review desk on the store in memory: steps of a claim, people, own things, bad input. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import type { Role } from '../../src/ports/store.js';
import { acceptInput, decision, record } from '../support/store.js';
import { type Bench, type Caller, NOW, openBench, PASSWORD } from './support.js';

let bench: Bench;
let source: string;
beforeAll(async () => {
  const bundle = await loadBundle('policies');
  bench = await openBench({ deps: { bundle: () => bundle } });
  const order = { sourceName: 'app', label: '', scopes: [], secretHash: 'x', expiresAt: null };
  source = (await bench.store.access.createKey(order, NOW)).sourceId;
});
afterAll(() => bench.server.close());

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'HEAD';
const call = async (who: Caller, method: Method, url: string, payload?: object) => {
  const answer = await bench.server.inject({
    method,
    url,
    headers: who.headers,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
};
let counter = 0;
async function waiting(): Promise<{ readonly noteId: string; readonly language: string; readonly id: string }> {
  counter += 1;
  const language = `x-${counter}`;
  const accepted = await bench.store.notes.accept(acceptInput(source, { now: NOW, contentHash: language }));
  if (!('noteId' in accepted)) throw new Error(accepted.kind);
  const claim = await bench.store.work.claim(accepted.revisionId, 1_000, NOW);
  if (claim === null) throw new Error('nothing to claim');
  const held = decision({ action: 'hold', severity: 2, category: 'fraud.scam', policy: 'global' });
  await bench.store.work.complete(claim, record({ language, decisions: [held] }), NOW);
  const page = await call(await bench.signedIn('admin'), 'GET', `/v1/cases?noteId=${accepted.noteId}`);
  return { noteId: accepted.noteId, language, id: page.body.items[0].id };
}
const claimed = async (who: Caller, id: string): Promise<number> => {
  const { status, body } = await call(who, 'POST', `/v1/cases/${id}/claim`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.epoch;
};

async function speakerOf(language: string): Promise<Caller> {
  const speaker = await bench.signedIn('reviewer');
  const rights = { languages: [language], regions: null, categories: null, desks: ['general'] } as const;
  await bench.store.people.change(speaker.id, { rights }, { kind: 'system', id: 'test' }, NOW);
  return speaker;
}

describe('the steps of a claim', () => {
  it('nobody waits for a reader of a language that nobody has', async () => {
    const { id, language } = await waiting();
    const holder = await bench.signedIn('senior');
    const epoch = await claimed(holder, id);
    const wait = () => call(holder, 'POST', `/v1/cases/${id}/native-speaker`, { epoch });
    expect(await wait()).toMatchObject({
      status: 409,
      body: { code: 'no_speaker', detail: expect.stringContaining(`names ${language}`) },
    });
    expect((await call(holder, 'GET', `/v1/cases/${id}`)).body.case.holder.id).toBe(holder.id);
    const speaker = await speakerOf(language);
    expect((await wait()).status).toBe(204);
    expect(await claimed(speaker, id)).toBeGreaterThan(epoch);
  });

  it.each(['release', 'skip', 'hand-over', 'escalate', 'native-speaker', 'extend'] as const)(
    '%s is refused without the lease',
    async (step) => {
      const { id, language } = await waiting();
      const [holder, other, to] = [
        await bench.signedIn('senior'),
        await bench.signedIn('senior'),
        await bench.signedIn('senior'),
      ];
      await speakerOf(language);
      const epoch = await claimed(holder, id);
      const more =
        { skip: { why: 'later' }, 'hand-over': { to: to.id }, escalate: { desk: 'legal' } }[step as string] ?? {};
      for (const [who, number] of [
        [other, epoch],
        [holder, epoch + 1],
      ] as const) {
        const answer = await call(who, 'POST', `/v1/cases/${id}/${step}`, { epoch: number, ...more });
        expect(answer).toMatchObject({ status: 409, body: { code: 'lease_lost' } });
      }
      expect([200, 204]).toContain((await call(holder, 'POST', `/v1/cases/${id}/${step}`, { epoch, ...more })).status);
    },
  );

  it('next gives another back and does not offer it again at once', async () => {
    const { id, language } = await waiting();
    const who = await bench.signedIn('reviewer');
    const epoch = await claimed(who, id);
    const release = { caseId: id, epoch };
    expect((await call(who, 'POST', '/v1/cases/next', { language: [language], release })).body).toEqual({
      lease: null,
    });
    expect((await call(who, 'GET', `/v1/cases?noteId=&language=${language}`)).status).toBe(400);
    expect((await call(who, 'GET', `/v1/cases?holder=none&language=${language}`)).body.items).toHaveLength(1);
  });

  it('next stays with the note or the late cases that were asked for', async () => {
    const [first, second] = [await waiting(), await waiting()];
    const who = await bench.signedIn('reviewer');
    const next = async (view: object) => (await call(who, 'POST', '/v1/cases/next', view)).body.lease;
    expect(await next({ noteId: second.noteId, overdue: true })).toBeNull();
    expect(await next({ noteId: second.noteId })).toMatchObject({ caseId: second.id });
    expect(await next({ noteId: second.noteId })).toBeNull();
    expect(await next({ noteId: first.noteId, overdue: false })).toMatchObject({ caseId: first.id });
  });

  it('hands over only to somebody who may take it', async () => {
    const { id } = await waiting();
    const who = await bench.signedIn('senior');
    const epoch = await claimed(who, id);
    for (const role of ['auditor', 'policy_author'] as const) {
      const { id: to } = await bench.signedIn(role);
      const answer = await call(who, 'POST', `/v1/cases/${id}/hand-over`, { epoch, to });
      expect(answer.body).toMatchObject({ code: 'body_invalid', errors: [{ pointer: '/to' }] });
    }
    for (const to of ['usr_nobody', who.id]) {
      expect((await call(who, 'POST', `/v1/cases/${id}/hand-over`, { epoch, to })).status).toBe(400);
      expect((await call(who, 'POST', `/v1/cases/${id}/ask`, { to, question: 'Is it?' })).status).toBe(400);
    }
  });

  it('says who could take a case or be asked about it, and what is in the way of the others', async () => {
    const { id } = await waiting();
    const who = await bench.signedIn('reviewer');
    const people = await Promise.all(
      (
        [
          ['free', {}],
          ['elsewhere', { languages: ['fr'] }],
          ['abroad', { regions: ['jp'] }],
          ['other', { categories: ['authentic.spam'] }],
          ['desk', { desks: ['legal'] }],
        ] as const
      ).map(async ([name, change]) => {
        const { id: userId } = await bench.signedIn('reviewer');
        const rights = { languages: null, regions: null, categories: null, desks: ['general'], ...change } as const;
        await bench.store.people.change(userId, { rights }, { kind: 'system', id: 'test' }, NOW);
        return [userId, name] as const;
      }),
    );
    const { body } = await call(who, 'GET', `/v1/cases/${id}/colleagues`);
    const items = body.items as readonly { readonly id: string; readonly obstacles: object }[];
    const told = new Map(items.map((one) => [one.id, Object.values(one.obstacles)] as const));
    expect(Object.fromEntries(people.map(([userId, name]) => [name, told.get(userId)]))).toEqual({
      free: [null, null],
      elsewhere: ['language', 'language'],
      abroad: ['region', 'region'],
      other: ['category', 'category'],
      desk: ['desk', 'desk'],
    });
    expect(told.has(who.id)).toBe(false);
    const epoch = await claimed(who, id);
    for (const [to, name] of people) {
      const { status } = await call(who, 'POST', `/v1/cases/${id}/ask`, { to, question: 'Is it?' });
      expect(status, name).toBe(told.get(to)?.[1] === null ? 201 : 400);
    }
    const [free] = people.find(([, name]) => name === 'free') ?? [''];
    expect((await call(who, 'POST', `/v1/cases/${id}/hand-over`, { epoch, to: free })).status).toBe(204);
    expect((await call(await bench.signedIn('auditor'), 'GET', `/v1/cases/${id}/colleagues`)).status).toBe(403);
  });

  it('tells of an escalation in the audit of the note', async () => {
    const { id, noteId } = await waiting();
    const who = await bench.signedIn('senior');
    const epoch = await claimed(who, id);
    await call(who, 'POST', `/v1/cases/${id}/escalate`, { epoch, desk: 'legal', comment: 'A question of law.' });
    const trail = await call(await bench.signedIn('auditor'), 'GET', `/v1/audit?subject=${noteId}&verb=case.escalated`);
    expect(trail.body.items).toMatchObject([{ detail: { caseId: id, desk: 'legal' } }]);
    expect((await call(who, 'GET', `/v1/cases/${id}`)).status).toBe(404);
  });
});

describe('what a person may look up', () => {
  it('is no note whose cases lie at desks of others: page, picture, list, search, what stands around a case', async () => {
    const { id, noteId } = await waiting();
    const [reviewer, senior] = [await bench.signedIn('reviewer'), await bench.signedIn('senior')];
    const auditor = await bench.signedIn('auditor');
    expect((await call(reviewer, 'GET', `/v1/notes/${noteId}`)).status).toBe(200);
    const epoch = await claimed(senior, id);
    await call(senior, 'POST', `/v1/cases/${id}/escalate`, { epoch, desk: 'child_safety' });

    for (const url of [`/v1/notes/${noteId}`, `/v1/notes/${noteId}/images/0`]) {
      for (const who of [reviewer, senior]) {
        expect(await call(who, 'GET', url), url).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      }
      expect((await call(auditor, 'GET', url)).status, url).not.toBe(403);
    }
    const listed = async (who: Caller) =>
      (await call(who, 'GET', '/v1/notes?limit=100')).body.items.map((row: { id: string }) => row.id);
    expect(await listed(reviewer)).not.toContain(noteId);
    expect(await listed(auditor)).toContain(noteId);
    const { title } = (await call(auditor, 'GET', `/v1/notes/${noteId}`)).body.revisions[0].note;
    const searched = async (who: Caller) => {
      const { body } = await call(who, 'GET', `/v1/search?text=${encodeURIComponent(title)}&limit=100`);
      return [...body.exact, ...body.containing].map((row: { id: string }) => row.id);
    };
    expect(await searched(reviewer)).not.toContain(noteId);
    expect(await searched(auditor)).toContain(noteId);
  });

  it('is written down', async () => {
    const { noteId } = await waiting();
    const who = await bench.signedIn('policy_author');
    await call(who, 'GET', `/v1/notes/${noteId}`);
    const trail = await call(await bench.signedIn('auditor'), 'GET', `/v1/audit?subject=${noteId}&verb=note.seen`);
    expect(trail.body.items).toMatchObject([{ actor: { id: who.id } }]);
    const { login } = trail.body.items[0].actor;
    const auditor = await bench.signedIn('auditor');
    for (const actor of [login, who.id]) {
      const own = await call(auditor, 'GET', `/v1/audit?actor=${actor}&verb=note.seen`);
      expect(own.body.items, actor).toMatchObject([{ subject: noteId }]);
    }
    expect((await call(auditor, 'GET', '/v1/audit?actor=nobody')).body.items).toEqual([]);
  });
});

describe('bad input', () => {
  it.each([
    '/v1/cases?status=lost',
    '/v1/cases?reason=boredom',
    '/v1/cases?category=none.such',
    '/v1/cases?desk=front',
    '/v1/cases?limit=0',
    '/v1/cases?cursor=abc',
    '/v1/cases?unknown=1',
    '/v1/statistics?days=32',
    '/v1/search?text=ab',
    '/v1/search?text=%20%20%20%20',
    '/v1/audit?since=yesterday',
    '/v1/cases/events',
  ])('%s is a 400 that says where', async (url) => {
    const { status, body } = await call(await bench.signedIn('admin'), 'GET', url);
    expect(status, JSON.stringify(body)).toBe(400);
    expect(['query_invalid', 'cursor_invalid']).toContain(body.code);
  });

  it('an unknown case is a 404 for every step', async () => {
    const who = await bench.signedIn('admin');
    for (const url of ['/v1/cases/case_none', '/v1/cases/counts/x'])
      expect((await call(who, 'GET', url)).status).toBe(404);
    expect((await call(who, 'POST', '/v1/cases/case_none/claim')).status).toBe(404);
    expect((await call(who, 'POST', '/v1/submissions/sub_none/undo')).status).toBe(404);
    expect((await call(who, 'POST', '/v1/cases/case_none/decision', { epoch: 1, verdicts: [] })).status).toBe(404);
  });
});

describe('own things', () => {
  it('a password that is guessed too often is told how long to wait', async () => {
    const who = await bench.signedIn('reviewer');
    const guess = { method: 'POST', url: '/auth/password', headers: who.headers } as const;
    const payload = { current: 'guessed', password: 'a new password' };
    for (let index = 0; index < 10; index += 1) await bench.server.inject({ ...guess, payload });
    const answer = await bench.server.inject({ ...guess, payload });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '900']);
  });

  it('views and settings belong to one person', async () => {
    const [one, two] = [await bench.signedIn('reviewer'), await bench.signedIn('reviewer')];
    const made = await call(one, 'POST', '/v1/saved-filters', { name: 'German', query: 'language=de' });
    expect(made.status).toBe(201);
    expect((await call(two, 'GET', '/v1/saved-filters')).body.items).toEqual([]);
    expect((await call(two, 'DELETE', `/v1/saved-filters/${made.body.id}`)).status).toBe(404);
    expect((await call(one, 'DELETE', `/v1/saved-filters/${made.body.id}`)).status).toBe(204);
    expect((await call(one, 'PUT', '/v1/preferences', { blur: true, theme: 'dark' })).status).toBe(200);
    expect((await call(one, 'GET', '/v1/preferences')).body).toEqual({ blur: true, theme: 'dark' });
    expect((await call(two, 'GET', '/v1/preferences')).body).toEqual({});
    expect((await call(one, 'PUT', '/v1/preferences', { 'a b': 1 })).status).toBe(400);
  });

  it('no two views of a person have one name', async () => {
    const [one, two] = [await bench.signedIn('reviewer'), await bench.signedIn('reviewer')];
    const save = (who: Caller, name: string) => call(who, 'POST', '/v1/saved-filters', { name, query: 'language=de' });
    expect((await save(one, 'Mine')).status).toBe(201);
    expect(await save(one, ' Mine ')).toMatchObject({
      status: 409,
      body: { code: 'name_taken', detail: expect.stringContaining('named "Mine"'), errors: [{ pointer: '/name' }] },
    });
    expect((await save(two, 'Mine')).status).toBe(201);
    expect((await save(one, '  ')).status).toBe(400);
    expect((await call(one, 'GET', '/v1/saved-filters')).body.items).toHaveLength(1);
  });

  it('a new password asks for the present one and ends every session', async () => {
    const who = await bench.signedIn('reviewer');
    const wrong = await call(who, 'POST', '/auth/password', { current: 'wrong', password: 'another long word' });
    expect(wrong.body.code).toBe('forbidden');
    expect((await call(who, 'POST', '/auth/password', { current: PASSWORD, password: 'short' })).status).toBe(400);
    const set = await call(who, 'POST', '/auth/password', { current: PASSWORD, password: 'another long word' });
    expect(set.status).toBe(204);
    expect((await call(who, 'GET', '/auth/session')).status).toBe(401);
  });
});

describe('people', () => {
  it.each([
    [{ languages: ['de', 'German'] }, 'language_unknown', '/rights/languages/1', 'did you mean "de" (German)?'],
    [{ languages: ['zh_Hans'] }, 'body_invalid', '/rights/languages/0', ''],
    [{ regions: ['uk'] }, 'region_unknown', '/rights/regions/0', 'did you mean "gb" (United Kingdom)?'],
    [{ languages: ['xx-yy'], regions: ['atlantis'] }, 'language_unknown', '/rights/languages/0', 'atlantis'],
  ])('the rights %j are refused with %s', async (rights, code, pointer, words) => {
    const admin = await bench.signedIn('admin');
    const { id } = await bench.signedIn('reviewer');
    const refusal = {
      status: 400,
      body: {
        code,
        detail: expect.stringContaining(words),
        errors: expect.arrayContaining([expect.objectContaining({ pointer })]),
      },
    };
    expect(await call(admin, 'POST', '/v1/users', { login: 'lost', role: 'reviewer', rights })).toMatchObject(refusal);
    expect(await call(admin, 'PATCH', `/v1/users/${id}`, { rights })).toMatchObject(refusal);
  });

  it('come with their rights in one step', async () => {
    const admin = await bench.signedIn('admin');
    const { people } = bench.store;
    const { change } = people;
    Object.assign(people, { change: () => Promise.reject(new Error('a second step')) });
    const rights = { languages: ['de'], regions: ['de'], categories: null, desks: ['general'] };
    const made = await call(admin, 'POST', '/v1/users', { login: 'narrow', role: 'reviewer', rights });
    Object.assign(people, { change });
    expect(made).toMatchObject({ status: 201, body: { rights } });
  });

  it('one admin always remains, and a new role ends the sessions', async () => {
    const own = await openBench();
    const admin = await own.signedIn('admin');
    const ask = async (who: Caller, method: Method, url: string, payload?: object) =>
      (await own.server.inject({ method, url, headers: who.headers, ...(payload === undefined ? {} : { payload }) }))
        .statusCode;
    expect(await ask(admin, 'PATCH', `/v1/users/${admin.id}`, { disabled: true })).toBe(409);
    expect(await ask(admin, 'PATCH', `/v1/users/${admin.id}`, { role: 'auditor' })).toBe(409);
    const senior = await own.signedIn('senior');
    expect(await ask(admin, 'PATCH', `/v1/users/${senior.id}`, { rights: { desks: ['legal'] } })).toBe(200);
    expect(await ask(senior, 'GET', '/auth/session')).toBe(200);
    expect(await ask(admin, 'PATCH', `/v1/users/${senior.id}`, { role: 'reviewer' })).toBe(200);
    expect(await ask(senior, 'GET', '/auth/session')).toBe(401);
    expect(await ask(admin, 'POST', `/v1/users/${senior.id}/password`, {})).toBe(200);
    expect(await ask(admin, 'PATCH', '/v1/users/usr_none', {})).toBe(404);
    await own.server.close();
  });

  it('colleagues are those who work cases', async () => {
    for (const role of ['reviewer', 'senior', 'admin', 'auditor', 'policy_author'] satisfies Role[])
      await bench.signedIn(role);
    const { body } = await call(await bench.signedIn('reviewer'), 'GET', '/v1/colleagues');
    const roles = new Set(body.items.map((one: { role: string }) => one.role));
    expect([...roles].toSorted()).toEqual(['admin', 'reviewer', 'senior']);
  });
});
