/** A note with pictures is judged twice: the case of the first result goes on under the second; on real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaseTerms, Decision } from '../../src/domain.js';
import { DESKS, type FullStore, type Sight } from '../../src/ports/review.js';
import type { Claim } from '../../src/ports/store.js';
import {
  acceptInput,
  caseTerms,
  decision,
  must,
  openTestStore,
  record,
  sourceOf,
  spokenIn,
  submission,
  testIds,
} from '../support/store.js';

const NOW = Date.now();
const LEASE_MS = 300_000;
let store: FullStore;
let source: string;
let sight: Sight;
beforeAll(async () => {
  store = await openTestStore();
  source = await sourceOf(store, testIds.next('interim'));
  const { userId } = await store.access.createUser(
    { login: testIds.next('who'), passwordHash: 'x', role: 'admin' },
    NOW,
  );
  sight = { userId, role: 'admin', languages: null, regions: null, categories: null, desks: DESKS };
});
afterAll(() => store.close());

const terms = (change: Partial<CaseTerms> = {}): CaseTerms => caseTerms(NOW, change);
type Asked = readonly [decision: Partial<Decision>, terms: CaseTerms | null];

interface Judged {
  readonly noteId: string;
  readonly revisionId: string;
  judge(
    asked: readonly Asked[],
    change?: { readonly pending?: boolean; readonly tags?: readonly string[] },
  ): Promise<void>;
  rows(status?: 'open' | 'closed'): ReturnType<typeof rowsOf>;
}
const rowsOf = async (noteId: string, status: 'open' | 'closed') =>
  (await store.desk.list(sight, { noteId, status }, { cursor: null, limit: 10, now: NOW })).items;

async function accepted(externalId = testIds.next('ext')): Promise<Judged> {
  const note = await store.notes.accept(acceptInput(source, { externalId, contentHash: testIds.next('c'), now: NOW }));
  if (!('noteId' in note)) throw new Error(note.kind);
  const { noteId, revisionId } = note;
  return {
    noteId,
    revisionId,
    async judge(asked, { pending = false, tags } = {}) {
      const claim: Claim = must(await store.work.claim(revisionId, 1_000, NOW));
      const result = record({
        pending,
        ...(tags === undefined ? {} : { language: tags[0] ?? null, evidence: spokenIn(tags) }),
        ...(pending ? { dueAt: NOW } : {}),
        decisions: asked.map(([change]) =>
          decision({ action: 'hold', category: 'fraud.scam', severity: 2, ...change }),
        ),
        cases: asked.map(([, own]) => own),
      });
      expect(await store.work.complete(claim, result, NOW)).toBe('saved');
    },
    rows: (status = 'open') => rowsOf(noteId, status),
  };
}

describe('a case that waits for a reader of a language', () => {
  const waiting = async (externalId: string): Promise<Judged> => {
    const note = await accepted(externalId);
    await note.judge([[{}, terms()]], { tags: ['en', 'am'], pending: true });
    const { caseId } = must((await note.rows())[0]);
    const lent = await store.desk.claim(sight, caseId, LEASE_MS, NOW);
    if (lent.kind !== 'claimed') throw new Error(lent.kind);
    expect(await store.desk.needSpeaker({ ...lent.lease, userId: sight.userId }, 'am', NOW)).toBe(true);
    return note;
  };

  it('waits for the same one under a later result', async () => {
    const note = await waiting(testIds.next('ext'));
    await note.judge([[{}, terms()]], { tags: ['en', 'am'] });
    expect(await note.rows()).toMatchObject([{ language: 'am', nativeSpeaker: true }]);
  });
});

describe('a case that no rule named a category for', () => {
  const gap = { stage: 'classify', status: 'skipped', why: 'no model was validated for am, high score' } as const;
  const gaps = [
    { ...gap, why: 'no model was validated for am', action: 'allow' },
    { ...gap, action: 'review' },
  ] as const;

  it('says what the policy did not get, and one with a category nothing', async () => {
    const unread = await accepted();
    await unread.judge([[{ action: 'review', category: null, severity: 0, gaps }, terms({ category: null })]]);
    expect(await unread.rows()).toMatchObject([{ category: null, gap: gaps[1] }]);
    const known = await accepted();
    await known.judge([[{ action: 'review', gaps }, terms()]]);
    expect(await known.rows()).toMatchObject([{ gap: null }]);
  });
});

describe('the case of an interim result', () => {
  it('goes on under the final one: same case, same claim, graver and no later', async () => {
    const note = await accepted();
    await note.judge([[{}, terms()]], { pending: true });
    const [first] = await note.rows();
    const { caseId } = must(first ?? null);
    const lent = await store.desk.claim(sight, caseId, LEASE_MS, NOW);
    if (lent.kind !== 'claimed') throw new Error(lent.kind);
    await store.desk.comment(caseId, sight.userId, 'The picture is still to come.', NOW);

    const late = terms({
      dueAt: NOW + 9_000_000,
      rankAt: NOW + 9_000_000,
      weight: 4,
      severity: 3,
      category: 'fraud.phish',
    });
    await note.judge([[{ severity: 3, category: 'fraud.phish' }, late]]);
    const rows = await note.rows();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      caseId,
      severity: 3,
      category: 'fraud.phish',
      dueAt: new Date(NOW + 3_600_000).toISOString(),
      weight: 4,
      epoch: lent.lease.epoch,
      holder: { id: sight.userId },
    });
    expect(await note.rows('closed')).toEqual([]);
    const file = must(await store.desk.file(sight, caseId, NOW));
    expect(file.comments).toHaveLength(1);
    const standing = file.decisions.filter(({ supersededBy }) => supersededBy === null);
    expect(standing.map(({ decisionId }) => decisionId)).toContain(rows[0]?.decisionId);
  });

  it('is closed when the final result asks nobody, and another desk gets a case of its own', async () => {
    const quiet = await accepted();
    await quiet.judge([[{}, terms()]], { pending: true });
    await quiet.judge([[{ action: 'remove' }, null]]);
    expect(await quiet.rows()).toEqual([]);
    expect(await quiet.rows('closed')).toMatchObject([{ outcome: 'superseded' }]);

    const grave = await accepted();
    await grave.judge([[{}, terms()]], { pending: true });
    await grave.judge([[{ severity: 4, category: 'violence.threat' }, terms({ desk: 'senior', severity: 4 })]]);
    expect(await grave.rows()).toMatchObject([{ desk: 'senior', severity: 4, epoch: 0 }]);
    expect(await grave.rows('closed')).toMatchObject([{ desk: 'general', outcome: 'superseded' }]);
  });

  it('is not opened again by an undo when the final result came first', async () => {
    const note = await accepted();
    await note.judge([[{ regions: ['de', 'us'] }, terms()]], { pending: true });
    const { caseId } = must((await note.rows())[0] ?? null);
    const lent = await store.desk.claim(sight, caseId, LEASE_MS, NOW);
    if (lent.kind !== 'claimed') throw new Error(lent.kind);
    const hold = { caseId, userId: sight.userId, epoch: lent.lease.epoch };
    const made = await store.desk.submit(submission(hold), NOW);
    if (made.kind !== 'decided') throw new Error(made.kind);
    await note.judge([[{ regions: ['de', 'us'], severity: 3 }, terms({ severity: 3 })]]);
    const undone = await store.desk.undo(made.submissionId, sight.userId, LEASE_MS, NOW + 1_000);
    expect(undone).toEqual({ kind: 'too_late' });
    const { decisions } = must(await store.notes.get(null, note.noteId));
    const standing = decisions.filter(({ supersededBy }) => supersededBy === null);
    expect(standing).toMatchObject([{ action: 'allow', by: { kind: 'person' } }]);
  });

  it('stays where a person has moved it', async () => {
    const note = await accepted();
    await note.judge([[{}, terms()]], { pending: true });
    const { caseId } = must((await note.rows())[0] ?? null);
    const lent = await store.desk.claim(sight, caseId, LEASE_MS, NOW);
    if (lent.kind !== 'claimed') throw new Error(lent.kind);
    const hold = { caseId, userId: sight.userId, epoch: lent.lease.epoch };
    expect(await store.desk.escalate(hold, 'legal', NOW)).toBe(true);
    await note.judge([[{ severity: 3 }, terms({ severity: 3 })]]);
    expect(await note.rows()).toMatchObject([{ caseId, desk: 'legal', severity: 3 }]);
  });

  it('keeps one case for each desk that is asked', async () => {
    const note = await accepted();
    const both: readonly Asked[] = [
      [{ regions: ['us'] }, terms({ regions: ['us'] })],
      [{ regions: ['de'], severity: 4 }, terms({ regions: ['de'], desk: 'senior' })],
    ];
    await note.judge(both, { pending: true });
    const before = (await note.rows()).map(({ caseId, desk }) => [caseId, desk]);
    expect(before).toHaveLength(2);
    await note.judge(both.map(([change, own]) => [{ ...change, category: 'fraud.phish' }, own]));
    expect((await note.rows()).map(({ caseId, desk }) => [caseId, desk])).toEqual(before);
  });
});
