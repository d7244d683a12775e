import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, type Caller, goodNote, openBench } from './support.js';

let bench: Bench;
let key: Caller;
beforeEach(async () => {
  bench = await openBench();
  key = await bench.keyFor('app');
});
afterEach(() => bench.server.close());

const post = (notes: readonly unknown[], headers: Readonly<Record<string, string>> = {}) =>
  bench.server.inject({
    method: 'POST',
    url: '/v1/notes/batch',
    payload: { notes },
    headers: { ...key.headers, ...headers },
  });

describe('POST /v1/notes/batch', () => {
  it('gives a result per item, in order; a bad one never harms another', async () => {
    const bad = [
      null,
      7,
      {},
      { ...goodNote('x'), colour: 1 },
      { ...goodNote('y'), regions: ['zz'] },
      { ...goodNote('z'), createdAt: '2030-01-01T00:00:00Z' },
    ];
    const answer = await post([goodNote('a'), ...bad, goodNote('b')]);
    expect(answer.statusCode, answer.body).toBe(202);
    const { accepted, refused, items } = answer.json();
    expect([accepted, refused]).toEqual([2, 6]);
    expect(items.map((item: { index: number }) => item.index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(items.map((item: { status: number }) => item.status)).toEqual([202, 400, 400, 400, 400, 400, 400, 202]);
    expect(items[4].problem).toMatchObject({ code: 'body_invalid', errors: [{ pointer: '/colour' }] });
    expect(items[5].problem).toMatchObject({ code: 'region_unknown', errors: [{ pointer: '/regions/0' }] });
    expect(items[6].problem.code).toBe('date_invalid');
    expect(items[7].accepted.externalId).toBe('b');
    expect(bench.nudges).toHaveLength(2);
  });

  it('refuses what holds nothing, unless it empties a note that is known or comes before it', async () => {
    await post([goodNote('known')]);
    const notes = [{ externalId: 'new' }, { externalId: 'known' }, goodNote('same'), { externalId: 'same' }];
    const { items } = (await post(notes)).json();
    expect(items.map((item: { status: number }) => item.status)).toEqual([422, 202, 202, 202]);
    expect(items[0].problem.code).toBe('note_empty');
    expect(items[3].accepted.revision).toBe(2);
  });

  it('answers 200 when nothing was stored', async () => {
    const answer = await post([{}]);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ accepted: 0, refused: 1 });
    expect(bench.nudges).toEqual([]);
  });

  it('takes 500 notes and refuses 501 and none', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => goodNote(`n${index}`));
    const answer = await post(many(500));
    expect(answer.json().accepted).toBe(500);
    expect((await post(many(501))).json().code).toBe('body_invalid');
    expect((await post([])).json().code).toBe('body_invalid');
  });

  it('carries one idempotency key over all items', async () => {
    const headers = { 'idempotency-key': 'batch-1' };
    const answered = await post([goodNote('a'), goodNote('b')], headers);
    expect(answered.headers['idempotency-replayed']).toBeUndefined();
    const first = answered.json();
    const retried = await post([goodNote('a'), goodNote('b')], headers);
    expect(retried.headers['idempotency-replayed']).toBe('true');
    expect(retried.json().items.map((item: { replayed?: boolean }) => item.replayed)).toEqual([true, true]);
    const again = (await post([goodNote('a'), { ...goodNote('b'), body: 'changed' }], headers)).json();
    expect(again.items[0]).toEqual({ ...first.items[0], replayed: true });
    expect(again.items[1].problem.code).toBe('idempotency_key_reused');
  });

  it('says what the store could not take, without its words', async () => {
    bench.store.notes.acceptMany = async (inputs) =>
      inputs.map(() => ({
        kind: 'failed' as const,
        code: 'store_unavailable' as const,
        message: 'P1001 at db.internal',
      }));
    const answer = await post([goodNote('a')]);
    expect(answer.json().items[0]).toMatchObject({ status: 503, problem: { code: 'store_unavailable', retry: true } });
    expect(answer.body).not.toContain('P1001');
  });
});
