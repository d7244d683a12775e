/** Builders of what the store takes, with ordinary values. */
import { randomBytes } from 'node:crypto';
import { openStore } from '../../src/adapters/store-prisma.js';
import type { Action, CaseTerms, Decision, Evidence, Note, NoticeText, RuleHit } from '../../src/domain.js';
import type { FullStore, Hold, Submission } from '../../src/ports/review.js';
import type { AcceptNote, Claim, ModerationRecord, Store } from '../../src/ports/store.js';
import type { Ids } from '../../src/ports.js';
import { freshDatabase } from './services.js';

let counter = 0;
/** Ids that sort in the order of their making. */
export const testIds: Ids = {
  next: (prefix) => `${prefix}_${Date.now().toString(36)}${(counter++).toString(36).padStart(6, '0')}${process.pid}`,
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};

export async function openTestStore(databaseUrl?: string, poolMax = 10): Promise<FullStore> {
  return openStore({ databaseUrl: databaseUrl ?? (await freshDatabase()), ids: testIds, poolMax });
}

/** A new source with a key of its own. */
export async function sourceOf(store: Store, name = testIds.next('source')): Promise<string> {
  const input = { sourceName: name, label: 'test', scopes: ['notes:write'] as const, secretHash: 'x', expiresAt: null };
  return (await store.access.createKey(input, Date.now())).sourceId;
}

export const noteOf = (change: Partial<Note> = {}): Note => ({
  kind: 'note',
  title: 'A quiet walk',
  body: 'We saw two herons by the lake.',
  author: { id: 'author-1', region: 'de' },
  regions: ['de', 'us'],
  context: {},
  images: [],
  ...change,
});

export const acceptInput = (sourceId: string, change: Partial<AcceptNote> = {}): AcceptNote => ({
  sourceId,
  externalId: change.externalId ?? testIds.next('ext'),
  note: noteOf(),
  contentHash: 'content-1',
  repaired: false,
  idempotency: null,
  now: Date.now(),
  ...change,
});

export const decision = (change: Partial<Decision> = {}): Decision => ({
  regions: ['de', 'us'],
  policy: 'global',
  action: 'allow',
  sideActions: [],
  severity: 0,
  category: null,
  ground: null,
  rules: [],
  shadow: [],
  gaps: [],
  end: null,
  ...change,
});
/** Of a case that was opened at `now` for a hold. */
export const caseTerms = (now: number, change: Partial<CaseTerms> = {}): CaseTerms => ({
  reason: 'hold',
  desk: 'general',
  category: 'fraud.scam',
  severity: 2,
  dueAt: now + 3_600_000,
  clock: { region: null, name: 'target', ref: null },
  reach: 0,
  weight: 1,
  rankAt: now + 3_600_000,
  ...change,
});
export const hit = (change: Partial<RuleHit> = {}): RuleHit => ({
  rule: 'fraud.rule',
  category: 'fraud.scam',
  severity: 3,
  action: 'remove',
  sideActions: [],
  mode: 'enforce',
  ground: { kind: 'terms', ref: 'community-1' },
  notice: 'scam',
  message: 'seen',
  findings: [],
  ...change,
});

export const noticeText = (regions: readonly string[], action: Action, text = 'We removed your note.'): NoticeText => ({
  regions,
  action,
  language: 'en',
  direction: 'ltr',
  inAuthorsLanguage: true,
  sentences: action === 'allow' ? [] : [{ key: 'what', text }],
  openSlots: [],
  silent: action === 'allow',
});

/** One verdict of a person, and a submission that allows everywhere. */
export const verdict = (
  regions: readonly string[],
  action: 'allow' | 'remove' | 'hold',
): Submission['verdicts'][number] => ({
  regions,
  policy: 'global',
  action,
  severity: action === 'allow' ? 0 : 3,
  category: action === 'allow' ? null : 'fraud.scam',
  ground: action === 'allow' ? null : { kind: 'terms', ref: 'honesty-1' },
  notice: null,
  noticeTexts: [noticeText(regions, action)],
  end: null,
  appealDeadline: null,
});
export const submission = (hold: Hold, change: Partial<Submission> = {}): Submission => ({
  hold,
  verdicts: [verdict(['de', 'us'], 'allow')],
  bundleHash: 'bundle-1',
  trigger: 'own_initiative',
  triggerRef: null,
  outcome: null,
  appealState: null,
  reportState: null,
  reason: 'looked at',
  seconds: 12,
  translationShown: false,
  undoMs: 10_000,
  ...change,
});

const skipped = { status: 'skipped', why: 'not_selected' } as const;
export const evidenceOf = (change: Partial<Evidence> = {}): Evidence => ({
  normalise: skipped,
  language: skipped,
  images: skipped,
  match: skipped,
  classify: skipped,
  campaign: skipped,
  deliberate: skipped,
  ...change,
});

export const record = (change: Partial<ModerationRecord> = {}): ModerationRecord => ({
  evidence: evidenceOf(),
  evidenceVersion: 'ev1',
  bundleHash: 'bundle-1',
  decisions: [decision()],
  pending: false,
  language: 'en',
  trace: [],
  ...change,
});

/** Accepted, then claimed: what most tests of the work start from. */
export async function claimed(store: Store, sourceId: string, change: Partial<AcceptNote> = {}): Promise<Claim> {
  const accepted = await store.notes.accept(acceptInput(sourceId, change));
  if (!('revisionId' in accepted)) throw new Error(`not accepted: ${accepted.kind}`);
  return must(await store.work.claim(accepted.revisionId, 60_000, Date.now()));
}

export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('expected a value');
  return value;
}

/** Evidence of a text in these languages. */
export const spokenIn = (tags: readonly string[]): Evidence => ({
  ...record().evidence,
  language: {
    status: 'found',
    ms: 1,
    version: 'test',
    value: { languages: tags.map((tag) => ({ tag, confidence: 0.9 })), segments: [], mixed: tags.length > 1 },
  },
});
