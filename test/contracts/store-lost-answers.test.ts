/** Steps whose answer is lost with the connection after they were committed: done once, told once, answered as done. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FullStore } from '../../src/ports/review.js';
import type { Actor } from '../../src/ports/store.js';
import { type Cut, cuttable } from '../support/cut.js';
import { freshDatabase } from '../support/services.js';
import { acceptInput, claimed, must, noteOf, openTestStore, sourceOf, testIds } from '../support/store.js';

const ANA: Actor = { kind: 'user', id: 'usr_ana' };
let proxy: Cut;
let store: FullStore;

beforeAll(async () => {
  proxy = await cuttable(await freshDatabase());
  store = await openTestStore(proxy.url, 2);
});
afterAll(async () => {
  await store.close();
  await proxy.close();
});

const told = async (verb: string, subject?: string): Promise<number> =>
  (await store.audit.list(null, 200)).items.filter(
    (entry) => entry.verb === verb && (subject === undefined || entry.subject === subject),
  ).length;
const personOf = () =>
  store.access.createUser({ login: testIds.next('ben'), passwordHash: 'h', role: 'reviewer' }, Date.now());
const endpointOf = async () => {
  const sourceId = await sourceOf(store);
  const input = { url: 'https://example.org/', events: ['note.decided'] as const, description: '', secret: 's' };
  return { sourceId, endpointId: (await store.webhooks.create(sourceId, input, Date.now())).endpointId };
};

it('revoking a key', async () => {
  await sourceOf(store);
  const { keyId } = must((await store.access.listKeys()).at(-1));
  proxy.loseAnswer('UPDATE api_keys');
  expect(await store.access.revokeKey(keyId, ANA, Date.now())).toBe(true);
  expect(await told('key.revoked', keyId)).toBe(1);
});

it('disabling a person', async () => {
  const { userId } = await personOf();
  proxy.loseAnswer('UPDATE users');
  expect(await store.people.change(userId, { disabled: true }, ANA, Date.now())).toMatchObject({ disabled: true });
  expect(await told('user.changed', userId)).toBe(1);
});

it('setting a password, by an admin and from the command line', async () => {
  const { userId, login } = await personOf();
  proxy.loseAnswer('UPDATE users');
  expect(await store.people.setPasswordOf(userId, 'h2', ANA, Date.now())).toBe(true);
  expect(await told('user.password_set', userId)).toBe(1);
  proxy.loseAnswer('UPDATE users');
  expect(await store.access.setPassword(login, 'h3', Date.now())).toBe(true);
  expect(await told('user.password_set', userId)).toBe(2);
});

it('erasing a note, and an author', async () => {
  const sourceId = await sourceOf(store);
  const { noteId } = await claimed(store, sourceId);
  proxy.loseAnswer('erase_note');
  expect(await store.notes.erase(sourceId, noteId, ANA, Date.now())).toEqual({ erased: true, kept: [] });
  expect(await told('note.erased', noteId)).toBe(1);
  expect(await store.notes.erase(sourceId, noteId, ANA, Date.now() + 1)).toEqual({ erased: false, kept: [] });
  await store.notes.accept(acceptInput(sourceId, { note: noteOf({ author: { id: 'author-2', region: 'de' } }) }));
  proxy.loseAnswer('author.erased');
  expect(await store.notes.eraseAuthor(sourceId, 'author-2', ANA, Date.now())).toEqual({ notes: 1, kept: [] });
  expect(await told('author.erased')).toBe(1);
});

it('sending dead letters again', async () => {
  const { sourceId, endpointId } = await endpointOf();
  const now = Date.now();
  await store.webhooks.sendTest(sourceId, endpointId, now);
  const due = must((await store.webhooks.takeDue(50, 1_000, now)).find((one) => one.endpointId === endpointId));
  const failed = { ok: false, status: 500, error: null, latencyMs: 1, nextAttemptAt: null, disableEndpoint: false };
  await store.webhooks.recordAttempt(due, failed, now);
  proxy.loseAnswer('redeliver_once');
  const filter = { endpointId, status: 'dead' } as const;
  expect(await store.webhooks.redeliver(sourceId, filter, null, now)).toMatchObject({ redelivered: 1 });
  expect(await store.webhooks.redeliver(sourceId, filter, null, now)).toMatchObject({ redelivered: 0 });
});

it('removing an endpoint, and sending it a test', async () => {
  const { sourceId, endpointId } = await endpointOf();
  proxy.loseAnswer('endpoint.test');
  const deliveryId = must(await store.webhooks.sendTest(sourceId, endpointId, Date.now()));
  const { items } = await store.webhooks.deliveries(sourceId, {}, null, 10);
  expect(items.map((delivery) => delivery.deliveryId)).toEqual([deliveryId]);
  proxy.loseAnswer('DELETE FROM webhook_endpoints');
  expect(await store.webhooks.remove(sourceId, endpointId)).toBe(true);
  expect(await store.webhooks.remove(sourceId, endpointId)).toBe(false);
});
