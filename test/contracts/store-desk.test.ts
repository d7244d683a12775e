/** The review desk, asked of the store in memory and of the real one: rights, claims, fences, undo, appeals, reports. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaseTerms, Decision } from '../../src/domain.js';
import { DESKS, type FullStore, type Hold, type Sight } from '../../src/ports/review.js';
import type { Role } from '../../src/ports/store.js';
import { BOTH_STORES } from '../support/both-stores.js';
import {
  acceptInput,
  caseTerms,
  decision,
  must,
  noteOf,
  record,
  sourceOf,
  spokenIn,
  submission,
  testIds,
  verdict,
} from '../support/store.js';

const NOW = Date.now();
const LEASE_MS = 300_000;
const ACTOR = { kind: 'key', id: 'key-1' } as const;

const terms = (change: Partial<CaseTerms> = {}): CaseTerms => caseTerms(NOW, change);

describe.each(BOTH_STORES)('the desk %s', (_name, open) => {
  let store: FullStore;
  let source: string;
  beforeAll(async () => {
    store = await open();
    source = await sourceOf(store, testIds.next('desk'));
  });
  afterAll(() => store.close());

  const person = async (role: Role = 'reviewer', change: Partial<Sight> = {}): Promise<Sight> => {
    const { userId } = await store.access.createUser({ login: testIds.next('who'), passwordHash: 'x', role }, NOW);
    return { userId, role, languages: null, regions: null, categories: null, desks: DESKS, ...change };
  };
  interface Opened {
    readonly noteId: string;
    readonly revisionId: string;
    readonly caseId: string;
    readonly decisionId: string;
  }
  interface Sent {
    readonly externalId?: string;
    readonly tags?: readonly string[];
    readonly body?: string;
  }
  /** A language of its own keeps each test's cases apart. */
  const language = (): string => `x-${testIds.next('l').slice(-8)}`;
  const opened = async (
    lang: string,
    change: Partial<Decision> = {},
    own: Partial<CaseTerms> = {},
    { externalId = testIds.next('ext'), tags = [], body }: Sent = {},
  ): Promise<Opened> => {
    const accepted = await store.notes.accept(
      acceptInput(source, {
        externalId,
        contentHash: testIds.next('c'),
        now: NOW,
        ...(body === undefined ? {} : { note: noteOf(body === '' ? { title: '', body } : { body }) }),
      }),
    );
    if (!('noteId' in accepted)) throw new Error(accepted.kind);
    const claim = must(await store.work.claim(accepted.revisionId, 1_000, NOW));
    const held = decision({ action: 'hold', severity: 2, category: 'fraud.scam', ...change });
    const saved = await store.work.complete(
      claim,
      record({
        language: lang,
        evidence: spokenIn(tags),
        decisions: [held],
        cases: [terms({ category: held.category, severity: held.severity, ...own })],
      }),
      NOW,
    );
    expect(saved).toBe('saved');
    const admin = await person('admin');
    const page = await store.desk.list(admin, { noteId: accepted.noteId }, { cursor: null, limit: 10, now: NOW });
    const row = page.items.find(({ revisionId }) => revisionId === accepted.revisionId);
    if (row === undefined) throw new Error('no case was opened');
    return { ...accepted, caseId: row.caseId, decisionId: must(row.decisionId) };
  };
  const hold = async (sight: Sight, caseId: string, now = NOW): Promise<Hold> => {
    const result = await store.desk.claim(sight, caseId, LEASE_MS, now);
    if (result.kind !== 'claimed') throw new Error(`not claimed: ${result.kind}`);
    return { caseId, userId: sight.userId, epoch: result.lease.epoch };
  };
  const standing = async (noteId: string) =>
    must(await store.notes.get(null, noteId)).decisions.filter(({ supersededBy }) => supersededBy === null);

  it('lists by rank, not by age, page by page, within rights', async () => {
    const lang = language();
    const late = await opened(lang, {}, { rankAt: NOW + 9_000 });
    const soon = await opened(lang, {}, { rankAt: NOW + 1_000 });
    const middle = await opened(lang, {}, { rankAt: NOW + 5_000, desk: 'child_safety' });
    const all = await person();
    const page = { cursor: null, limit: 2, now: NOW };
    const first = await store.desk.list(all, { language: [lang] }, page);
    const rest = await store.desk.list(all, { language: [lang] }, { ...page, cursor: must(first.nextCursor) });
    expect([...first.items, ...rest.items].map(({ caseId }) => caseId)).toEqual([
      soon.caseId,
      middle.caseId,
      late.caseId,
    ]);
    expect(rest.nextCursor).toBeNull();
    const general = await person('reviewer', { desks: ['general'] });
    const seen = await store.desk.list(general, { language: [lang] }, { ...page, limit: 9 });
    expect(seen.items.map(({ caseId }) => caseId)).toEqual([soon.caseId, late.caseId]);
    expect(await store.desk.row(general, middle.caseId, NOW)).toBeNull();
    expect(await store.desk.file(general, middle.caseId, NOW)).toBeNull();
    const counted = await store.desk.counts(general, { language: [lang] }, NOW);
    expect(counted.open).toBe(2);
    expect(counted.bySource).toMatchObject([{ source, count: 2 }]);
  });

  it('finds the open cases of the same text and of the same campaign, by what the notes say now', async () => {
    const lang = language();
    const body = `We sell ${testIds.next('herons')}, write to us.`;
    const of = (text: string, externalId = testIds.next('ext')) => opened(lang, {}, {}, { body: text, externalId });
    const [first, copy, edited, far] = [await of(body), await of(body), await of(body), await of(`${body}!`)];
    const near = await of(`${body}!!`);
    const bands = [testIds.next('band')];
    for (const { revisionId } of [first, near]) {
      const row = { sourceId: source, revisionId, authorId: null, accountAgeDays: null, bands, at: NOW };
      await store.campaigns.record(row);
    }
    const who = await person();
    const row = must(await store.desk.row(who, first.caseId, NOW));
    const { externalId } = must(await store.desk.row(who, edited.caseId, NOW));
    expect(await store.desk.similar(row)).toEqual([near, edited, copy].map(({ noteId }) => noteId));
    await of('Ripe figs from the market.', externalId);
    expect(await store.desk.similar(row)).toEqual([near, copy].map(({ noteId }) => noteId));
    const asked = [first, copy, edited, far, near].map(({ caseId }) => caseId);
    const around = async () => {
      const { sameText, campaign } = must(await store.desk.file(who, first.caseId, NOW));
      return { sameText, campaign };
    };
    const ref = { language: lang, strongest: 'hold', byPerson: false, createdAt: new Date(NOW).toISOString() };
    expect(await around()).toMatchObject({
      sameText: [{ noteId: copy.noteId, title: 'A quiet walk', ...ref }],
      campaign: [{ noteId: near.noteId, ...ref }],
    });
    const among = await store.desk.similarAmong(row, [...asked, 'case_none']);
    expect(among).toEqual(new Set([copy.caseId, near.caseId]));
    await store.desk.submit(submission(await hold(who, copy.caseId)), NOW);
    expect((await around()).sameText).toMatchObject([{ noteId: copy.noteId, byPerson: true }]);
    expect(await store.desk.similar(row)).toEqual([near.noteId]);
    expect(await store.desk.similarAmong(row, [copy.caseId])).toEqual(new Set([copy.caseId]));
  });

  it('takes no two notes without a text for notes of the same text', async () => {
    const lang = language();
    const [first, other] = [await opened(lang, {}, {}, { body: '' }), await opened(lang, {}, {}, { body: '' })];
    const who = await person();
    const row = must(await store.desk.row(who, first.caseId, NOW));
    expect(await store.desk.similar(row)).toEqual([]);
    expect(await store.desk.similarAmong(row, [other.caseId])).toEqual(new Set());
    expect(must(await store.desk.file(who, first.caseId, NOW)).sameText).toEqual([]);
  });

  it('shows, lends and counts only what lies within language, region and category', async () => {
    const lang = language();
    const { caseId } = await opened(lang);
    const foreign: readonly Partial<Sight>[] = [
      { languages: ['de'] },
      { regions: ['jp'] },
      { categories: ['ip.copyright'] },
      { desks: ['legal'] },
    ];
    for (const change of foreign) {
      const sight = await person('reviewer', change);
      expect(await store.desk.row(sight, caseId, NOW)).toBeNull();
      expect(await store.desk.claim(sight, caseId, LEASE_MS, NOW)).toEqual({ kind: 'refused' });
      expect(await store.desk.next(sight, { language: [lang] }, LEASE_MS, NOW)).toBeNull();
      expect((await store.desk.counts(sight, { language: [lang] }, NOW)).open).toBe(0);
    }
    const fitting = await person('reviewer', {
      languages: ['x'],
      regions: ['de'],
      categories: ['fraud.scam'],
      desks: ['general'],
    });
    expect((await store.desk.next(fitting, { language: [lang] }, LEASE_MS, NOW))?.caseId).toBe(caseId);
  });

  it('files a case under the gravest question, whatever led the decision', async () => {
    const lang = language();
    const petty = { action: 'remove', severity: 2, category: 'goods.gambling' } as const;
    const { caseId } = await opened(lang, petty, { reason: 'review', severity: 4, category: 'violence.threat' });
    const [asked, led] = await Promise.all([
      person('reviewer', { categories: ['violence.threat'] }),
      person('reviewer', { categories: ['goods.gambling'] }),
    ]);
    expect(await store.desk.row(asked, caseId, NOW)).toMatchObject({ severity: 4, category: 'violence.threat' });
    expect(await store.desk.row(led, caseId, NOW)).toBeNull();
  });

  it('lends a case to one person; the lease ends by itself, and a late hand is refused', async () => {
    const { caseId, noteId } = await opened(language());
    const [first, second] = [await person(), await person()];
    const lost = await hold(first, caseId);
    expect(await store.desk.claim(second, caseId, LEASE_MS, NOW + 1_000)).toEqual({ kind: 'held' });
    expect((await store.desk.row(second, caseId, NOW))?.holder?.id).toBe(first.userId);
    expect((await store.desk.claim(first, caseId, LEASE_MS, NOW + 1_000)).kind).toBe('claimed');
    const later = NOW + LEASE_MS + 2_000;
    expect(await store.desk.extend(lost, LEASE_MS, later)).toBeNull();
    expect(await store.desk.submit(submission(lost), later)).toEqual({ kind: 'lease_lost' });
    const taken = await hold(second, caseId, later);
    expect(taken.epoch).toBeGreaterThan(lost.epoch);
    expect(await store.desk.release(lost, later)).toBe(false);
    expect(await store.desk.submit(submission(lost), later)).toEqual({ kind: 'lease_lost' });
    expect((await store.desk.submit(submission(taken), later)).kind).toBe('decided');
    expect(await store.desk.submit(submission(taken), later)).toEqual({ kind: 'closed' });
    expect(await standing(noteId)).toMatchObject([{ action: 'allow', by: { kind: 'person', id: second.userId } }]);
  });

  it('extends a lease as long as it lives', async () => {
    const { caseId } = await opened(language());
    const sight = await person();
    const mine = await hold(sight, caseId);
    const kept = must(await store.desk.extend(mine, LEASE_MS, NOW + 200_000));
    expect(Date.parse(kept.until)).toBe(NOW + 200_000 + LEASE_MS);
    expect(kept.epoch).toBe(mine.epoch);
    expect((await store.desk.submit(submission(mine), NOW + 400_000)).kind).toBe('decided');
  });

  it('skips: not straight back to the same person, but to others', async () => {
    const lang = language();
    const top = await opened(lang, {}, { rankAt: NOW + 1_000 });
    const below = await opened(lang, {}, { rankAt: NOW + 2_000 });
    const [first, second] = [await person(), await person()];
    const next = (sight: Sight, now = NOW) => store.desk.next(sight, { language: [lang] }, LEASE_MS, now);
    const lease = must(await next(first));
    expect(lease.caseId).toBe(top.caseId);
    expect(await store.desk.skip({ ...lease, userId: first.userId }, NOW + 1_800_000, NOW)).toBe(true);
    expect((await next(first))?.caseId).toBe(below.caseId);
    expect((await next(second))?.caseId).toBe(top.caseId);
    expect(await next(first)).toBeNull();
  });

  it('hands over, escalates and waits for a native speaker', async () => {
    const lang = language();
    const { caseId } = await opened(lang);
    const [first, second, third] = [await person(), await person(), await person('reviewer', { desks: ['general'] })];
    const next = (sight: Sight, now = NOW) => store.desk.next(sight, { language: [lang] }, LEASE_MS, now);
    expect(await store.desk.handOver(await hold(first, caseId), second.userId, NOW)).toBe(true);
    expect(await next(third)).toBeNull();
    const given = must(await next(second));
    expect(await store.desk.escalate({ ...given, userId: second.userId }, 'legal', NOW)).toBe(true);
    expect(await store.desk.row(third, caseId, NOW)).toBeNull();
    const legal = must(await next(first));
    expect(await store.desk.needSpeaker({ ...legal, userId: first.userId }, null, NOW)).toBe(true);
    expect(await next(second)).toBeNull();
    const native = await person('reviewer', { languages: [lang] });
    expect((await next(native))?.caseId).toBe(caseId);
  });

  it.each([
    ['still has the language', ['en', 'am'], { language: 'am', nativeSpeaker: true }],
    ['has lost it', ['en'], { language: 'en', nativeSpeaker: false }],
  ] as const)('waits for the same reader after an edit that %s', async (_name, tags, row) => {
    const externalId = testIds.next('ext');
    const { caseId } = await opened('en', {}, {}, { externalId, tags: ['en', 'am'] });
    const sight = await person('admin');
    expect(await store.desk.needSpeaker(await hold(sight, caseId), 'am', NOW)).toBe(true);
    const edited = await opened('en', {}, {}, { externalId, tags });
    expect(await store.desk.row(sight, edited.caseId, NOW)).toMatchObject({ revisionId: edited.revisionId, ...row });
  });

  it('says who appeals or reports: of several reporters the weightiest', async () => {
    const { noteId, revisionId, caseId, decisionId } = await opened(language());
    const sight = await person();
    const fromOf = async (id: string) => must(await store.desk.row(sight, id, NOW)).from;
    expect(await fromOf(caseId)).toBeNull();
    const plea = report(noteId, revisionId);
    const first = await store.desk.openReport(plea, ACTOR, NOW);
    if (first.kind !== 'opened') throw new Error(first.kind);
    expect(await fromOf(first.plea.caseId)).toBe('person');
    const authority = { kind: 'authority', name: 'Amt', email: null } as const;
    await store.desk.openReport({ ...report(noteId, revisionId), reporter: authority }, ACTOR, NOW);
    expect(await fromOf(first.plea.caseId)).toBe('authority');
    const appealed = await store.desk.openAppeal(appeal(noteId, revisionId, [decisionId]), ACTOR, NOW);
    if (appealed.kind !== 'opened') throw new Error(appealed.kind);
    expect(await fromOf(appealed.plea.caseId)).toBe('author');
  });

  it('stores a decision per region; what it does not touch goes on', async () => {
    const { caseId, noteId } = await opened(language());
    const german = await person('reviewer', { regions: ['de'] });
    const result = await store.desk.submit(
      submission(await hold(german, caseId), { verdicts: [verdict(['de'], 'remove')] }),
      NOW,
    );
    expect(result).toMatchObject({ kind: 'decided', closed: false });
    expect((await standing(noteId)).map(({ regions, action, by }) => [...regions, action, by.kind]).toSorted()).toEqual(
      [
        ['de', 'remove', 'person'],
        ['us', 'hold', 'policy'],
      ],
    );
    const other = await person();
    expect((await store.desk.row(other, caseId, NOW))?.regions).toEqual(['us']);
    const rest = await store.desk.submit(
      submission(await hold(other, caseId), { verdicts: [verdict(['us'], 'allow')] }),
      NOW,
    );
    expect(rest).toMatchObject({ kind: 'decided', closed: true });
    expect((await standing(noteId)).every(({ by }) => by.kind === 'person')).toBe(true);
    expect(must(await store.notes.get(null, noteId)).status).toBe('decided');
  });

  it('refuses verdicts on regions that are not of the case', async () => {
    const { caseId } = await opened(language());
    const mine = await hold(await person(), caseId);
    for (const regions of [['jp'], ['de', 'de'], []]) {
      expect(await store.desk.submit(submission(mine, { verdicts: [verdict(regions, 'allow')] }), NOW)).toEqual({
        kind: 'regions',
      });
    }
  });

  it('opens one case for the regions of several decisions', async () => {
    const accepted = await store.notes.accept(acceptInput(source, { now: NOW }));
    if (!('noteId' in accepted)) throw new Error(accepted.kind);
    const claim = must(await store.work.claim(accepted.revisionId, 1_000, NOW));
    const decisions = [
      decision({ action: 'review', regions: ['us'] }),
      decision({ action: 'hold', severity: 3, regions: ['de'] }),
    ];
    const cases = [null, terms({ severity: 3, regions: ['us', 'de'] })];
    await store.work.complete(claim, record({ decisions, cases }), NOW);
    const sight = await person();
    const page = await store.desk.list(sight, { noteId: accepted.noteId }, { cursor: null, limit: 9, now: NOW });
    expect(page.items).toMatchObject([{ severity: 3, regions: ['us', 'de'] }]);
    const mine = await hold(sight, must(page.items[0]).caseId);
    const verdicts = [verdict(['us'], 'allow'), verdict(['de'], 'remove')];
    expect(await store.desk.submit(submission(mine, { verdicts }), NOW)).toMatchObject({
      kind: 'decided',
      closed: true,
    });
    expect((await standing(accepted.noteId)).map(({ action }) => action).toSorted()).toEqual(['allow', 'remove']);
  });

  it('takes a decision back within its window, and what stood before stands again', async () => {
    const { caseId, noteId, decisionId } = await opened(language());
    const german = await person('reviewer', { regions: ['de'] });
    const result = await store.desk.submit(
      submission(await hold(german, caseId), { verdicts: [verdict(['de'], 'allow')] }),
      NOW,
    );
    if (result.kind !== 'decided') throw new Error(result.kind);
    const stranger = await person();
    expect(await store.desk.undo(result.submissionId, stranger.userId, LEASE_MS, NOW + 1_000)).toEqual({
      kind: 'unknown',
    });
    const undoable = async (userId: string, later: number) =>
      (await store.desk.undoable(userId, [result.submissionId, 'sub_none'], NOW + later)).map((one) => one.caseId);
    expect([await undoable(german.userId, 9_000), await undoable(german.userId, 10_000)]).toEqual([[caseId], []]);
    expect(await undoable(stranger.userId, 0)).toEqual([]);
    const undone = await store.desk.undo(result.submissionId, german.userId, LEASE_MS, NOW + 9_000);
    expect(undone).toMatchObject({ kind: 'undone', lease: { caseId } });
    expect(await undoable(german.userId, 9_000)).toEqual([]);
    expect(await standing(noteId)).toMatchObject([{ decisionId, action: 'hold', regions: ['de', 'us'] }]);
    expect(must(await store.notes.get(null, noteId)).status).toBe('held');
    const row = must(await store.desk.row(stranger, caseId, NOW));
    expect([row.status, row.regions.toSorted()]).toEqual(['open', ['de', 'us']]);
    expect(await store.desk.undo(result.submissionId, german.userId, LEASE_MS, NOW + 9_500)).toEqual({
      kind: 'undone_before',
    });
    if (undone.kind !== 'undone') throw new Error(undone.kind);
    const again = await store.desk.submit(
      submission(
        { caseId, userId: german.userId, epoch: undone.lease.epoch },
        { verdicts: [verdict(['de'], 'remove')] },
      ),
      NOW + 9_600,
    );
    if (again.kind !== 'decided') throw new Error(again.kind);
    const late = await store.desk.undo(again.submissionId, german.userId, LEASE_MS, NOW + 9_600 + 10_000);
    expect(late).toEqual({ kind: 'too_late' });
  });

  it('takes nothing back for a note that was erased within the window', async () => {
    const { caseId, noteId } = await opened(language());
    const sight = await person();
    const made = await store.desk.submit(submission(await hold(sight, caseId)), NOW);
    if (made.kind !== 'decided') throw new Error(made.kind);
    await store.notes.erase(null, noteId, ACTOR, NOW + 1_000);
    expect(await store.desk.undo(made.submissionId, sight.userId, LEASE_MS, NOW + 2_000)).toEqual({ kind: 'too_late' });
    const { items } = await store.desk.list(sight, { noteId }, { cursor: null, limit: 10, now: NOW + 2_000 });
    expect(items).toEqual([]);
  });

  it('closes what the policy asked when a report about the same is decided, and opens it again with the undo', async () => {
    const { caseId, noteId, revisionId } = await opened(language());
    const result = await store.desk.openReport(report(noteId, revisionId), ACTOR, NOW);
    if (result.kind !== 'opened') throw new Error(result.kind);
    const sight = await person();
    const made = await store.desk.submit(
      submission(await hold(sight, result.plea.caseId), { reportState: 'actioned' }),
      NOW,
    );
    if (made.kind !== 'decided') throw new Error(made.kind);
    expect(must(await store.desk.row(sight, caseId, NOW)).status).toBe('closed');
    expect(await store.desk.report(source, result.plea.id)).toMatchObject({ state: 'actioned', reason: 'looked at' });
    expect((await store.desk.undo(made.submissionId, sight.userId, LEASE_MS, NOW)).kind).toBe('undone');
    expect(must(await store.desk.row(sight, caseId, NOW)).status).toBe('open');
    expect(await store.desk.report(source, result.plea.id)).toMatchObject({
      state: 'open',
      reason: null,
      decidedAt: null,
    });
  });

  const plea = (noteId: string, revisionId: string) => ({
    sourceId: source,
    reference: testIds.next('ref'),
    noteId,
    revisionId,
    revision: 1,
    regions: ['de', 'us'],
    language: 'de',
    severity: 2,
    category: 'fraud.scam' as const,
    noteLanguage: 'de',
  });
  const report = (noteId: string, revisionId: string) => ({
    ...plea(noteId, revisionId),
    terms: terms({ reason: 'report' }),
    reasons: 'It asks for money.',
    law: null,
    urls: [],
    reporter: { kind: 'person', name: 'A. Reader', email: 'reader@example.org' } as const,
  });
  const appeal = (
    noteId: string,
    revisionId: string,
    decisionIds: readonly string[],
    excluded: readonly string[] = [],
  ) => ({
    ...plea(noteId, revisionId),
    terms: terms({ reason: 'appeal' }),
    decisionIds,
    by: 'author' as const,
    text: 'Please look again.',
    excluded,
  });

  it('opens one of several reports or appeals that come at once with one reference on different notes', async () => {
    const lang = language();
    const made = await Promise.all(Array.from({ length: 6 }, () => opened(lang)));
    const kinds = (results: readonly { readonly kind: string }[]) => results.map(({ kind }) => kind).toSorted();
    const once = ['opened', ...Array(5).fill('replayed')];
    const reference = testIds.next('ref');
    const reports = made.map(({ noteId, revisionId }) =>
      store.desk.openReport({ ...report(noteId, revisionId), reference }, ACTOR, NOW),
    );
    expect(kinds(await Promise.all(reports))).toEqual(once);
    const appeals = made.map(({ noteId, revisionId, decisionId }) =>
      store.desk.openAppeal({ ...appeal(noteId, revisionId, [decisionId]), reference }, ACTOR, NOW),
    );
    expect(kinds(await Promise.all(appeals))).toEqual(once);
  });

  it('keeps the first decider away from the appeal', async () => {
    const lang = language();
    const { caseId, noteId, revisionId } = await opened(lang);
    const [first, second] = [await person(), await person()];
    const made = await store.desk.submit(
      submission(await hold(first, caseId), { verdicts: [verdict(['de', 'us'], 'remove')], undoMs: 0 }),
      NOW,
    );
    if (made.kind !== 'decided') throw new Error(made.kind);
    const [decided] = await store.desk.submitted(made.submissionId);
    const note = must(await store.desk.findNote(source, { noteId }));
    expect(note.deciders).toEqual([{ decisionId: must(decided).decisionId, userId: first.userId }]);
    const order = appeal(noteId, revisionId, [must(decided).decisionId], [first.userId]);
    const result = await store.desk.openAppeal(order, ACTOR, NOW);
    if (result.kind !== 'opened') throw new Error(result.kind);
    expect(await store.desk.openAppeal(order, ACTOR, NOW)).toMatchObject({
      kind: 'replayed',
      plea: { id: result.plea.id },
    });
    const other = { ...order, reference: testIds.next('ref') };
    expect(await store.desk.openAppeal(other, ACTOR, NOW)).toEqual({ kind: 'conflict' });
    expect(await store.desk.claim(first, result.plea.caseId, LEASE_MS, NOW)).toEqual({ kind: 'refused' });
    expect(await store.desk.next(first, { noteId }, LEASE_MS, NOW)).toBeNull();
    const mine = await hold(second, result.plea.caseId);
    const over = submission(mine, {
      outcome: 'overturn',
      appealState: 'overturned',
      trigger: 'appeal',
      triggerRef: result.plea.id,
    });
    expect((await store.desk.submit(over, NOW)).kind).toBe('decided');
    expect(await store.desk.appeal(source, result.plea.id)).toMatchObject({ state: 'overturned', reason: 'looked at' });
    expect(await store.desk.appeal('src_of_nobody', result.plea.id)).toBeNull();
    expect(await standing(noteId)).toMatchObject([{ action: 'allow', by: { id: second.userId } }]);
    const answered = must(await store.desk.findNote(source, { noteId })).decisions.at(-1);
    expect(answered).toMatchObject({ action: 'allow', triggerRef: result.plea.id });
  });

  it('keeps whoever decides about the note while the appeal waits away from it too, until they take it back', async () => {
    const lang = language();
    const { caseId, noteId, revisionId, decisionId } = await opened(lang);
    const [first, second] = [await person(), await person()];
    const result = await store.desk.openAppeal(appeal(noteId, revisionId, [decisionId]), ACTOR, NOW);
    if (result.kind !== 'opened') throw new Error(result.kind);
    const made = await store.desk.submit(
      submission(await hold(first, caseId), { verdicts: [verdict(['de', 'us'], 'remove')] }),
      NOW,
    );
    if (made.kind !== 'decided') throw new Error(made.kind);
    const about = result.plea.caseId;
    expect(await store.desk.claim(first, about, LEASE_MS, NOW)).toEqual({ kind: 'refused' });
    expect(await store.desk.next(first, { noteId }, LEASE_MS, NOW)).toBeNull();
    expect((await store.desk.row(first, about, NOW))?.excluded).toEqual([first.userId]);
    expect((await store.desk.row(second, about, NOW))?.excluded).toEqual([first.userId]);
    expect((await store.desk.undo(made.submissionId, first.userId, LEASE_MS, NOW + 1)).kind).toBe('undone');
    expect((await store.desk.claim(first, about, LEASE_MS, NOW + 1)).kind).toBe('claimed');
  });

  it('keeps appeals and reports open over a new revision, and closes what the policy asked', async () => {
    const externalId = testIds.next('ext');
    const lang = language();
    const { noteId, revisionId, caseId, decisionId } = await opened(lang, {}, {}, { externalId });
    const first = await store.desk.openAppeal(appeal(noteId, revisionId, [decisionId]), ACTOR, NOW);
    if (first.kind !== 'opened') throw new Error(first.kind);
    const next = await opened(lang, { action: 'review' }, { reason: 'review' }, { externalId });
    const sight = await person();
    expect(must(await store.desk.row(sight, caseId, NOW))).toMatchObject({ status: 'closed', outcome: 'superseded' });
    expect(must(await store.desk.row(sight, first.plea.caseId, NOW)).status).toBe('open');
    const over = submission(await hold(sight, first.plea.caseId), { outcome: 'overturn', appealState: 'overturned' });
    expect((await store.desk.submit(over, NOW)).kind).toBe('decided');
    // The newer revision keeps its own answer.
    expect(await standing(noteId)).toMatchObject([{ revision: 2, action: 'review', by: { kind: 'policy' } }]);
    expect(must(await store.desk.row(sight, next.caseId, NOW)).status).toBe('open');
  });

  it('lets reports about the same share a case, and forgets their words with the note', async () => {
    const { noteId, revisionId } = await opened(language());
    const [one, two] = [report(noteId, revisionId), report(noteId, revisionId)];
    const first = await store.desk.openReport(one, ACTOR, NOW);
    const second = await store.desk.openReport(two, ACTOR, NOW);
    if (first.kind !== 'opened' || second.kind !== 'opened') throw new Error('not opened');
    expect(second.plea.caseId).toBe(first.plea.caseId);
    expect((await store.desk.reports(source, { noteId }, null, 10)).items).toHaveLength(2);
    const sight = await person();
    expect(await store.desk.comment(first.plea.caseId, sight.userId, 'Seen before.', NOW)).toMatchObject({
      text: 'Seen before.',
    });
    expect((await store.desk.file(sight, first.plea.caseId, NOW))?.comments).toHaveLength(1);
    await store.notes.erase(null, noteId, ACTOR, NOW);
    expect(await store.desk.report(source, first.plea.id)).toMatchObject({
      state: 'erased',
      reasons: null,
      reporter: { name: null, email: null },
    });
    expect(await store.desk.openReport(report(noteId, revisionId), ACTOR, NOW)).toEqual({ kind: 'erased' });
  });

  it('asks a colleague, who sees the case for that alone', async () => {
    const { caseId } = await opened(language());
    const [asker, asked] = [await person(), await person('reviewer', { languages: ['de'] })];
    expect(await store.desk.row(asked, caseId, NOW)).toBeNull();
    const order = { caseId, by: asker.userId, of: asked.userId, blind: true, question: 'Is this a scam?' };
    const opinion = must(await store.desk.ask(order, NOW));
    expect((await store.desk.row(asked, caseId, NOW))?.askedOfMe).toBe(true);
    expect((await store.desk.counts(asked, {}, NOW)).mine).toBe(1);
    expect((await store.desk.claim(asked, caseId, LEASE_MS, NOW)).kind).toBe('refused');
    const said = { caseId, opinionId: opinion.id, text: 'Yes.', action: 'remove' };
    expect(await store.desk.answer({ ...said, userId: asker.userId }, NOW)).toBe(false);
    expect(await store.desk.answer({ ...said, userId: asked.userId }, NOW)).toBe(true);
    expect(await store.desk.answer({ ...said, userId: asked.userId }, NOW)).toBe(false);
    expect((await store.desk.file(asker, caseId, NOW))?.opinions).toMatchObject([{ text: 'Yes.', action: 'remove' }]);
    expect(await store.desk.row(asked, caseId, NOW)).toBeNull();
    expect((await store.desk.counts(asked, {}, NOW)).mine).toBe(0);
  });

  it('hides a note whose cases all lie at desks of others, but not from who was asked about it', async () => {
    const { caseId, noteId } = await opened(language(), {}, { desk: 'child_safety' });
    const open = await opened(language());
    const unknown = testIds.next('note');
    const [general, senior] = [
      await person('reviewer', { desks: ['general'] }),
      await person('senior', { desks: ['child_safety'] }),
    ];
    const ids = [noteId, open.noteId, unknown];
    expect([...(await store.desk.hidden(general, ids))]).toEqual([noteId]);
    expect([...(await store.desk.hidden(senior, ids))]).toEqual([open.noteId]);
    expect([...(await store.desk.hidden(general, []))]).toEqual([]);
    const order = { caseId, by: senior.userId, of: general.userId, blind: false, question: 'Which law is this?' };
    must(await store.desk.ask(order, NOW));
    expect([...(await store.desk.hidden(general, ids))]).toEqual([]);
  });

  it('opens one case for a decision whose time is over', async () => {
    const end = new Date(NOW - 1_000).toISOString();
    const accepted = await store.notes.accept(acceptInput(source, { now: NOW }));
    if (!('noteId' in accepted)) throw new Error(accepted.kind);
    const claim = must(await store.work.claim(accepted.revisionId, 1_000, NOW));
    const edit = decision({ action: 'require_edit', severity: 1, category: 'commerce.claim', end });
    await store.work.complete(claim, record({ decisions: [edit], cases: [null] }), NOW);
    const due = (await store.desk.ranOut(NOW, 100)).filter(({ noteId }) => noteId === accepted.noteId);
    expect(due).toHaveLength(1);
    expect(await store.desk.openOverdue(must(due[0]), terms({ reason: 'overdue' }), NOW)).toBe(true);
    expect(await store.desk.openOverdue(must(due[0]), terms({ reason: 'overdue' }), NOW)).toBe(false);
    expect((await store.desk.ranOut(NOW, 100)).filter(({ noteId }) => noteId === accepted.noteId)).toEqual([]);
  });

  it('tells what has changed since a moment', async () => {
    const { caseId } = await opened(language());
    const at = NOW + 60_000;
    await hold(await person(), caseId, at);
    const { newest, rows, more } = await store.desk.changes(at - 1, 1_000);
    expect(newest).toBeGreaterThanOrEqual(at);
    expect(rows.map((row) => row.caseId)).toContain(caseId);
    expect(more).toBe(false);
    expect((await store.desk.changes(newest, 1_000)).rows).toEqual([]);
    await hold(await person(), (await opened(language())).caseId, newest + 1);
    const last = await store.desk.changes(newest - 1, 1);
    expect([last.rows.length, last.newest, last.more]).toEqual([1, newest + 1, true]);
  });

  it('finds notes by their words', async () => {
    const word = testIds.next('Reiher');
    const body = `A quiet ${word} by the lake.`;
    const input = acceptInput(source, { contentHash: word, note: { ...acceptInput(source).note, title: '', body } });
    const accepted = await store.notes.accept(input);
    if (!('noteId' in accepted)) throw new Error(accepted.kind);
    const found = await store.desk.search(word.toLowerCase(), 10);
    expect(found.containing.map(({ noteId }) => noteId)).toEqual([accepted.noteId]);
    expect(found.exact).toEqual([]);
    expect((await store.desk.search(body, 10)).exact.map(({ noteId }) => noteId)).toEqual([accepted.noteId]);
  });

  it('keeps people, rights and own things', async () => {
    const { people, access } = store;
    const input = { login: testIds.next('p'), passwordHash: 'x', role: 'reviewer' } as const;
    const { userId } = await access.createUser(input, NOW);
    expect(await people.person(userId)).toMatchObject({
      rights: { languages: null, desks: ['general'] },
      signInBy: 'password',
    });
    const rights = { languages: ['de'], regions: ['de'], categories: null, desks: ['general', 'legal'] } as const;
    expect(await people.change(userId, { rights, role: 'senior' }, ACTOR, NOW)).toMatchObject({
      rights,
      role: 'senior',
    });
    const narrow = await access.createUser({ ...input, login: testIds.next('p'), rights }, NOW);
    expect(await people.person(narrow.userId)).toMatchObject({ rights, role: 'reviewer' });
    expect(await people.change('usr_nobody', {}, ACTOR, NOW)).toBeNull();
    const filter = must(await people.saveFilter(userId, { name: 'Mine', query: 'language=de' }, NOW));
    expect(await people.saveFilter(userId, { name: 'Mine', query: 'language=en' }, NOW)).toBeNull();
    expect(await people.saveFilter(narrow.userId, { name: 'Mine', query: '' }, NOW)).toMatchObject({ name: 'Mine' });
    expect(await people.savedFilters(userId)).toEqual([filter]);
    expect(await people.removeFilter('usr_nobody', filter.id)).toBe(false);
    expect(await people.removeFilter(userId, filter.id)).toBe(true);
    await people.setPreferences(userId, { blur: true, language: 'ar' });
    expect(await people.preferences(userId)).toEqual({ blur: true, language: 'ar' });
  });

  it('lets nobody take the name of another by OpenID Connect, and keeps a last admin', async () => {
    const { people, access } = store;
    const login = testIds.next('oidc');
    const made = must(await people.upsertOpenId({ subject: `iss|${login}`, login, role: 'reviewer' }, NOW));
    expect(made.signInBy).toBe('openid');
    const again = await people.upsertOpenId({ subject: `iss|${login}`, login, role: 'senior' }, NOW);
    expect(again).toMatchObject({ userId: made.userId, role: 'senior' });
    const taken = testIds.next('local');
    await access.createUser({ login: taken, passwordHash: 'x', role: 'admin' }, NOW);
    expect(await people.upsertOpenId({ subject: 'iss|thief', login: taken, role: 'admin' }, NOW)).toBeNull();
    expect(await people.setPasswordOf(made.userId, 'y', ACTOR, NOW)).toBe(false);
    await people.change(made.userId, { disabled: true }, ACTOR, NOW);
    expect(await people.upsertOpenId({ subject: `iss|${login}`, login, role: 'senior' }, NOW)).toBeNull();
    const admins = (await people.people()).filter(({ role, disabled }) => role === 'admin' && !disabled);
    const results = [];
    for (const admin of admins) results.push(await people.change(admin.userId, { role: 'reviewer' }, ACTOR, NOW));
    expect(results.filter((result) => result === 'last_admin')).toHaveLength(1);
  });
});
