/** One case with everything that a person needs to decide it. */
import { z } from 'zod';
import { ActionName, GroundAnswer, Instant, Kept, whole } from './common.js';
import { EvidenceAnswer, FindingAnswer, GapAnswer, Span, TraceAnswer } from './note.js';
import { AppealAnswer, ReportAnswer } from './review-appeals.js';
import { AlikeAnswer } from './review-decision.js';
import { CaseRowAnswer, PersonRef } from './review-queue.js';
import { TranslationAnswer } from './review-translation.js';

const Segment = z.object({ part: z.string(), span: Span, tag: z.string(), confidence: z.number(), script: z.string() });
const TextPart = z
  .object({
    part: z.string().describe('title, body, image:<n> or qr:<n>'),
    text: z.string(),
    languages: z.array(Segment),
    findings: z.array(FindingAnswer).describe('Of this part; spans index `text`'),
    contacts: z.array(z.object({ kind: z.string(), detail: z.string().nullable(), span: Span })),
    readable: z
      .array(z.object({ view: z.enum(['translit', 'pinyin', 'skeleton']), text: z.string() }))
      .describe('Lines that help to read a cloaked or foreign text'),
  })
  .meta({ id: 'CasePart' });

const Box = z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() });
const ImageAnswer = z
  .object({
    index: whole,
    url: z.string().nullable().describe('As the platform sent it; never load it in a page'),
    view: z.string().nullable().describe('Address of our safe copy; null when there is none'),
    width: whole.nullable(),
    height: whole.nullable(),
    format: z.string().nullable(),
    words: z
      .array(z.object({ box: Box, confidence: z.number(), span: Span }))
      .describe('Spans index the part image:<n>'),
    codes: z.array(z.object({ kind: z.string(), text: z.string(), box: Box })),
    labels: z.record(z.string(), z.number()).describe('Of the image model'),
    findings: z
      .array(
        z.object({
          category: z.string(),
          severity: whole,
          source: z.enum(['image_hash', 'image_model']),
          detector: z.string().describe('Of a bank its name and the entry'),
          calibrated: z.number(),
          bits: whole.nullable().describe('Of a hash: how many of 256 bits differ'),
        }),
      )
      .describe('What banks of hashes and the image model say of it'),
    outcomes: z
      .array(z.object({ reading: z.string(), status: z.string(), why: z.string().nullable() }))
      .describe('What each reading of the picture came to'),
  })
  .meta({ id: 'CaseImage' });

export const Look = z.object({
  side: z.enum(['when', 'unless']),
  clause: z.string().describe('Part of the expression'),
  value: z.unknown(),
  within: z
    .array(z.object({ op: z.enum(['and', 'or']), index: whole }))
    .describe('Groups of the condition that the part stands in, the widest first, and its place in each'),
  not: z.boolean().describe('True: the condition wants it not to hold'),
  of: z.record(z.string(), z.unknown()).describe('What the clause was made of'),
});
const RuleLook = z
  .object({
    policy: z.string(),
    rule: z.string(),
    category: z.string(),
    severity: whole,
    action: ActionName.describe('What the rule asked for'),
    written: ActionName.describe('What it says; more than it asked for where only an unproven text model spoke'),
    effect: z.string().describe('fired, shadow, exempted or error'),
    message: z.string(),
    why: z.string(),
    looked: z.array(Look),
    ground: GroundAnswer.nullable(),
    notice: z.string().nullable(),
  })
  .meta({ id: 'CaseRule', description: 'Evaluated again from the stored evidence under the bundle of that time' });

const Clause = z
  .object({
    id: z.string().describe('law:<key> or terms:<key>; what a verdict names'),
    kind: z.enum(['law', 'terms']),
    ref: z.string(),
    title: z.string().nullable(),
    url: z.string(),
    version: z.string().nullable(),
  })
  .meta({ id: 'Clause' });
const RegionChoice = z
  .object({
    region: z.string(),
    policy: z.string().describe('The policy file that speaks for it'),
    name: z.string(),
    mine: z.boolean().describe('Within my rights; verdicts must name every region that is'),
    standing: z
      .object({
        decisionId: z.string(),
        action: ActionName,
        category: z.string().nullable(),
        by: z.enum(['policy', 'person']),
      })
      .nullable()
      .describe('What holds now'),
    actionsBySeverity: z
      .array(z.object({ severity: whole, actions: z.array(ActionName) }))
      .describe('What a person may decide here, weakest first, by the severity of the category chosen'),
    clauses: z.array(Clause),
    suggested: z
      .array(
        z.object({
          category: z.string(),
          clause: z.string().nullable(),
          notice: z.string().nullable(),
          rule: z.string(),
        }),
      )
      .describe('Clause and sentence of the region for a category, best first'),
    noticeLanguages: z.array(z.string()),
    appealDays: whole,
  })
  .meta({ id: 'RegionChoice' });

const NoteRef = z
  .object({
    noteId: z.string(),
    externalId: z.string(),
    authorId: z.string().nullable(),
    language: z.string().nullable(),
    createdAt: Instant,
    strongest: ActionName.nullable().describe('Of what holds now'),
    byPerson: z.boolean(),
    title: z.string().nullable(),
  })
  .meta({ id: 'NoteRef' });
const AuthorAnswer = z
  .object({
    id: z.string().nullable(),
    region: z.string().nullable(),
    accountCreatedAt: Instant.nullable(),
    verified: z.boolean().nullable(),
    accountType: z.string().nullable(),
    ageBand: z.string().nullable(),
    notes: whole,
    restricted: whole.describe('Notes with a restriction that holds'),
    restrictedPerThousand: z.number(),
    strikes: z.array(
      z.object({
        decisionId: z.string(),
        noteId: z.string(),
        category: z.string(),
        severity: whole,
        weight: whole,
        at: Instant,
        expiresAt: Instant,
      }),
    ),
    strikeWeight: whole,
    recent: z.array(NoteRef),
  })
  .meta({ id: 'AuthorHistory' });

const PersonDecision = z
  .object({
    submissionId: z.string(),
    decisionId: z.string().nullable(),
    by: PersonRef,
    action: ActionName,
    regions: z.array(z.string()),
    category: z.string().nullable(),
    ground: GroundAnswer.nullable(),
    reason: z.string().nullable(),
    outcome: z.string().nullable().describe('Of an appeal'),
    seconds: whole.nullable(),
    at: Instant,
    undoneAt: Instant.nullable(),
  })
  .meta({ id: 'PersonDecision' });
const CommentAnswer = z
  .object({ id: z.string(), by: PersonRef, text: z.string(), at: Instant })
  .meta({ id: 'CaseComment' });
const OpinionAnswer = z
  .object({
    id: z.string(),
    by: PersonRef.describe('Who asks'),
    of: PersonRef.describe('Who is asked'),
    blind: z.boolean(),
    question: z.string(),
    askedAt: Instant,
    text: z.string().nullable(),
    action: z.string().nullable(),
    answeredAt: Instant.nullable(),
  })
  .meta({ id: 'CaseOpinion' });

export const CaseDetail = z
  .object({
    case: CaseRowAnswer,
    lease: z.object({ epoch: whole, until: Instant }).nullable().describe('Mine, if I hold it'),
    undo: z
      .object({
        submissionId: z.string(),
        until: Instant,
        alike: z.array(AlikeAnswer).describe('Others that I decided like it and that can be taken back as well'),
      })
      .nullable()
      .describe('My decision about it, as long as it can be taken back'),
    rights: z.object({
      claim: z.boolean(),
      decide: z.boolean(),
      why: z
        .string()
        .nullable()
        .describe('Why I may not: role, desk, language, region, category, native_speaker, was_first'),
    }),
    note: z.object({
      id: z.string(),
      externalId: z.string(),
      kind: z.string(),
      createdAt: Instant.nullable(),
      regions: z.array(z.string()),
      flags: z.array(z.string()),
      adDeclared: z.boolean(),
      revisionId: z.string(),
      revision: whole,
      newest: z.boolean().describe('False: the author has changed the note since'),
      status: z.string(),
      gone: z.boolean().describe('True: erased, or past its retention time'),
    }),
    parts: z.array(TextPart),
    images: z.array(ImageAnswer),
    translation: TranslationAnswer,
    why: z.object({
      bundleHash: z.string(),
      current: z.boolean().describe('False: what the policies say in the regions of the case has changed since'),
      recomputed: z.boolean().describe('False: the bundle or the evidence is gone; what was stored is shown'),
      rules: z.array(RuleLook),
      shadow: z.array(RuleLook),
      gaps: z.array(z.object({ regions: z.array(z.string()), ...GapAnswer.shape })),
    }),
    evidence: EvidenceAnswer.nullable(),
    trace: TraceAnswer,
    categories: z.array(z.object({ id: z.string(), severity: whole, title: z.string() })),
    regions: z.array(RegionChoice),
    author: AuthorAnswer.nullable(),
    similar: z.object({
      sameText: z.array(NoteRef),
      campaign: z.array(NoteRef),
    }),
    decisions: z.array(PersonDecision).describe('By people, oldest first; empty for a colleague who was asked blind'),
    comments: z.array(CommentAnswer),
    opinions: z.array(OpinionAnswer),
    appeal: AppealAnswer.nullable(),
    reports: z.array(ReportAnswer),
    others: z.array(CaseRowAnswer).describe('Other cases of the note'),
    holds: z
      .array(Kept)
      .describe('Until when a law keeps the note, whatever is asked; empty for a colleague who was asked blind'),
  })
  .meta({ id: 'CaseDetail' });
export type CaseDetail = z.infer<typeof CaseDetail>;
export { CommentAnswer, OpinionAnswer };
