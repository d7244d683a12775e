/** What the API says about notes. Spans, parts and views mean what the OpenAPI description says. */
import { z } from 'zod';
import { COMPETENCES } from '../../domain.js';
import { ActionName, GroundAnswer, Instant, pageOf } from './common.js';

export const Span = z
  .object({ start: z.number().int(), end: z.number().int() })
  .meta({ id: 'Span', description: 'UTF-16 code units of the original text; start inclusive, end exclusive' });

export const FindingAnswer = z
  .object({
    category: z.string(),
    score: z.number(),
    calibrated: z.number().describe('.5 is the shipped flag threshold'),
    severity: z.number().int(),
    source: z.string(),
    detector: z.string(),
    part: z.string().describe('title, body, image:<n> or qr:<n>'),
    spans: z.array(Span),
    view: z.string(),
  })
  .meta({ id: 'Finding' });

export const RuleAnswer = z
  .object({
    rule: z.string(),
    category: z.string(),
    severity: z.number().int(),
    action: ActionName,
    sideActions: z.array(z.string()),
    mode: z.string(),
    ground: GroundAnswer,
    notice: z.string(),
    message: z.string(),
    findings: z.array(FindingAnswer),
  })
  .meta({ id: 'RuleHit' });

export const GapAnswer = z.object({ stage: z.string(), status: z.string(), why: z.string(), action: ActionName }).meta({
  id: 'Gap',
  description:
    'Evidence that the policy wanted and did not get, and what it makes of that: allow only where it does not require it',
});

/** Sentences of the policy files, with their blanks filled in. */
export const noticeText = {
  regions: z.array(z.string()).describe('Regions whose people read the same words'),
  language: z.string(),
  direction: z.enum(['ltr', 'rtl']),
  inAuthorsLanguage: z.boolean().describe('False: there are no sentences in the language of the note'),
  sentences: z.array(z.object({ key: z.string(), text: z.string() })),
  openSlots: z.array(z.string()).describe('Blanks that the platform fills in, such as the address to appeal'),
};

export const DecisionAnswer = z
  .object({
    decisionId: z.string(),
    revision: z.number().int(),
    sequence: z.number().int().describe('Rises with every event of the note; decisions made together share it'),
    regions: z.array(z.string()),
    policy: z.string().describe('The policy file that spoke'),
    action: ActionName,
    sideActions: z.array(z.string()),
    severity: z.number().int(),
    category: z.string().nullable(),
    ground: GroundAnswer.nullable(),
    rules: z.array(RuleAnswer),
    gaps: z.array(GapAnswer),
    end: Instant.nullable(),
    by: z.object({ kind: z.enum(['policy', 'person']), id: z.string() }),
    bundleHash: z.string(),
    supersedes: z.string().nullable(),
    supersededBy: z.string().nullable(),
    createdAt: Instant,
    notices: z.array(z.object(noticeText)).describe('What the author reads; empty where nothing is restricted'),
  })
  .meta({ id: 'Decision' });

const StageAnswer = z
  .object({
    stage: z.string(),
    status: z.enum(['found', 'skipped', 'failed', 'due']),
    ms: z.number().nullable(),
    version: z.string().nullable(),
    why: z.string().nullable().describe('Why it was skipped or failed, or until when it is due'),
  })
  .meta({ id: 'StageOutcome' });

const PictureEvidence = z
  .object({
    index: z.number().int(),
    format: z.string().nullable(),
    width: z.number().int().nullable().describe('Pixels of the upright picture'),
    height: z.number().int().nullable(),
    frames: z.number().int().nullable(),
    framesRead: z.array(z.number().int()).describe('Frames of an animation that were looked at'),
    text: z.string().nullable().describe('The part image:<n>: words that were read; null: not read'),
    confidence: z.number().nullable().describe('Of the words, 0 to 1'),
    codes: z.array(z.object({ kind: z.string(), text: z.string() })).describe('A line each of the part qr:<n>'),
    pdq: z.string().nullable(),
    quality: z.number().nullable().describe('Of the hash, 0 to 100; below 50 the picture is too plain to compare'),
    labels: z.record(z.string(), z.number()).describe('Of the image model'),
    missing: z
      .array(z.object({ reading: z.enum(['facts', 'ocr', 'codes', 'hash', 'model']), why: z.string() }))
      .describe('Readings that are not there, with an error code or the reason for leaving them out'),
  })
  .meta({ id: 'PictureEvidence' });

export const EvidenceAnswer = z
  .object({
    languages: z.array(z.object({ tag: z.string(), confidence: z.number() })),
    mixed: z.boolean(),
    repaired: z.boolean().describe('NUL or lone surrogates were replaced when the note came in'),
    signs: z.array(z.object({ part: z.string(), signs: z.array(z.string()) })),
    scores: z.record(z.string(), z.object({ score: z.number(), p: z.number(), calibrated: z.number() })),
    competence: z
      .record(z.string(), z.enum(COMPETENCES))
      .describe('By score: how far the text model was measured for the language that it read'),
    textModel: z
      .object({ name: z.string(), language: z.string() })
      .nullable()
      .describe('Name and version, and the language that it read the note as; null where it read nothing'),
    findings: z.array(FindingAnswer),
    contacts: z.record(z.string(), z.number().int()).describe('How many of each kind'),
    pictures: z.array(PictureEvidence).describe('Empty while pictures are being read'),
  })
  .meta({ id: 'EvidenceSummary' });

export const TraceAnswer = z
  .object({
    stages: z.array(StageAnswer),
    rules: z.array(
      z.object({
        regions: z.array(z.string()),
        rule: z.string(),
        category: z.string(),
        action: ActionName,
        message: z.string(),
        findings: z.number().int(),
      }),
    ),
    gaps: z.array(z.object({ regions: z.array(z.string()), ...GapAnswer.shape })),
  })
  .meta({ id: 'Trace', description: 'Why this revision was decided as it was' });

const NoteStatus = z.enum(['pending', 'decided', 'held', 'erased']).meta({ id: 'NoteStatus' });

/** A revision that was replaced before its decision fell is never judged. */
const RevisionStatus = z
  .enum(['pending', 'decided', 'held', 'erased', 'superseded'])
  .meta({ id: 'RevisionStatus', description: 'superseded: replaced by a newer revision before it was judged' });

const Content = z.object({
  kind: z.string(),
  title: z.string(),
  body: z.string(),
  createdAt: Instant.optional(),
  regions: z.array(z.string()),
  languageHint: z.string().optional(),
  author: z.looseObject({ id: z.string() }).optional(),
  context: z.looseObject({}),
  images: z.array(z.object({ index: z.number().int(), url: z.string().optional() })),
});

export const RevisionAnswer = z
  .object({
    revisionId: z.string(),
    revision: z.number().int(),
    contentHash: z.string(),
    status: RevisionStatus,
    acceptedAt: Instant,
    decidedAt: Instant.nullable(),
    note: Content.nullable().describe('Null once its retention time has passed'),
    evidence: EvidenceAnswer.nullable(),
    trace: TraceAnswer,
  })
  .meta({ id: 'Revision' });

const Links = z.object({ self: z.string() });

export const NoteAnswer = z
  .object({
    id: z.string(),
    externalId: z.string(),
    status: NoteStatus,
    createdAt: Instant,
    revisions: z.array(RevisionAnswer),
    decisions: z.array(DecisionAnswer).describe('Of policy and people; a later one never overwrites an earlier one'),
    links: Links,
  })
  .meta({ id: 'NoteAnswer' });
export type NoteAnswer = z.infer<typeof NoteAnswer>;
export type RevisionAnswer = z.infer<typeof RevisionAnswer>;
export type EvidenceAnswer = z.infer<typeof EvidenceAnswer>;
export type TraceAnswer = z.infer<typeof TraceAnswer>;

export const AcceptedAnswer = z
  .object({
    id: z.string(),
    externalId: z.string(),
    revision: z.number().int(),
    revisionId: z.string(),
    status: z.literal('accepted').describe('Durably stored; the decision follows'),
    links: Links,
  })
  .meta({ id: 'Accepted' });
export type AcceptedAnswer = z.infer<typeof AcceptedAnswer>;

export const NoteRowAnswer = z
  .object({
    id: z.string(),
    externalId: z.string(),
    status: NoteStatus,
    revision: z.number().int(),
    authorId: z.string().nullable(),
    language: z.string().nullable(),
    strongest: ActionName.nullable(),
    createdAt: Instant,
    decidedAt: Instant.nullable(),
    title: z.string(),
    links: Links,
  })
  .meta({ id: 'NoteRow' });
export const NotePage = pageOf(NoteRowAnswer).meta({ id: 'NotePage' });
