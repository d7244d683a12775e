/** What people wrote about a note goes with it, or with its retention time; on real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../../src/adapters/postgres.js';
import type { FullStore, Sight } from '../../src/ports/review.js';
import { freshDatabase } from '../support/services.js';
import {
  acceptInput,
  decision,
  must,
  noticeText,
  openTestStore,
  record,
  sourceOf,
  submission,
  testIds,
  verdict,
} from '../support/store.js';

const MARK = 'words-of-people-5d1e';
const DAY_MS = 86_400_000;
const NOW = Date.now();
const KEY = { kind: 'key', id: 'key-1' } as const;

let store: FullStore;
let admin: Connection;
let source: string;
beforeAll(async () => {
  const databaseUrl = await freshDatabase();
  store = await openTestStore(databaseUrl);
  admin = await connect(databaseUrl);
  source = await sourceOf(store);
});
afterAll(async () => {
  await store.close();
  await admin.end();
});

async function tablesWith(mark: string): Promise<readonly string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const { rowCount } = await admin.query(`SELECT 1 FROM "${name}" t WHERE strpos(to_jsonb(t)::text, $1) > 0`, [mark]);
    if ((rowCount ?? 0) > 0) found.push(name);
  }
  return found.toSorted();
}

/** Every place where a person can write about a note, written to. */
async function talkedAbout(): Promise<string> {
  const accepted = await store.notes.accept(acceptInput(source, { now: NOW }));
  if (!('noteId' in accepted)) throw new Error(accepted.kind);
  const { noteId, revisionId } = accepted;
  const claim = must(await store.work.claim(revisionId, 1_000, NOW));
  await store.work.complete(claim, record({ decisions: [decision({ action: 'hold' })] }), NOW);
  const { userId } = await store.access.createUser(
    { login: testIds.next('who'), passwordHash: 'x', role: 'senior' },
    NOW,
  );
  const sight: Sight = { userId, role: 'senior', languages: null, regions: null, categories: null, desks: ['general'] };
  const terms = {
    desk: 'general',
    category: null,
    severity: 1,
    dueAt: NOW,
    clock: { region: null, name: 'target', ref: null },
    reach: 0,
    weight: 1,
    rankAt: NOW,
  } as const;
  const plea = {
    sourceId: source,
    reference: testIds.next('ref'),
    noteId,
    revisionId,
    revision: 1,
    regions: ['de', 'us'],
    language: 'de',
    noteLanguage: 'de',
  };
  const { decisions } = must(await store.notes.get(null, noteId));
  const decisionIds = decisions.map(({ decisionId }) => decisionId);
  const appeal = {
    ...plea,
    terms: { ...terms, reason: 'appeal' as const },
    decisionIds,
    by: 'author' as const,
    text: MARK,
    excluded: [],
  };
  expect((await store.desk.openAppeal(appeal, KEY, NOW)).kind).toBe('opened');
  const reporter = { kind: 'person', name: MARK, email: `${MARK}@example.org` } as const;
  const words = { reasons: MARK, law: MARK, urls: [`https://example.org/${MARK}`], reporter };
  const report = { ...plea, ...words, terms: { ...terms, reason: 'report' as const } };
  const opened = await store.desk.openReport(report, KEY, NOW);
  if (opened.kind !== 'opened') throw new Error(opened.kind);
  const { caseId } = opened.plea;
  await store.desk.comment(caseId, userId, MARK, NOW);
  const opinion = must(await store.desk.ask({ caseId, by: userId, of: userId, blind: false, question: MARK }, NOW));
  await store.desk.answer({ caseId, opinionId: opinion.id, userId, text: MARK, action: null }, NOW);
  const lease = must(await store.desk.next(sight, { noteId, reason: ['report'] }, 60_000, NOW));
  const made = await store.desk.submit(
    submission(
      { caseId: lease.caseId, userId, epoch: lease.epoch },
      {
        verdicts: [{ ...verdict(['de', 'us'], 'allow'), noticeTexts: [noticeText(['de', 'us'], 'remove', MARK)] }],
        trigger: 'notice',
        reportState: 'no_action',
        reason: MARK,
        undoMs: 0,
      },
    ),
    NOW,
  );
  expect(made.kind).toBe('decided');
  return noteId;
}

const WRITTEN = ['appeals', 'case_comments', 'case_opinions', 'human_decisions', 'reports'];

describe('words of people', () => {
  it('vanish with the erased note from every table', async () => {
    const noteId = await talkedAbout();
    expect(await tablesWith(MARK)).toEqual(WRITTEN);
    await store.notes.erase(null, noteId, KEY, NOW);
    expect(await tablesWith(MARK)).toEqual([]);
    const { rows } = await admin.query('SELECT state, decided_at IS NOT NULL AS ended FROM appeals');
    expect(rows).toEqual([{ state: 'erased', ended: true }]);
  });

  it('vanish after the retention time, but not while a case about the note is open, such as an appeal', async () => {
    await talkedAbout();
    const purge = () => store.upkeep.purge(NOW + 191 * DAY_MS, 100);
    await purge();
    expect(await tablesWith(MARK)).toEqual(WRITTEN);
    await admin.query(`UPDATE appeals SET state = 'upheld', decided_at = now() WHERE state = 'open'`);
    await admin.query(`UPDATE cases SET state = 'closed' WHERE state = 'open'`);
    expect(await purge()).toMatchObject({
      reports: 1,
      human_decisions: 1,
      case_comments: 1,
      case_opinions: 1,
      appeals: 1,
    });
    expect(await tablesWith(MARK)).toEqual([]);
  });
});
