/** Stored notes after a bank of texts has grown and a rule was switched off, on real PostgreSQL with a running worker. */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rejudgeCommand } from '../../src/cli/rejudge.js';
import { OPERATOR } from '../../src/cli/store.js';
import { hashText } from '../../src/stages/match/text-hash.js';
import { normaliseText } from '../../src/stages/normalise/text.js';
import { type System, startSystem } from '../support/running.js';
import { until } from '../support/until.js';

const TEXT = 'Our parcel waits for you at the gate, pay the small fee today and it is yours.';
let system: System;
beforeAll(async () => {
  system = await startSystem();
  system.startWorker();
}, 120_000);
afterAll(() => system.close());

async function rejudged(...args: readonly string[]) {
  const { store, ids, clock } = system.app;
  let said = '';
  const stdout = {
    write: (text: string) => {
      said += text;
      return true;
    },
  } as unknown as NodeJS.WriteStream;
  const io = { stdin: Readable.from([]), stdout, stderr: stdout };
  expect(await rejudgeCommand(args, io, (use) => use({ store, ids, clock }), null)).toBe(0);
  return said;
}
const actionOf = async (noteId: string) => {
  const view = await system.app.store.notes.get(null, noteId);
  return view?.decisions.filter(({ supersededBy }) => supersededBy === null).map(({ action }) => action);
};
const becomes = (noteId: string, action: string) =>
  until(async () => ((await actionOf(noteId))?.every((one) => one === action) ? true : null), 45_000);

it('judges again what a bank has come to know and what a rule no longer holds, once', async () => {
  const { store, clock } = system.app;
  const send = async (externalId: string, body: string) => {
    const answer = await system.post('/v1/notes', { externalId, title: 'Hello', body, regions: ['us'] });
    const { id } = answer.json() as { id: string };
    await system.decided(id);
    return id;
  };
  const id = await send('letter', TEXT);
  await send('walk', 'A quiet walk along the river with a friend.');
  expect(await rejudged()).toContain('2 notes looked at, 0 would be decided otherwise\n0 notes marked');

  const bank = { name: 'letters', sourceId: null, kind: 'block', category: 'fraud.scam', severity: 3 } as const;
  await store.textBanks.create({ ...bank, owner: 'ana', source: 'test', expiresAt: null }, OPERATOR, clock.now());
  const hashes = [{ ...hashText(normaliseText(TEXT)), note: '' }];
  await store.textBanks.add({ name: 'letters', hashes, expiresAt: null }, OPERATOR, clock.now());
  const dry = JSON.parse(await rejudged('--dry-run', '--json')) as unknown;
  expect(dry).toMatchObject({
    dryRun: true,
    differ: 1,
    marked: 0,
    moves: [{ region: 'us', before: 'allow', after: 'hold', count: 1 }],
    first: [{ noteId: id, externalId: 'letter' }],
  });
  expect(await actionOf(id)).toEqual(['allow']);
  expect(await rejudged('--region', 'fr')).toContain('0 notes marked');
  expect(await rejudged('--region', 'US', '--most', '1')).toContain('1 notes marked');
  expect(await rejudged()).toContain('0 notes marked');
  await becomes(id, 'hold');
  expect(await rejudged()).toContain('0 would be decided otherwise');

  const off = { rule: 'fraud.text.known', region: '*', mode: 'disabled', why: 'a test', until: null };
  await store.policy.setOverride(off, OPERATOR, clock.now());
  expect(await rejudged()).toContain('us: hold -> review: 1');
  await becomes(id, 'review');
  const { items } = await store.audit.list(null, 50);
  expect(items.filter(({ verb }) => verb === 'note.judged_again')).toHaveLength(2);
  const view = await store.notes.get(null, id);
  expect(view?.status).toBe('decided');
  expect(view?.decisions.map(({ action }) => action)).toEqual(['allow', 'hold', 'review']);
}, 150_000);
