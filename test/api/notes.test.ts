import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, type Caller, goodNote, openBench } from './support.js';

let bench: Bench;
let key: Caller;
beforeEach(async () => {
  bench = await openBench();
  key = await bench.keyFor('app');
});
afterEach(() => bench.server.close());

const post = (payload: object, headers: Readonly<Record<string, string>> = {}) =>
  bench.server.inject({ method: 'POST', url: '/v1/notes', payload, headers: { ...key.headers, ...headers } });

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
});
