/** A case as it is stored -> as the dashboard shows it. */
import type { Bundle } from '../policy/bundle.js';
import { policyOf } from '../policy/regions.js';
import type { CaseFile, NoteRef, Sight } from '../ports/review.js';
import { actionsFor, categoriesFor, clausesOf, suggestionsOf } from '../usecases/review/choices.js';
import { standingOf } from '../usecases/review/decide.js';
import { myRegions, obstacleTo } from '../usecases/review/sight.js';
import { strikesOf } from '../usecases/review/strikes.js';
import { partsAnswer } from './case-parts.js';
import { imagesAnswer } from './case-pictures.js';
import { type WhyScene, whyAnswer } from './case-why.js';
import { summarise, traceOf } from './note-answer.js';
import { appealAnswer, caseRowAnswer, reportAnswer } from './queue-answer.js';
import type { CaseDetail } from './schemas/review-case.js';
import type { TranslationAnswer } from './schemas/review-translation.js';

export interface CaseScene extends WhyScene {
  readonly sight: Sight;
  /** What a decision is made by. */
  readonly bundle: Bundle;
  readonly now: number;
  readonly undo: CaseDetail['undo'];
  /** As it is stored; nothing is asked for. */
  readonly translation: TranslationAnswer;
}

export function caseAnswer(scene: CaseScene): CaseDetail {
  const { file, sight, now } = scene;
  const { row, evidence } = file;
  const obstacle = obstacleTo(sight, row);
  const mine = row.holder?.id === sight.userId ? row.holder : null;
  // What others think would make a blind opinion seeing.
  const blind = file.opinions.some((one) => one.blind && one.of.id === sight.userId && one.answeredAt === null);
  const open = obstacle === null && row.status === 'open';
  return {
    case: caseRowAnswer(row, now),
    lease: mine === null ? null : { epoch: row.epoch, until: mine.until },
    undo: scene.undo,
    rights: { claim: open, decide: open && mine !== null, why: obstacle },
    note: noteOf(file),
    parts: partsAnswer(file),
    images: imagesAnswer(file),
    translation: scene.translation,
    why: whyAnswer(scene),
    evidence: evidence === null ? null : summarise(evidence),
    trace: traceOf(evidence, file.decisions),
    categories: categoriesFor(row).map((category) => ({ ...category })),
    regions: row.regions.map((region) => choiceOf(scene, region)),
    author: authorAnswer(file, now),
    similar: { sameText: file.sameText.map(refAnswer), campaign: file.campaign.map(refAnswer) },
    decisions: blind ? [] : file.people.map(personAnswer),
    comments: blind ? [] : file.comments.map((comment) => ({ ...comment, by: { ...comment.by } })),
    opinions: file.opinions
      .filter((one) => !blind || one.of.id === sight.userId)
      .map((one) => ({ ...one, by: { ...one.by }, of: { ...one.of } })),
    appeal: file.appeal === null ? null : appealAnswer(file.appeal),
    reports: file.reports.map(reportAnswer),
    others: file.others.map((other) => caseRowAnswer(other, now)),
    // Its end tells whether somebody has confirmed it.
    holds: blind ? [] : file.holds.map((hold) => ({ ...hold })),
  };
}

const noteOf = ({ row, note, newestRevisionId, noteStatus }: CaseFile): CaseDetail['note'] => ({
  id: row.noteId,
  externalId: row.externalId,
  kind: note?.kind ?? 'note',
  createdAt: note?.createdAt ?? null,
  regions: [...(note?.regions ?? [])],
  flags: [...(note?.context.flags ?? [])],
  adDeclared: note?.context.adDeclared ?? false,
  revisionId: row.revisionId,
  revision: row.revision,
  newest: newestRevisionId === row.revisionId,
  status: noteStatus,
  gone: note === null,
});

const refAnswer = (ref: NoteRef) => ({ ...ref });
const personAnswer = (one: CaseFile['people'][number]): CaseDetail['decisions'][number] => ({
  ...one,
  by: { ...one.by },
  regions: [...one.regions],
});

function choiceOf({ file, sight, bundle, now }: CaseScene, region: string): CaseDetail['regions'][number] {
  const policy = policyOf(bundle, region, now);
  const standing = standingOf(file, region);
  return {
    region,
    policy: policy.id,
    name: policy.name,
    mine: myRegions(sight, [region]).length > 0,
    standing:
      standing === undefined
        ? null
        : {
            decisionId: standing.decisionId,
            action: standing.action,
            category: standing.category,
            by: standing.by.kind,
          },
    actionsBySeverity: [0, 1, 2, 3, 4].map((severity) => ({ severity, actions: [...actionsFor(policy, severity)] })),
    clauses: clausesOf(policy).map((clause) => ({ ...clause })),
    suggested: suggestionsOf(policy).map((entry) => ({ ...entry })),
    noticeLanguages: [...policy.settings.notice_languages],
    appealDays: policy.settings.appeal.days,
  };
}

function authorAnswer({ author, row }: CaseFile, now: number): CaseDetail['author'] {
  if (author === null) return null;
  const { restrictions, restrictedNotes, recent, ...rest } = author;
  const strikes = strikesOf(restrictions, now);
  return {
    ...rest,
    restricted: restrictedNotes,
    restrictedPerThousand: rest.notes === 0 ? 0 : Math.round((restrictedNotes / rest.notes) * 10_000) / 10,
    strikes: strikes.map((strike) => ({ ...strike })),
    strikeWeight: strikes.reduce((sum, { weight }) => sum + weight, 0),
    recent: recent.filter(({ noteId }) => noteId !== row.noteId).map(refAnswer),
  };
}
