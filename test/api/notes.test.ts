import { hash } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import type { Bundle } from '../../src/policy/bundle.js';
import { type Bench, type Caller, goodNote, NOW, openBench, recordOf } from './support.js';

let bundle: Bundle;
let bench: Bench;
let key: Caller;
beforeAll(async () => {
  bundle = await loadBundle('policies');
});
beforeEach(async () => {
  bench = await openBench({ deps: { bundle: () => bundle } });
  key = await bench.keyFor('app');
});
afterEach(() => bench.server.close());

const post = (payload: object, headers: Readonly<Record<string, string>> = {}) =>
  bench.server.inject({ method: 'POST', url: '/v1/notes', payload, headers: { ...key.headers, ...headers } });
const get = (url: string, caller: Caller = key) => bench.server.inject({ url, headers: caller.headers });

async function decide(revisionId: string, action: 'allow' | 'hold' = 'allow'): Promise<void> {
  const claim = await bench.store.work.claim(revisionId, 1_000, NOW);
  if (claim === null) throw new Error('nothing to claim');
  await bench.store.work.complete(claim, recordOf(action), NOW + 20);
}

describe('POST /v1/notes', () => {
  it('answers 202 with id and links once the note is stored, and nudges the workers', async () => {
    const answer = await post(goodNote());
    expect(answer.statusCode, answer.body).toBe(202);
    const body = answer.json();
    expect(body).toMatchObject({ externalId: 'post-1', revision: 1, status: 'accepted' });
    expect(body.links.self).toBe(`/v1/notes/${body.id}`);
    expect(answer.headers.location).toBe(`/v1/notes/${body.id}`);
    expect(bench.store.tables.notes.get(body.id)?.revisions).toHaveLength(1);
    expect(bench.nudges.map((nudge) => nudge.subjectId)).toEqual([body.revisionId]);
  });

  it('says superseded of a revision that was replaced before its decision', async () => {
    const { id } = (await post(goodNote())).json();
    await decide((await post({ ...goodNote(), body: 'second' })).json().revisionId);
    await post({ ...goodNote(), body: 'third' });
    const { status, revisions } = (await get(`/v1/notes/${id}`)).json();
    expect([status, ...revisions.map((revision: { status: string }) => revision.status)]).toEqual([
      'pending',
      'superseded',
      'decided',
      'pending',
    ]);
  });

  it('refuses a new note that holds nothing, and takes one that its author has emptied', async () => {
    for (const empty of [{ externalId: 'post-1' }, { externalId: 'post-1', title: ' ', body: '\n\t' }]) {
      const answer = await post(empty, { 'idempotency-key': 'empty-1' });
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({ code: 'note_empty', retry: false, errors: [{ pointer: '/body' }] });
    }
    const picture = await post({ externalId: 'post-2', images: [{ url: 'https://example.org/a.png' }] });
    expect([picture.statusCode, (await post({ externalId: 'post-3', title: 'A title' })).statusCode]).toEqual([
      202, 202,
    ]);
    const { id } = (await post(goodNote(), { 'idempotency-key': 'empty-1' })).json();
    const emptied = await post({ externalId: 'post-1', body: '' });
    expect([emptied.statusCode, emptied.json()]).toMatchObject([202, { id, revision: 2 }]);
  });

  it('makes a revision of other content, and none of the same', async () => {
    const first = (await post(goodNote())).json();
    const same = (await post(goodNote())).json();
    const edited = (await post({ ...goodNote(), body: 'Something else now.' })).json();
    expect(same).toEqual(first);
    expect(edited).toMatchObject({ id: first.id, revision: 2 });
    expect(bench.nudges).toHaveLength(2);
  });

  it('gives the same answer to the same key and body, and refuses another body', async () => {
    const headers = { 'idempotency-key': 'order-1' };
    const first = await post(goodNote(), headers);
    const { externalId, ...rest } = goodNote();
    const again = await post({ ...rest, externalId }, headers);
    expect(again.statusCode).toBe(202);
    expect(again.json()).toEqual(first.json());
    expect(again.headers['idempotency-replayed']).toBe('true');
    const other = await post({ ...goodNote(), body: 'Other.' }, headers);
    expect(other.statusCode).toBe(422);
    expect(other.json().code).toBe('idempotency_key_reused');
  });

  it('says 409 while a request with the key is running', async () => {
    bench.store.notes.accept = async () => ({ kind: 'key_in_progress' });
    const answer = await post(goodNote(), { 'idempotency-key': 'order-1' });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'idempotency_in_progress', retry: true });
  });

  it.each(['', 'with space', 'x'.repeat(201), 'ümlaut'])('refuses the idempotency key %j', async (value) => {
    const answer = await post(goodNote(), { 'idempotency-key': value });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().code).toBe('query_invalid');
  });

  it('keys of two sources do not meet', async () => {
    const headers = { 'idempotency-key': 'order-1' };
    const first = (await post(goodNote(), headers)).json();
    key = await bench.keyFor('another app');
    const second = await post(goodNote(), headers);
    expect(second.statusCode).toBe(202);
    expect(second.json().id).not.toBe(first.id);
  });

  it('takes notes while the queue is away', async () => {
    bench.queueAway = true;
    const answer = await post(goodNote());
    expect(answer.statusCode).toBe(202);
    expect(bench.store.tables.notes.size).toBe(1);
    expect(bench.counted).toContainEqual('job_outcomes_total {"queue":"notes","outcome":"nudge_lost"}');
  });

  it('never waits for the queue', async () => {
    await bench.server.close();
    const never = {
      nudge: () => new Promise<void>(() => undefined),
      ping: async () => undefined,
      close: async () => undefined,
    };
    bench = await openBench({ deps: { queue: never } });
    key = await bench.keyFor('app');
    expect((await post(goodNote())).statusCode).toBe(202);
  });

  it('says 503 with Retry-After when the store is away, and keeps nothing', async () => {
    const accept = bench.store.notes.accept;
    bench.store.notes.accept = async (input) => {
      bench.store.away = true;
      return accept(input);
    };
    const answer = await post(goodNote());
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'store_unavailable', retry: true });
    expect(bench.store.tables.notes.size).toBe(0);
  });

  it('waits for the decision when asked, and answers 200 with it', async () => {
    const accept = bench.store.notes.accept;
    bench.store.notes.accept = async (input) => {
      const accepted = await accept(input);
      if ('revisionId' in accepted) setTimeout(() => void decide(accepted.revisionId), 50);
      return accepted;
    };
    const answer = await post(goodNote(), { prefer: 'respond-async, wait=5' });
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.headers['preference-applied']).toBe('wait=5');
    expect(answer.json()).toMatchObject({ status: 'decided', decisions: [{ action: 'allow', regions: ['de', 'us'] }] });
  });

  it('answers 202 when the decision does not fall in time', async () => {
    const answer = await post(goodNote(), { prefer: 'wait=1' });
    expect(answer.statusCode).toBe(202);
    expect(answer.headers['preference-applied']).toBe('wait=1');
  });

  it('does not wait for what nobody will judge: replaced meanwhile it is a 202, erased a 410', async () => {
    const started = performance.now();
    const waits = (externalId: string) => post(goodNote(externalId), { prefer: 'wait=5' });
    const [replaced, erased] = [waits('replaced'), waits('erased')];
    await vi.waitFor(() => expect(bench.store.tables.notes.size).toBe(2));
    await post({ ...goodNote('replaced'), body: 'Something else now.' });
    const row = [...bench.store.tables.notes.values()].find(({ externalId }) => externalId === 'erased');
    await bench.server.inject({ method: 'DELETE', url: `/v1/notes/${row?.noteId}`, headers: key.headers });
    expect((await replaced).json()).toMatchObject({ revision: 1, status: 'accepted' });
    expect((await erased).json()).toMatchObject({ status: 410, code: 'gone_erased' });
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('shows a key that may only write neither the note nor its earlier revisions', async () => {
    const { revisionId } = (await post(goodNote())).json();
    await decide(revisionId);
    key = await bench.keyFor('app', ['notes:write']);
    const answer = await post(goodNote(), { prefer: 'wait=5' });
    expect(answer.statusCode).toBe(202);
    expect(answer.headers['preference-applied']).toBeUndefined();
    expect(answer.body).not.toContain(goodNote().body);
  });
});

describe('GET /v1/notes/:id', () => {
  it('tells status, revisions, decisions, evidence in short, and why', async () => {
    const { id, revisionId } = (await post(goodNote())).json();
    expect((await get(`/v1/notes/${id}`)).json()).toMatchObject({ status: 'pending', decisions: [] });
    await bench.store.bundles.put(recordOf('hold').bundleHash, bundle.content, NOW);
    await decide(revisionId, 'hold');
    const answer = await get(`/v1/notes/${id}`);
    expect(answer.statusCode, answer.body).toBe(200);
    const body = answer.json();
    expect(body.decisions[0].notices).toMatchObject([
      { regions: ['de'], language: 'en', openSlots: ['link'] },
      { regions: ['us'] },
    ]);
    expect(body).toMatchObject({
      id,
      status: 'held',
      decisions: [{ action: 'hold', sequence: 1, revision: 1, by: { kind: 'policy' }, supersedes: null }],
      links: { self: `/v1/notes/${id}` },
    });
    const [revision] = body.revisions;
    expect(revision.note).toMatchObject({ title: 'Sunday soup', regions: ['de', 'us'] });
    expect(revision.evidence.languages).toEqual([{ tag: 'en', confidence: 0.9 }]);
    expect(revision.trace.rules).toEqual([
      expect.objectContaining({ rule: 'bully-1', message: 'an insult aimed at a person', regions: ['de', 'us'] }),
    ]);
    expect(revision.trace.gaps).toEqual([expect.objectContaining({ stage: 'images', action: 'review' })]);
    expect(revision.trace.stages).toContainEqual({
      stage: 'classify',
      status: 'found',
      ms: 2,
      version: '1',
      why: null,
    });
    expect(answer.body).not.toContain('/secret/path');
  });

  it('is 404 for another source, as for an id that never was', async () => {
    const { id } = (await post(goodNote())).json();
    const other = await bench.keyFor('another app');
    const [foreign, unknown] = [await get(`/v1/notes/${id}`, other), await get('/v1/notes/note_00000099', other)];
    expect(foreign.statusCode).toBe(404);
    const { traceId: _, ...foreignBody } = foreign.json();
    const { traceId: __, ...unknownBody } = unknown.json();
    expect(foreignBody).toEqual(unknownBody);
  });

  it('shows notes of every source to people who are signed in', async () => {
    const { id } = (await post(goodNote())).json();
    const reviewer = await bench.signedIn('reviewer');
    expect((await get(`/v1/notes/${id}`, reviewer)).statusCode).toBe(200);
    expect((await get('/v1/notes', reviewer)).json().items).toHaveLength(1);
  });
});

describe('GET /v1/notes', () => {
  it('pages by cursor without gap or repetition, own source only', async () => {
    for (let index = 0; index < 5; index += 1) await post(goodNote(`post-${index}`));
    const mine = key;
    key = await bench.keyFor('another app');
    await post(goodNote('foreign'));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { externalId: string }[]; nextCursor: string | null } = (
        await get(`/v1/notes?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`, mine)
      ).json();
      seen.push(...page.items.map((item) => item.externalId));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['post-4', 'post-3', 'post-2', 'post-1', 'post-0']);
  });

  it('filters by each field', async () => {
    const { revisionId, id } = (await post(goodNote())).json();
    await post({ ...goodNote('post-2'), body: 'other', author: { id: 'author-2' } });
    await decide(revisionId, 'hold');
    const { title, body } = goodNote();
    const textHash = hash('sha256', `${title}\n${body}`, 'hex');
    const queries = [
      'externalId=post-1',
      'authorId=author-1',
      'action=hold',
      'region=DE',
      'language=en',
      'language=EN',
      'status=held',
    ];
    for (const query of [...queries, `textHash=${textHash}`]) {
      const { items } = (await get(`/v1/notes?${query}`)).json();
      expect(
        items.map((item: { id: string }) => item.id),
        query,
      ).toEqual([id]);
    }
  });

  it.each(['cursor=bm90LW91cnM', 'limit=0', 'limit=1000', 'action=burn', 'colour=red', 'textHash=abc'])(
    'refuses %s',
    async (query) => {
      const answer = await get(`/v1/notes?${query}`);
      expect(answer.statusCode).toBe(400);
      expect(['cursor_invalid', 'query_invalid']).toContain(answer.json().code);
    },
  );

  it('refuses a region that does not exist, which would look like one without notes', async () => {
    const answer = await get('/v1/notes?region=zz');
    expect(answer.json()).toMatchObject({ status: 400, code: 'region_unknown', errors: [{ pointer: '/region' }] });
    const hint = (await get('/v1/notes?region=UK')).json().errors[0].message;
    expect(hint).toBe('Neither an ISO 3166-1 country nor a policy region; did you mean "gb" (United Kingdom)?');
    expect((await get('/v1/notes?region=EU')).statusCode).toBe(200);
  });
});

describe('erasure', () => {
  it('erases a note: 410 after it, a second time is no fault', async () => {
    const { id } = (await post(goodNote())).json();
    const remove = () => bench.server.inject({ method: 'DELETE', url: `/v1/notes/${id}`, headers: key.headers });
    expect((await remove()).json()).toEqual({ id, erased: true, kept: [] });
    expect((await remove()).json()).toEqual({ id, erased: false, kept: [] });
    const after = await get(`/v1/notes/${id}`);
    expect(after.statusCode).toBe(410);
    expect(after.json().code).toBe('gone_erased');
  });

  it('erases an author with every note of this source', async () => {
    await post(goodNote('a'));
    await post(goodNote('b'));
    const url = '/v1/authors/author-1';
    const stranger = await bench.keyFor('another app');
    expect((await bench.server.inject({ method: 'DELETE', url, headers: stranger.headers })).statusCode).toBe(404);
    const answer = await bench.server.inject({ method: 'DELETE', url, headers: key.headers });
    expect(answer.json()).toEqual({ id: 'author-1', notes: 2, kept: [] });
  });
});
