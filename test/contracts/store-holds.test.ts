/** What the law says to keep, on real PostgreSQL: begun on suspicion, confirmed by people, passed by age, sealed by erasure. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../../src/adapters/postgres.js';
import type { HoldTerm } from '../../src/domain.js';
import type { FullStore, Sight } from '../../src/ports/review.js';
import type { Claim } from '../../src/ports/store.js';
import { freshDatabase } from '../support/services.js';
import {
  caseTerms,
  claimed,
  decision,
  must,
  noteOf,
  openTestStore,
  record,
  sourceOf,
  submission,
  testIds,
  verdict,
} from '../support/store.js';

const MARK = 'words-to-keep-7c20';
const DAY_MS = 86_400_000;
const NOW = Date.now();
const KEY = { kind: 'key', id: 'key-1' } as const;
const ADMIN = { kind: 'user', id: 'usr_admin' } as const;

const term = (change: Partial<HoldTerm> = {}): HoldTerm => ({
  region: 'us',
  term: 'year',
  categories: ['violence.terror'],
  days: 366,
  starts: 'decided',
  ground: 'Act 1, s. 2',
  gag: false,
  ...change,
});
const SHORT = term({ region: 'de', term: 'short', days: 21, ground: 'Act 2' });

let store: FullStore;
let admin: Connection;
let source: string;
let person: Sight;
beforeAll(async () => {
  const databaseUrl = await freshDatabase();
  store = await openTestStore(databaseUrl);
  admin = await connect(databaseUrl);
  source = await sourceOf(store);
  const { userId } = await store.access.createUser({ login: 'ana', passwordHash: 'x', role: 'senior' }, NOW);
  person = { userId, role: 'senior', languages: null, regions: null, categories: null, desks: ['general'] };
});
afterAll(async () => {
  await store.close();
  await admin.end();
});

/** A held note whose suspicion keeps it by these terms. */
async function suspected(keeps: readonly HoldTerm[], authorId = testIds.next('author')): Promise<Claim> {
  const note = noteOf({ body: MARK, author: { id: authorId, region: 'de' } });
  const claim = await claimed(store, source, { note, contentHash: testIds.next('content') });
  const held = decision({ action: 'hold', category: 'violence.terror', severity: 4, sideActions: ['preserve'] });
  await store.work.complete(claim, record({ decisions: [held], cases: [caseTerms(NOW)], keeps: [[...keeps]] }), NOW);
  return claim;
}

type Verdicts = Parameters<typeof submission>[1];
async function decided({ noteId }: Claim, change: Verdicts, at = NOW): Promise<string> {
  const { caseId, epoch } = must(await store.desk.next(person, { noteId }, 60_000, at));
  const made = await store.desk.submit(submission({ caseId, userId: person.userId, epoch }, change), at);
  if (made.kind !== 'decided') throw new Error(made.kind);
  return made.submissionId;
}
const found = (keeps: readonly HoldTerm[], regions = ['de', 'us']) => ({
  verdicts: [{ ...verdict(regions, 'remove'), category: 'violence.terror' as const, keeps }],
});
const holds = async ({ noteId }: Claim) => store.holds.of(noteId);
const live = async (claim: Claim): Promise<readonly string[]> =>
  (await holds(claim)).filter(({ endedAt }) => endedAt === null).map((hold) => `${hold.region} ${hold.term}`);
const days = (iso: string): number => Math.round((Date.parse(iso) - NOW) / DAY_MS);
const told = async ({ noteId }: Claim): Promise<readonly string[]> => {
  const { rows } = await admin.query<{ verb: string }>(
    'SELECT verb FROM audit_events WHERE subject = $1 ORDER BY sequence',
    [noteId],
  );
  return rows.map(({ verb }) => verb).filter((verb) => /^(hold|sealed)/.test(verb));
};
const textOf = async ({ noteId }: Claim): Promise<string | undefined> =>
  (await store.notes.get(null, noteId))?.revisions[0]?.note?.body;

async function tablesWith(mark: string): Promise<readonly string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const hits: string[] = [];
  for (const { name } of rows) {
    const { rowCount } = await admin.query(`SELECT 1 FROM "${name}" t WHERE strpos(to_jsonb(t)::text, $1) > 0`, [mark]);
    if ((rowCount ?? 0) > 0) hits.push(name);
  }
  return hits.toSorted();
}

describe('a hold', () => {
  it('begins on suspicion for thirty days, for each region by its own term', async () => {
    const claim = await suspected([term(), SHORT, term({ region: 'fr' })]);
    expect((await holds(claim)).map(({ region, until, confirmedAt }) => [region, days(until), confirmedAt])).toEqual([
      ['de', 30, null],
      ['us', 30, null],
    ]);
    expect(await told(claim)).toEqual(['hold.begun']);
  });

  it('begins once, however often the revision is judged', async () => {
    const claim = await claimed(store, source, { contentHash: testIds.next('content') });
    const held = decision({ action: 'hold', sideActions: ['preserve'] });
    const result = { decisions: [held], keeps: [[term()]] };
    await store.work.complete(claim, record({ ...result, pending: true }), NOW);
    const again = must(await store.work.claim(claim.revisionId, 60_000, NOW + DAY_MS));
    expect(await store.work.complete(again, record(result), NOW + DAY_MS)).toBe('saved');
    expect((await holds(claim)).map(({ until }) => days(until))).toEqual([30]);
    expect(await told(claim)).toEqual(['hold.begun']);
  });

  it('ends where a later result no longer suspects anything, and not while a person is still asked', async () => {
    const judgedAgain = async (action: 'allow' | 'review') => {
      const claim = await claimed(store, source, { contentHash: testIds.next('content') });
      const held = decision({ action: 'hold', sideActions: ['preserve'] });
      await store.work.complete(claim, record({ decisions: [held], keeps: [[term()]], pending: true }), NOW);
      const again = must(await store.work.claim(claim.revisionId, 60_000, NOW + DAY_MS));
      await store.work.complete(again, record({ decisions: [decision({ action })] }), NOW + DAY_MS);
      return claim;
    };
    const allowed = await judgedAgain('allow');
    expect(await live(allowed)).toEqual([]);
    expect(await told(allowed)).toEqual(['hold.begun', 'hold.ended']);
    expect(await live(await judgedAgain('review'))).toEqual(['us year']);
  });

  it('is none of a note that no term covers', async () => {
    const claim = await suspected([]);
    expect(await holds(claim)).toEqual([]);
    expect(await told(claim)).toEqual([]);
  });

  it('is confirmed by a finding for the term that was copied, not for the one that a later file names', async () => {
    const claim = await suspected([term(), SHORT]);
    await decided(claim, found([term({ days: 5 }), SHORT]));
    expect((await holds(claim)).map(({ region, until }) => [region, days(until)])).toEqual([
      ['de', 21],
      ['us', 366],
    ]);
    expect(await told(claim)).toEqual(['hold.begun', 'hold.confirmed']);
  });

  it('begins with the finding where no rule suspected anything', async () => {
    const claim = await suspected([]);
    await decided(claim, found([term()]));
    expect(await live(claim)).toEqual(['us year']);
    expect((await holds(claim))[0]?.confirmedAt).not.toBeNull();
  });

  it('ends where a person allows, and goes on where another region found it', async () => {
    const claim = await suspected([term(), SHORT]);
    const [removes] = found([term()], ['us']).verdicts;
    await decided(claim, { verdicts: [must(removes), verdict(['de'], 'allow')] });
    expect(await live(claim)).toEqual(['us year']);
    expect(await told(claim)).toEqual(['hold.begun', 'hold.ended', 'hold.confirmed']);
  });

  it('ends where a person finds something else', async () => {
    const claim = await suspected([term()]);
    await decided(claim, { verdicts: [verdict(['de', 'us'], 'remove')] });
    expect(await live(claim)).toEqual([]);
  });

  it('is as before when the decision is taken back', async () => {
    const confirmed = await suspected([term()]);
    const first = await decided(confirmed, found([term(), SHORT]));
    expect(await live(confirmed)).toEqual(['de short', 'us year'].toSorted());
    expect((await store.desk.undo(first, person.userId, 60_000, NOW + 1)).kind).toBe('undone');
    expect((await holds(confirmed)).map((hold) => [hold.region, hold.confirmedAt, hold.endedWhy])).toEqual([
      ['de', expect.any(String), 'undone'],
      ['us', null, null],
    ]);
    expect(days(must((await holds(confirmed))[1]).until)).toBe(30);

    const allowed = await suspected([term()]);
    const second = await decided(allowed, {});
    expect(await live(allowed)).toEqual([]);
    await store.desk.undo(second, person.userId, 60_000, NOW + 1);
    expect(await live(allowed)).toEqual(['us year']);
    expect(await told(allowed)).toEqual(['hold.begun', 'hold.ended', 'hold.undone']);
  });

  it('counts from the report where the law says so, and outlasts a later word of people', async () => {
    const claim = await suspected([term({ starts: 'reported' })]);
    const { holdId } = must((await holds(claim))[0]);
    expect(await store.holds.reported('hold_none', NOW, ADMIN, NOW)).toBeNull();
    expect(await store.holds.reported(holdId, NOW + 2 * DAY_MS, ADMIN, NOW + 2 * DAY_MS)).toBe('reported');
    expect(days(must((await holds(claim))[0]).until)).toBe(368);
    await decided(claim, {});
    expect(await live(claim)).toEqual(['us year']);
    expect(await store.holds.release(holdId, 'a court order', ADMIN, NOW)).toBe('released');
    expect(await store.holds.release(holdId, 'again', ADMIN, NOW + 1)).toBe('ended');
    expect(await store.holds.release('hold_none', 'x', ADMIN, NOW)).toBeNull();
    expect(await store.holds.reported(holdId, NOW, ADMIN, NOW)).toBe('ended');
    expect(await live(claim)).toEqual([]);
    expect(await told(claim)).toEqual(['hold.begun', 'hold.reported', 'hold.released']);
  });

  it('may be ordered by hand, and no decision ends that', async () => {
    const claim = await suspected([]);
    const order = { noteId: claim.noteId, region: 'us', ground: 'Order 12', days: 90, gag: false, why: 'file 12' };
    expect(await store.holds.order({ ...order, noteId: 'note_none' }, ADMIN, NOW)).toBeNull();
    expect(await store.holds.order(order, ADMIN, NOW)).toEqual({ holdId: expect.stringMatching(/^hold_/) });
    await decided(claim, {});
    expect((await holds(claim)).map((hold) => [hold.term, hold.ground, hold.endedAt])).toEqual([
      [null, 'Order 12', null],
    ]);
    const gone = await suspected([]);
    await store.notes.erase(null, gone.noteId, KEY, NOW);
    expect(await store.holds.order({ ...order, noteId: gone.noteId }, ADMIN, NOW)).toBe('erased');
  });
});

describe('age', () => {
  it('passes a held note with the words about it, and takes both when the hold has run out', async () => {
    const kept = await suspected([term()]);
    await decided(kept, { ...found([term()]), reason: MARK });
    const plain = await suspected([]);
    await decided(plain, { reason: MARK });
    await store.upkeep.purge(NOW + 200 * DAY_MS, 1_000);
    expect(await textOf(plain)).toBeUndefined();
    expect(await textOf(kept)).toBe(MARK);
    const reasons = 'SELECT count(*) AS n FROM human_decisions WHERE note_id = $1 AND reason IS NOT NULL';
    expect((await admin.query(reasons, [kept.noteId])).rows).toEqual([{ n: 1 }]);
    expect(await store.upkeep.purge(NOW + 367 * DAY_MS, 1_000)).toMatchObject({ legal_holds: expect.any(Number) });
    expect(await textOf(kept)).toBeUndefined();
    expect((await admin.query(reasons, [kept.noteId])).rows).toEqual([{ n: 0 }]);
    expect((await told(kept)).at(-1)).toBe('hold.ended');
  });
});

describe('an erasure', () => {
  it('erases a note without a hold as ever', async () => {
    const claim = await suspected([]);
    expect(await store.notes.erase(null, claim.noteId, KEY, NOW)).toEqual({ erased: true, kept: [] });
    expect(await store.holds.readSealed(claim.noteId, 'why', ADMIN, NOW)).toBeNull();
  });

  it('seals what a hold covers, says so once and again, and lets it go with the last hold', async () => {
    await admin.query('DELETE FROM sealed_notes');
    const claim = await suspected([term(), SHORT]);
    await decided(claim, { ...found([term(), SHORT]), undoMs: 0 });
    const kept = [
      { until: new Date(NOW + 21 * DAY_MS).toISOString(), ground: 'Act 2', region: 'de' },
      { until: new Date(NOW + 366 * DAY_MS).toISOString(), ground: 'Act 1, s. 2', region: 'us' },
    ];
    const first = must(await store.notes.erase(null, claim.noteId, KEY, NOW));
    expect(first.erased).toBe(true);
    expect(first.kept.toSorted((a, b) => a.region.localeCompare(b.region))).toEqual(kept);
    expect(await store.notes.erase(null, claim.noteId, KEY, NOW + 1)).toEqual({ erased: false, kept: first.kept });
    const { rows } = await admin.query<{ body: string }>(
      `SELECT body FROM events WHERE note_id = $1 AND type = 'note.erased'`,
      [claim.noteId],
    );
    expect(JSON.parse(must(rows[0]).body)).toMatchObject({ data: { noteId: claim.noteId, kept: first.kept } });
    expect((await store.notes.get(null, claim.noteId))?.status).toBe('erased');

    await store.upkeep.purge(NOW + 30 * DAY_MS, 1_000);
    expect(must(await store.holds.readSealed(claim.noteId, 'case 7', ADMIN, NOW))[0]).toMatchObject({
      revision: 1,
      note: { body: MARK },
    });
    await store.upkeep.purge(NOW + 367 * DAY_MS, 1_000);
    expect(await store.holds.readSealed(claim.noteId, 'case 7', ADMIN, NOW + 367 * DAY_MS)).toBeNull();
    expect((await told(claim)).slice(2)).toEqual(['hold.ended', 'sealed.read', 'hold.ended', 'sealed.erased']);
  });

  it('keeps the words in the sealed table alone', async () => {
    await admin.query('TRUNCATE sealed_notes');
    const mark = 'only-here-91ab';
    const note = noteOf({ body: mark });
    const claim = await claimed(store, source, { note, contentHash: mark });
    const held = decision({ action: 'hold', sideActions: ['preserve'] });
    await store.work.complete(claim, record({ decisions: [held], keeps: [[term()]] }), NOW);
    await store.notes.erase(null, claim.noteId, KEY, NOW);
    expect(await tablesWith(mark)).toEqual(['sealed_notes']);
  });

  it('does not tell where the law forbids it; the audit alone says it', async () => {
    const claim = await suspected([term({ gag: true })]);
    expect(await store.notes.erase(null, claim.noteId, KEY, NOW)).toEqual({ erased: true, kept: [] });
    const { rows } = await admin.query<{ body: string; detail: string }>(
      `SELECT e.body, a.detail FROM events e JOIN audit_events a ON a.subject = e.note_id AND a.verb = 'note.erased'
       WHERE e.note_id = $1 AND e.type = 'note.erased'`,
      [claim.noteId],
    );
    expect(JSON.parse(must(rows[0]).body).data).not.toHaveProperty('kept');
    expect(JSON.parse(must(rows[0]).detail)).toMatchObject({ kept: [{ region: 'us', ground: 'Act 1, s. 2' }] });
    expect(await store.holds.readSealed(claim.noteId, 'why', ADMIN, NOW)).not.toBeNull();
  });

  it('of an author takes every note, names what is kept, and the author is gone from the list', async () => {
    const authorId = testIds.next('author');
    const kept = await suspected([term()], authorId);
    await suspected([], authorId);
    const result = must(await store.notes.eraseAuthor(source, authorId, KEY, NOW));
    expect(result).toMatchObject({ notes: 2, kept: [{ noteId: kept.noteId, kept: [{ region: 'us' }] }] });
    expect(await store.notes.eraseAuthor(source, authorId, KEY, NOW + 1)).toBeNull();
    expect(await store.holds.readSealed(kept.noteId, 'why', ADMIN, NOW)).not.toBeNull();
  });

  it('seals the revision that the hold is about, not what its author made of it', async () => {
    const claim = await suspected([term()]);
    const { externalId } = must(await store.notes.get(null, claim.noteId));
    const again = await claimed(store, source, {
      externalId,
      note: noteOf({ body: 'a harmless second try' }),
      contentHash: testIds.next('content'),
    });
    await store.work.complete(again, record(), NOW);
    await store.notes.erase(null, claim.noteId, KEY, NOW);
    const sealed = must(await store.holds.readSealed(claim.noteId, 'why', ADMIN, NOW));
    expect(sealed.map(({ revision, note }) => [revision, note.body])).toEqual([[1, MARK]]);
  });
});

describe('pictures', () => {
  const picture = (blob: string) => ({ index: 0, blob, sha256: 'a'.repeat(64) });

  it('keep their bytes as long as the sealed copy names them', async () => {
    const blob = testIds.next('blob');
    const claim = await claimed(store, source, { note: noteOf({ images: [picture(blob)] }), contentHash: blob });
    const held = decision({ action: 'hold', sideActions: ['preserve'] });
    await store.work.complete(claim, record({ decisions: [held], keeps: [[term()]] }), NOW);
    await store.notes.erase(null, claim.noteId, KEY, NOW);
    const later = NOW + DAY_MS;
    expect(await store.images.removable(1_000, later)).not.toContain(blob);
    await store.upkeep.purge(NOW + 31 * DAY_MS, 1_000);
    expect(await store.images.removable(1_000, later)).toContain(blob);
  });

  it('that somebody works on during the erasure are sealed as they were, and the work is refused', async () => {
    const blob = testIds.next('blob');
    const claim = await claimed(store, source, { note: noteOf({ images: [picture(blob)] }), contentHash: blob });
    const working = must(await store.images.claim(claim.revisionId, 0, 60_000, NOW));
    const held = decision({ action: 'hold', sideActions: ['preserve'] });
    await store.work.complete(claim, record({ decisions: [held], keeps: [[term()]] }), NOW);
    await store.notes.erase(null, claim.noteId, KEY, NOW);
    const failed = { status: 'failed', code: 'stage_failed', message: 'x' } as const;
    const reading = { index: 0, facts: failed, hash: failed, ocr: failed, codes: failed, model: failed } as never;
    const result = await store.images.complete(working, { reading, blobKey: blob, sha256: null }, NOW);
    expect(result.saved).toBe(false);
    const [sealed] = must(await store.holds.readSealed(claim.noteId, 'why', ADMIN, NOW));
    expect(sealed?.images).toMatchObject([{ index: 0, blobKey: blob, reading: null }]);
  });
});
