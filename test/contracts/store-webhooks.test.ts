/** Events and their deliveries, on real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../../src/adapters/postgres.js';
import type { EventType } from '../../src/domain.js';
import type { Attempt, Endpoint, Store } from '../../src/ports/store.js';
import { freshDatabase } from '../support/services.js';
import { claimed, decision, must, openTestStore, record, sourceOf } from '../support/store.js';

let store: Store;
let admin: Connection;
beforeAll(async () => {
  const databaseUrl = await freshDatabase();
  store = await openTestStore(databaseUrl);
  admin = await connect(databaseUrl);
});
afterAll(async () => {
  await store.close();
  await admin.end();
});

const ALL: readonly EventType[] = ['note.decided', 'decision.changed', 'note.erased'];
const register = (sourceId: string, events = ALL): Promise<Endpoint> =>
  store.webhooks.create(
    sourceId,
    { url: 'https://example.org/hook', events, description: '', secret: 's1' },
    Date.now(),
  );
const decided = async (
  sourceId: string,
  change: Parameters<typeof claimed>[2] = {},
  action: 'allow' | 'remove' = 'allow',
) => {
  const claim = await claimed(store, sourceId, change);
  await store.work.complete(claim, record({ decisions: [decision({ action })] }), Date.now());
  return claim;
};
const failure: Attempt = {
  ok: false,
  status: 500,
  error: 'answered 500',
  latencyMs: 12,
  nextAttemptAt: null,
  disableEndpoint: false,
};
const listed = async (sourceId: string) => (await store.webhooks.deliveries(sourceId, {}, null, 100)).items;
/** Takes everything that is due now, so that each test starts from nothing. */
const drain = async (now = Date.now()) => store.webhooks.takeDue(1_000, 3_600_000, now);

describe('endpoints', () => {
  it('end at their limit, also when all are registered at one moment', async () => {
    const sourceId = await sourceOf(store);
    const made = await Promise.allSettled(Array.from({ length: 60 }, () => register(sourceId)));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    expect(await store.webhooks.list(sourceId)).toHaveLength(50);
    await expect(register(sourceId)).rejects.toMatchObject({ code: 'conflict' });
    await expect(register(await sourceOf(store))).resolves.toMatchObject({ status: 'active' });
  });
});

describe('events', () => {
  it('go to each subscribed endpoint of the source, thin and in one sequence', async () => {
    await drain();
    const [sourceId, other] = [await sourceOf(store), await sourceOf(store)];
    const wants = await register(sourceId);
    await register(sourceId, ['note.erased']);
    await register(other);
    const first = await decided(sourceId, { externalId: 'w' });
    await decided(sourceId, { externalId: 'w', contentHash: 'content-2' }, 'remove');
    await store.notes.erase(sourceId, first.noteId, { kind: 'key', id: 'k' }, Date.now());
    const due = await drain();
    expect(due.map(({ body }) => JSON.parse(body).type).toSorted()).toEqual(['note.erased', 'note.erased']);
    expect(due.every(({ body }) => JSON.parse(body).data.sequence === 4)).toBe(true);
    expect(due.map(({ endpointId }) => endpointId)).toContain(wants.endpointId);
    expect(await listed(other)).toEqual([]);
  });

  it('name what changed when a newer revision ends otherwise', async () => {
    await drain();
    const sourceId = await sourceOf(store);
    await register(sourceId);
    const { noteId } = await decided(sourceId, { externalId: 'w' });
    await decided(sourceId, { externalId: 'w', contentHash: 'content-2' });
    await decided(sourceId, { externalId: 'w', contentHash: 'content-3' }, 'remove');
    const bodies = (await drain()).map(({ body }) => JSON.parse(body));
    expect(bodies.map(({ type, data }) => `${type} ${data.sequence}`).toSorted()).toEqual([
      'decision.changed 4',
      'note.decided 1',
      'note.decided 3',
      'note.decided 5',
    ]);
    const { decisions } = must(await store.notes.get(sourceId, noteId));
    const changed = bodies.find(({ type }) => type === 'decision.changed');
    expect(changed.data).toEqual({
      noteId,
      externalId: 'w',
      revision: 3,
      sequence: 4,
      decisions: [
        {
          decisionId: decisions[2]?.decisionId,
          regions: ['de', 'us'],
          action: 'remove',
          category: null,
          supersedes: decisions[1]?.decisionId,
        },
      ],
    });
  });
});

describe('deliveries', () => {
  it('go to one of eight takers each', async () => {
    await drain();
    const sourceId = await sourceOf(store);
    for (let i = 0; i < 3; i += 1) await register(sourceId);
    for (let i = 0; i < 20; i += 1) await decided(sourceId);
    const now = Date.now();
    const takes = Array.from({ length: 8 }, async () => {
      const taken: string[] = [];
      for (;;) {
        const rows = await store.webhooks.takeDue(5, 60_000, now);
        taken.push(...rows.map(({ deliveryId }) => deliveryId));
        if (rows.length === 0) return taken;
      }
    });
    const taken = (await Promise.all(takes)).flat();
    expect(taken).toHaveLength(60);
    expect(new Set(taken).size).toBe(60);
  });

  it('let endpoints take turns', async () => {
    await drain();
    const [busy, calm] = [await sourceOf(store), await sourceOf(store)];
    await register(busy);
    const quiet = await register(calm);
    for (let i = 0; i < 10; i += 1) await decided(busy);
    await decided(calm);
    const first = await store.webhooks.takeDue(2, 60_000, Date.now());
    expect(first.map(({ endpointId }) => endpointId)).toContain(quiet.endpointId);
  });

  it('do not wait behind the backlog of another endpoint, however long', async () => {
    await drain();
    const [busy, calm] = [await sourceOf(store), await sourceOf(store)];
    const slow = await register(busy);
    const quiet = await register(calm);
    await decided(busy);
    await admin.query(
      `INSERT INTO deliveries (id, source_id, endpoint_id, event_id, event_type, state, next_attempt_at, created_at)
       SELECT 'backlog_' || n, $1, $2, id, type, 'due', created_at, created_at FROM events, generate_series(1, 200) n
       WHERE source_id = $1`,
      [busy, slow.endpointId],
    );
    await decided(calm);
    const first = await store.webhooks.takeDue(2, 60_000, Date.now());
    expect(first.map(({ endpointId }) => endpointId)).toContain(quiet.endpointId);
    await store.webhooks.remove(busy, slow.endpointId);
  });

  it('come back after a failure and a lost lease, die at the end, and can be sent again', async () => {
    await drain();
    const sourceId = await sourceOf(store);
    await register(sourceId);
    await decided(sourceId);
    const now = Date.now();
    const [first] = await store.webhooks.takeDue(10, 1_000, now);
    const [again] = await store.webhooks.takeDue(10, 1_000, now + 2_000);
    expect(must(again).epoch).toBe(must(first).epoch + 1);
    await store.webhooks.recordAttempt(must(first), { ...failure, ok: true }, now + 2_100);
    expect((await listed(sourceId))[0]).toMatchObject({ status: 'due', attempts: 0 });
    await store.webhooks.recordAttempt(must(again), { ...failure, nextAttemptAt: now + 5_000 }, now + 2_200);
    // The answer of the database may be lost, and the same attempt be told twice.
    await store.webhooks.recordAttempt(must(again), { ...failure, nextAttemptAt: now + 5_000 }, now + 2_200);
    expect((await listed(sourceId))[0]).toMatchObject({ status: 'due', attempts: 1, lastStatus: 500 });
    expect(await store.webhooks.takeDue(10, 1_000, now + 4_000)).toEqual([]);
    const [last] = await store.webhooks.takeDue(10, 1_000, now + 6_000);
    await store.webhooks.recordAttempt(must(last), failure, now + 6_100);
    expect((await listed(sourceId))[0]).toMatchObject({ status: 'dead', attempts: 2, nextAttemptAt: null });
    expect(await store.webhooks.redeliver(await sourceOf(store), { status: 'dead' }, null, now)).toMatchObject({
      redelivered: 0,
    });
    expect(await store.webhooks.redeliver(sourceId, { status: 'dead' }, null, now)).toMatchObject({ redelivered: 1 });
    const [resent] = await store.webhooks.takeDue(10, 1_000, now + 7_000);
    expect(must(resent)).toMatchObject({ eventId: must(first).eventId, body: must(first).body });
    await store.webhooks.recordAttempt(must(resent), { ...failure, ok: true, status: 204, error: null }, now + 7_100);
    expect((await listed(sourceId))[0]).toMatchObject({ status: 'delivered', lastStatus: 204 });
    expect(await store.webhooks.redeliver(sourceId, {}, null, now)).toMatchObject({ redelivered: 0 });
    expect(await store.webhooks.redeliver(sourceId, { deliveryId: must(first).deliveryId }, null, now)).toMatchObject({
      redelivered: 1,
    });
    const [fourth] = await store.webhooks.takeDue(10, 1_000, now + 8_000);
    await store.webhooks.recordAttempt(must(fourth), { ...failure, nextAttemptAt: now + 90_000 }, now + 8_100);
    // One that waits for its next attempt is sent at once when it is asked for by its id, never in bulk.
    expect(await store.webhooks.redeliver(sourceId, {}, null, now + 8_200)).toMatchObject({ redelivered: 0 });
    expect(
      await store.webhooks.redeliver(sourceId, { deliveryId: must(first).deliveryId }, null, now + 8_200),
    ).toMatchObject({ redelivered: 1 });
    expect(await store.webhooks.takeDue(10, 1_000, now + 8_300)).toHaveLength(1);
  });

  it('wait while an endpoint is paused, and are not made for a disabled one', async () => {
    await drain();
    const sourceId = await sourceOf(store);
    const { endpointId } = await register(sourceId);
    await store.webhooks.update(sourceId, endpointId, { status: 'paused' }, Date.now());
    await decided(sourceId);
    expect(await drain()).toEqual([]);
    await store.webhooks.update(sourceId, endpointId, { status: 'active' }, Date.now());
    const [waiting] = await drain();
    await store.webhooks.recordAttempt(must(waiting), { ...failure, status: 410, disableEndpoint: true }, Date.now());
    expect((await store.webhooks.list(sourceId))[0]?.status).toBe('disabled');
    await decided(sourceId);
    expect(await listed(sourceId)).toHaveLength(1);
  });

  it('that are still due outlast their time, but not at a disabled endpoint', async () => {
    const own = await openTestStore();
    const sourceId = await sourceOf(own);
    const input = { url: 'https://example.org/hook', events: ALL, description: '', secret: 's1' };
    const { endpointId } = await own.webhooks.create(sourceId, input, Date.now());
    const claim = await claimed(own, sourceId);
    await own.work.complete(claim, record(), Date.now());
    const later = Date.now() + 31 * 86_400_000;
    expect((await own.upkeep.purge(later, 100))['events']).toBe(0);
    await own.webhooks.update(sourceId, endpointId, { status: 'disabled' }, later);
    expect((await own.upkeep.purge(later, 100))['events']).toBe(1);
    expect((await own.webhooks.deliveries(sourceId, {}, null, 10)).items).toEqual([]);
    await own.close();
  });

  it('go to the address that their endpoint has by then; other events count from the next one on', async () => {
    await drain();
    const sourceId = await sourceOf(store);
    const { endpointId, description } = await register(sourceId);
    await decided(sourceId);
    const url = 'https://example.org/moved';
    const moved = must(await store.webhooks.update(sourceId, endpointId, { url, events: ['note.erased'] }, Date.now()));
    expect(moved).toMatchObject({ url, events: ['note.erased'], description, status: 'active' });
    expect((await drain()).map((due) => due.url)).toEqual([url]);
    await decided(sourceId);
    expect(await drain()).toEqual([]);
    const stranger = await sourceOf(store);
    expect(await store.webhooks.update(stranger, endpointId, { description: 'mine' }, Date.now())).toBeNull();
  });

  it('are signed with both secrets while a rotation overlaps', async () => {
    await drain();
    const sourceId = await sourceOf(store);
    const { endpointId } = await register(sourceId);
    const now = Date.now();
    await store.webhooks.update(sourceId, endpointId, { rotateTo: 's2' }, now);
    expect(must(await store.webhooks.sendTest(sourceId, endpointId, now))).toMatch(/^dlv_/);
    const [soon] = await store.webhooks.takeDue(10, 1_000, now + 1);
    expect(must(soon)).toMatchObject({ secrets: ['s2', 's1'] });
    expect(JSON.parse(must(soon).body)).toMatchObject({ type: 'endpoint.test', data: { endpointId } });
    const late = await store.webhooks.takeDue(1_000, 1_000, now + 25 * 3_600_000);
    expect(must(late.find((due) => due.endpointId === endpointId)).secrets).toEqual(['s2']);
    expect(await store.webhooks.sendTest(await sourceOf(store), endpointId, now)).toBeNull();
  });

  it('go with their endpoint, and page by cursor', async () => {
    const sourceId = await sourceOf(store);
    const { endpointId } = await register(sourceId);
    for (let i = 0; i < 5; i += 1) await decided(sourceId);
    const one = await store.webhooks.deliveries(sourceId, { endpointId }, null, 3);
    const two = await store.webhooks.deliveries(sourceId, { endpointId }, one.nextCursor, 3);
    expect(new Set([...one.items, ...two.items].map(({ deliveryId }) => deliveryId)).size).toBe(5);
    expect(two.nextCursor).toBeNull();
    expect(await store.webhooks.remove(await sourceOf(store), endpointId)).toBe(false);
    expect(await store.webhooks.remove(sourceId, endpointId)).toBe(true);
    expect(await listed(sourceId)).toEqual([]);
  });
});
