/** Stored values -> what the API shows: evidence in short, and the trace that says why. */
import { type Evidence, type Finding, findingsOf, foundIn, type NoticeText, type Outcome } from '../domain.js';
import { ERROR_CODES } from '../errors.js';
import type { NoteRow, NoteView, RevisionView, StoredDecision } from '../ports/store.js';
import { findingsOfOpinions } from '../stages/deliberate/findings.js';
import { STAGE_ORDER } from '../stages/index.js';
import { type PolicyNoticePorts, withPolicyNotices } from '../usecases/review/policy-notices.js';
import { picturesIn } from './picture-evidence.js';
import type { AcceptedAnswer, EvidenceAnswer, NoteAnswer, RevisionAnswer, TraceAnswer } from './schemas/note.js';

export const linksOf = (noteId: string): { readonly self: string } => ({ self: `/v1/notes/${noteId}` });

export const acceptedAnswer = (
  externalId: string,
  accepted: { readonly noteId: string; readonly revisionId: string; readonly revision: number },
): AcceptedAnswer => ({
  id: accepted.noteId,
  externalId,
  revision: accepted.revision,
  revisionId: accepted.revisionId,
  status: 'accepted',
  links: linksOf(accepted.noteId),
});

export const rowAnswer = ({ noteId, ...row }: NoteRow) => ({ id: noteId, ...row, links: linksOf(noteId) });

/** Arrays leave as copies: the schemas' types are mutable, the words of the house are not. */
const copyFinding = (finding: Finding) => ({ ...finding, spans: finding.spans.map((span) => ({ ...span })) });

function opinionsIn({ deliberate }: Partial<Evidence>): readonly Finding[] {
  const value = foundIn(deliberate);
  return value === null ? [] : findingsOfOpinions(value);
}

export function summarise(evidence: Partial<Evidence>): EvidenceAnswer {
  const language = foundIn(evidence.language);
  const normalise = foundIn(evidence.normalise);
  const match = foundIn(evidence.match);
  const classify = foundIn(evidence.classify);
  const contacts: Record<string, number> = {};
  for (const { kind } of match?.contacts ?? []) contacts[kind] = (contacts[kind] ?? 0) + 1;
  return {
    languages: (language?.languages ?? []).map((guess) => ({ ...guess })),
    mixed: language?.mixed ?? false,
    repaired: normalise?.repaired ?? false,
    signs: (normalise?.parts ?? [])
      .filter((part) => part.signs.length > 0)
      .map(({ part, signs }) => ({ part, signs: [...signs] })),
    scores: { ...classify?.scores },
    competence: { ...classify?.competence },
    textModel: classify === null ? null : { name: classify.model, language: classify.language },
    findings: [...findingsOf(evidence), ...opinionsIn(evidence)].map(copyFinding),
    contacts,
    pictures: picturesIn(evidence),
  };
}

type StageAnswer = TraceAnswer['stages'][number];
function stageAnswer(stage: string, outcome: Outcome<unknown>): StageAnswer {
  const none = { stage, status: outcome.status, ms: null, version: null };
  switch (outcome.status) {
    case 'found':
      return { stage, status: 'found', ms: outcome.ms, version: outcome.version, why: null };
    case 'skipped':
      return { ...none, why: outcome.why };
    case 'failed':
      // The title of the code, not the recorded message: that may quote a vendor.
      return { ...none, why: `${outcome.code}: ${ERROR_CODES[outcome.code].title}` };
    case 'due':
      return { ...none, why: `due until ${outcome.until}` };
  }
}

export function traceOf(evidence: Partial<Evidence> | null, decisions: readonly StoredDecision[]): TraceAnswer {
  return {
    // JSON columns forget the order of keys.
    stages: STAGE_ORDER.flatMap((stage) => {
      const outcome: Outcome<unknown> | undefined = evidence?.[stage];
      return outcome === undefined ? [] : [stageAnswer(stage, outcome)];
    }),
    rules: decisions.flatMap((decision) =>
      decision.rules.map((hit) => ({
        regions: [...decision.regions],
        rule: hit.rule,
        category: hit.category,
        action: hit.action,
        message: hit.message,
        findings: hit.findings.length,
      })),
    ),
    gaps: decisions.flatMap((decision) => decision.gaps.map((gap) => ({ regions: [...decision.regions], ...gap }))),
  };
}

const copyContent = (revision: RevisionView): RevisionAnswer['note'] => {
  if (revision.note === null) return null;
  const { author, images, regions, context, ...rest } = revision.note;
  return {
    ...rest,
    regions: [...regions],
    context: { ...context },
    images: images.map(({ index, url }) => ({ index, url })),
    author: author === undefined ? undefined : { ...author },
  };
};

function revisionAnswer(revision: RevisionView, view: NoteView): RevisionAnswer {
  const { evidence, trace: _, status, ...rest } = revision;
  const own = view.decisions.filter((decision) => decision.revision === revision.revision);
  const isNewest = revision.revisionId === view.revisions.at(-1)?.revisionId;
  return {
    ...rest,
    status: status === 'pending' && !isNewest ? 'superseded' : status,
    note: copyContent(revision),
    evidence: evidence === null ? null : summarise(evidence),
    trace: traceOf(evidence, own),
  };
}

type NoticesAnswer = NoteAnswer['decisions'][number]['notices'];
const noticesAnswer = (notices: readonly NoticeText[]): NoticesAnswer =>
  notices
    .filter(({ silent }) => !silent)
    .map(({ regions, language, direction, inAuthorsLanguage, sentences, openSlots }) => ({
      regions: [...regions],
      language,
      direction,
      inAuthorsLanguage,
      sentences: [...sentences],
      openSlots: [...openSlots],
    }));

export const decisionAnswer = ({
  shadow: _shadow,
  triggerRef: _triggerRef,
  notices,
  ...decision
}: StoredDecision): NoteAnswer['decisions'][number] => ({
  ...decision,
  regions: [...decision.regions],
  sideActions: [...decision.sideActions],
  gaps: decision.gaps.map((gap) => ({ ...gap })),
  notices: noticesAnswer(notices ?? []),
  rules: decision.rules.map((hit) => ({
    ...hit,
    sideActions: [...hit.sideActions],
    findings: hit.findings.map(copyFinding),
  })),
});

export type NoteAnswerer = (view: NoteView) => Promise<NoteAnswer>;
export const noteAnswerWith =
  (ports: PolicyNoticePorts): NoteAnswerer =>
  async (view) =>
    noteAnswer(await withPolicyNotices(view, ports));

const noteAnswer = (view: NoteView): NoteAnswer => ({
  id: view.noteId,
  externalId: view.externalId,
  status: view.status,
  createdAt: view.createdAt,
  revisions: view.revisions.map((revision) => revisionAnswer(revision, view)),
  decisions: view.decisions.map(decisionAnswer),
  links: linksOf(view.noteId),
});
