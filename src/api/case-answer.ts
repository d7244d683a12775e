/** A case as it is stored -> as the dashboard shows it. */
import type { Evidence, Finding, Outcome } from '../domain.js';
import type { Bundle } from '../policy/bundle.js';
import type { Appeal, CaseFile, NoteRef, QueueRow, Report, Sight } from '../ports-review.js';
import { actionsFor, categoriesFor, clausesOf, policyOf, suggestionsOf } from '../usecases/review/choices.js';
import { standingOf } from '../usecases/review/decide.js';
import { myRegions, obstacleTo } from '../usecases/review/sight.js';
import { strikesOf } from '../usecases/review/strikes.js';
import { type ExplainedRule, explainCase, partsOf, ruleOf } from '../usecases/review/why.js';
import { summarise, traceOf } from './note-answer.js';
import type { AppealAnswer, ReportAnswer } from './schemas/review-appeals.js';
import type { CaseDetail } from './schemas/review-case.js';
import type { CaseRowAnswer } from './schemas/review-queue.js';
import type { TranslationAnswer } from './schemas/review-translation.js';

const found = <T>(outcome: Outcome<T> | undefined): T | null => (outcome?.status === 'found' ? outcome.value : null);
/** Lines that help to read are for a glance; the text itself is always whole. */
const READABLE_CHARS = 2_000;

export const caseRowAnswer = (row: QueueRow, now: number): CaseRowAnswer => ({
  id: row.caseId,
  noteId: row.noteId,
  externalId: row.externalId,
  source: { id: row.sourceId, name: row.sourceName },
  revision: row.revision,
  decisionId: row.decisionId,
  reason: row.reason,
  desk: row.desk,
  severity: row.severity,
  category: row.category,
  regions: [...row.regions],
  language: row.language,
  status: row.status,
  outcome: row.outcome,
  openedAt: row.openedAt,
  dueAt: row.dueAt,
  clock: { ...row.clock },
  overdue: row.status === 'open' && Date.parse(row.dueAt) <= now,
  reach: row.reach,
  rankAt: row.rankAt,
  weight: row.weight,
  holder: row.holder === null ? null : { ...row.holder },
  assignedTo: row.assignedTo === null ? null : { ...row.assignedTo },
  nativeSpeaker: row.nativeSpeaker,
  opinions: { asked: row.asked, answered: row.answered },
  title: row.title,
});

export const appealAnswer = (appeal: Appeal): AppealAnswer => ({
  ...appeal,
  decisionIds: [...appeal.decisionIds],
  regions: [...appeal.regions],
});
export const reportAnswer = (report: Report): ReportAnswer => ({
  ...report,
  regions: [...report.regions],
  urls: [...report.urls],
  reporter: { ...report.reporter },
  automated: false,
});

export interface CaseScene {
  readonly file: CaseFile;
  readonly sight: Sight;
  /** Of the time of the decision; null when it is gone. */
  readonly then: Bundle | null;
  /** What a decision is made by. */
  readonly bundle: Bundle;
  readonly current: Bundle;
  readonly now: number;
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

function partsAnswer({ note, evidence }: CaseFile): CaseDetail['parts'] {
  if (note === null) return [];
  const segments = found(evidence?.language)?.segments ?? [];
  const findings = findingsOf(evidence);
  const contacts = found(evidence?.match)?.contacts ?? [];
  return partsOf(note, evidence).map(({ part, text }) => {
    const own = segments.filter((segment) => segment.part === part);
    return {
      part,
      text: text.raw,
      languages: own.map((segment) => ({ ...segment, span: { ...segment.span } })),
      findings: findings
        .filter((finding) => finding.part === part)
        .map((finding) => ({ ...finding, spans: finding.spans.map((span) => ({ ...span })) })),
      contacts: contacts
        .filter((contact) => contact.part === part)
        .map(({ kind, detail, span }) => ({ kind, detail: detail ?? null, span: { ...span } })),
      readable: (['pinyin', 'translit', 'skeleton'] as const)
        .map((view) => ({ view, text: text.view(view).text.slice(0, READABLE_CHARS) }))
        .filter((line) => helps(line.view, line.text, text.raw))
        .filter((line, index, lines) => lines.findIndex((other) => other.text === line.text) === index),
    };
  });
}

/** Without case and accents, which readers of the language can do without. */
const bare = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** A line that only repeats the text in small letters helps nobody. */
function helps(view: string, line: string, raw: string): boolean {
  if (line === '' || bare(line) === bare(raw.slice(0, READABLE_CHARS))) return false;
  // Han has its pinyin line, where it is Chinese; everything else that is not Latin has its letters.
  if (view === 'translit') return /(?!\p{Script=Latin}|\p{Script=Han})\p{L}/u.test(raw);
  return view !== 'pinyin' || (/\p{Script=Han}/u.test(raw) && !/\p{Script=Hiragana}|\p{Script=Katakana}/u.test(raw));
}

const findingsOf = (evidence: Evidence | null): readonly Finding[] => [
  ...(found(evidence?.match)?.findings ?? []),
  ...(found(evidence?.classify)?.findings ?? []),
  ...(found(evidence?.images)?.findings ?? []),
];

const whyNot = (outcome: Outcome<unknown>): string | null =>
  outcome.status === 'skipped' ? outcome.why : outcome.status === 'failed' ? outcome.code : null;

const HASH_BITS = 256;

const pictureFindings = (evidence: Evidence | null, index: number): CaseDetail['images'][number]['findings'] =>
  (found(evidence?.images)?.findings ?? []).flatMap(
    ({ part, source, category, severity, detector, score, calibrated }) => {
      if (part !== `image:${index}` || (source !== 'image_hash' && source !== 'image_model')) return [];
      const bits = source === 'image_hash' ? Math.round((1 - score) * HASH_BITS) : null;
      return [{ category, severity, source, detector, calibrated, bits }];
    },
  );

function imagesAnswer({ row, note, evidence }: CaseFile): CaseDetail['images'] {
  const readings = found(evidence?.images)?.readings ?? [];
  return (note?.images ?? []).map(({ index, url }) => {
    const reading = readings.find((one) => one.index === index);
    const facts = found(reading?.facts);
    const codes = found(reading?.codes) ?? [];
    return {
      index,
      url: url ?? null,
      view: `/v1/notes/${row.noteId}/images/${index}?revision=${row.revision}`,
      width: facts?.width ?? null,
      height: facts?.height ?? null,
      format: facts?.format ?? null,
      words: (found(reading?.ocr)?.words ?? []).map(({ box, confidence, span }) => ({
        box: { ...box },
        confidence,
        span: { ...span },
      })),
      codes: codes.map(({ kind, text, box }) => ({ kind, text, box: { ...box } })),
      labels: { ...found(reading?.model)?.labels },
      findings: pictureFindings(evidence, index),
      outcomes: (['facts', 'ocr', 'codes', 'hash', 'model'] as const).flatMap((name) => {
        const outcome = reading?.[name];
        return outcome === undefined ? [] : [{ reading: name, status: outcome.status, why: whyNot(outcome) }];
      }),
    };
  });
}

function whyAnswer({ file, then, current }: CaseScene): CaseDetail['why'] {
  const explained = explainCase(file, then);
  const policyDecisions = file.decisions.filter(({ by }) => by.kind === 'policy');
  const show = (rule: ExplainedRule): CaseDetail['why']['rules'][number] => {
    const compiled = then === null ? undefined : ruleOf(then, rule.policy, rule.rule);
    const { policy, category, severity, action, effect, why, message, looked } = rule;
    return {
      policy,
      rule: rule.rule,
      category,
      severity,
      action: compiled?.action ?? 'review',
      effect,
      message: message ?? action,
      why,
      looked: looked.map((look) => ({ ...look, of: { ...look.of } })),
      ground: compiled === undefined ? null : { ...compiled.ground },
      notice: compiled?.notice ?? null,
    };
  };
  const stored = (key: 'rules' | 'shadow'): CaseDetail['why']['rules'] =>
    policyDecisions.flatMap((decision) =>
      decision[key].map((hit) => ({
        policy: decision.policy,
        rule: hit.rule,
        category: hit.category,
        severity: hit.severity,
        action: hit.action,
        effect: key === 'rules' ? 'fired' : 'shadow',
        message: hit.message,
        why: 'as it was stored',
        looked: [],
        ground: { ...hit.ground },
        notice: hit.notice,
      })),
    );
  const isShadow = ({ effect }: ExplainedRule): boolean => effect === 'shadow';
  return {
    bundleHash: file.bundleHash ?? current.hash,
    current: file.bundleHash === current.hash,
    recomputed: explained !== null,
    rules: explained?.filter((rule) => !isShadow(rule)).map(show) ?? stored('rules'),
    shadow: explained?.filter(isShadow).map(show) ?? stored('shadow'),
    gaps: policyDecisions.flatMap((decision) =>
      decision.gaps.map((gap) => ({ regions: [...decision.regions], ...gap })),
    ),
  };
}

function choiceOf({ file, sight, bundle }: CaseScene, region: string): CaseDetail['regions'][number] {
  const policy = policyOf(bundle, region);
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
