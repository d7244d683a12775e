/** The evidence that a test in a policy file describes, as the stages would have left it. */
import { asSeverity, CATEGORIES, type CategoryId } from '../categories.js';
import {
  type Author,
  type ClassifyEvidence,
  type ContactHit,
  DAY_MS,
  EVIDENCE_KEYS,
  type Evidence,
  type Finding,
  FLAGGED,
  type ImageReading,
  type LabelledText,
  type NoteContext,
  type NoteFacts,
  type Outcome,
  SCORE_KEYS,
  type ScoreKey,
} from '../domain.js';
import { normaliseText } from '../stages/normalise/text.js';
import type { EvaluationInput } from './context-values.js';
import type { RuleTest } from './schema-rule.js';

/** Long enough to count as real text. */
const TEST_TEXT_CHARS = 80;

const found = <T>(value: T): Outcome<T> => ({ status: 'found', value, ms: 0, version: 'test' });

function finding(category: CategoryId, rest: Partial<Finding> = {}): Finding {
  return {
    category,
    score: 1,
    calibrated: 0.9,
    severity: CATEGORIES[category].maxSeverity,
    source: 'term',
    detector: `test.${category}`,
    part: 'body',
    spans: [{ start: 0, end: 1 }],
    view: 'raw',
    ...rest,
  };
}

function matchFindings(test: RuleTest): readonly Finding[] {
  return (test.findings ?? []).map((entry) => {
    if (typeof entry === 'string') return finding(entry);
    const { category, score, severity, source, detector } = entry;
    return finding(category, {
      ...(score === undefined ? {} : { score, calibrated: score }),
      ...(severity === undefined ? {} : { severity: asSeverity(severity) }),
      ...(source === undefined ? {} : { source }),
      ...(detector === undefined ? {} : { detector }),
    });
  });
}

const contactHits = (test: RuleTest): readonly ContactHit[] =>
  (test.contacts ?? []).map((entry) => {
    const contact = typeof entry === 'string' ? { kind: entry } : entry;
    const { kind, detail, view, part } = { detail: undefined, view: undefined, part: undefined, ...contact };
    return { kind, detail, part: part ?? 'body', span: { start: 0, end: 1 }, view: view ?? 'raw' };
  });

function byKey<T>(make: (key: ScoreKey) => T): Readonly<Record<ScoreKey, T>> {
  const [toxicity, hate, bully, threat, explicit, risk, mild, spam] = SCORE_KEYS;
  return {
    [toxicity]: make(toxicity),
    [hate]: make(hate),
    [bully]: make(bully),
    [threat]: make(threat),
    [explicit]: make(explicit),
    [risk]: make(risk),
    [mild]: make(mild),
    [spam]: make(spam),
  };
}

function classified(test: RuleTest): ClassifyEvidence {
  const scoreOf = (key: ScoreKey): number => test.scores?.[key] ?? 0;
  const flagged = SCORE_KEYS.flatMap((key) => (key !== 'toxicity' && scoreOf(key) >= FLAGGED ? [key] : []));
  return {
    scores: byKey((key) => ({ score: scoreOf(key), p: scoreOf(key), calibrated: scoreOf(key) })),
    competence: byKey(() => test.competence ?? 'validated'),
    findings: flagged.map((key) =>
      finding(key, { score: scoreOf(key), calibrated: scoreOf(key), source: 'classifier', detector: key }),
    ),
    language: test.language ?? 'en',
    model: 'test',
    windows: 1,
  };
}

export const contextOf = (test: RuleTest): NoteContext => ({
  flags: test.flags,
  adDeclared: test.ad_declared,
  reach: test.reach,
  replyTo: test.is_reply === true ? 'test-note' : undefined,
});

export function authorOf(test: RuleTest, nowMs: number): Author | null {
  const { author } = test;
  if (author === undefined) return null;
  return {
    id: 'test-author',
    createdAt: author.age_days === undefined ? undefined : new Date(nowMs - author.age_days * DAY_MS).toISOString(),
    verified: author.verified,
    accountType: author.account_type,
    ageBand: author.age_band,
  };
}

function factsOf(test: RuleTest, nowMs: number): NoteFacts {
  const now = new Date(nowMs).toISOString();
  return {
    kind: test.kind ?? 'note',
    author: authorOf(test, nowMs),
    context: contextOf(test),
    regions: [],
    hasImages: test.has_images ?? test.image !== undefined,
    textLength: TEST_TEXT_CHARS,
    now,
    acceptedAt: now,
  };
}

const NOT_READ = { status: 'failed', code: 'stage_failed', message: 'test' } as const;

function readingOf(image: NonNullable<RuleTest['image']>): ImageReading {
  const { text = '', confidence = 0.9, codes = [], labels = {}, unreadable = false } = image;
  if (unreadable) return { index: 0, facts: NOT_READ, ocr: NOT_READ, codes: NOT_READ, hash: NOT_READ, model: NOT_READ };
  const box = { left: 0, top: 0, width: 1, height: 1 };
  const facts = { format: 'png', width: 8, height: 8, frames: 1, framesRead: [0], bytes: 64, sha256: '' } as const;
  return {
    index: 0,
    facts: found(facts),
    ocr: found({ text, words: [], confidence, languages: ['eng'] }),
    codes: found(codes.map((code) => ({ kind: 'qr', text: code, box, frame: 0 }) as const)),
    hash: { status: 'skipped', why: 'not_needed' },
    model: found({ model: 'test', labels }),
  };
}

function imagesOf(test: RuleTest): Evidence['images'] {
  if (test.image !== undefined) return found({ readings: [readingOf(test.image)], findings: [] });
  return test.has_images === true ? found({ readings: [], findings: [] }) : { status: 'skipped', why: 'no_images' };
}

function textsOf(test: RuleTest): readonly LabelledText[] {
  const parts = { title: test.title, body: test.text } as const;
  return (['title', 'body'] as const).flatMap((part) => {
    const written = parts[part];
    return written === undefined ? [] : [{ part, text: normaliseText(written) }];
  });
}

function complete(test: RuleTest): Evidence {
  const { campaign } = test;
  return {
    normalise: found({ parts: [{ part: 'body', length: TEST_TEXT_CHARS, signs: test.signs ?? [] }], repaired: false }),
    language: found({ languages: [{ tag: test.language ?? 'en', confidence: 1 }], segments: [], mixed: false }),
    images: imagesOf(test),
    match: found({ findings: matchFindings(test), contacts: contactHits(test) }),
    classify: found(classified(test)),
    campaign:
      campaign === undefined
        ? { status: 'skipped', why: 'not_needed' }
        : found({
            signature: 'test',
            authors1h: campaign.authors_1h ?? 0,
            authors24h: campaign.authors_24h ?? 0,
            authors7d: campaign.authors_7d ?? 0,
            notes24h: campaign.notes_24h ?? 0,
            medianAccountAgeDays: campaign.median_age_days ?? null,
          }),
    deliberate: { status: 'skipped', why: 'not_needed' },
  };
}

export function testInput(test: RuleTest, nowMs: number): EvaluationInput {
  const evidence = complete(test);
  const failed = EVIDENCE_KEYS.filter((key) => test.failed?.includes(key));
  const gone = failed.map((key) => [key, { status: 'failed', code: 'stage_failed', message: 'test' }] as const);
  return { facts: factsOf(test, nowMs), evidence: { ...evidence, ...Object.fromEntries(gone) }, texts: textsOf(test) };
}
