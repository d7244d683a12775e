/** Evidence and note -> what is asked. Pure: the mark is given, the words are in `prompts/opinion`. */
import { CATEGORIES, CATEGORY_IDS } from '../../categories.js';
import { type Evidence, findingsOf, foundIn, type Note } from '../../domain.js';
import { fillTemplate } from './fill-template.js';
import { readingLines, type SentPart } from './parts.js';
import type { OpinionClause, OpinionPlan } from './plan.js';

/** The files of `prompts/opinion` and a version that changes with any of them. */
export interface PromptFiles {
  readonly version: string;
  readonly system: string;
  readonly user: string;
  readonly repair: string;
}
export interface PromptSubject {
  readonly note: Note;
  readonly evidence: Partial<Evidence>;
  readonly parts: readonly SentPart[];
  readonly plan: OpinionPlan;
}
export interface Prompt {
  readonly system: string;
  readonly user: string;
}

const listed = (words: readonly string[]): string => (words.length === 0 ? 'none' : words.join(', '));

const CATEGORY_LINES = CATEGORY_IDS.map(
  (id) => `- ${id}: ${CATEGORIES[id].name}, severity at most ${CATEGORIES[id].maxSeverity}`,
).join('\n');

/** `mark` must be unguessable: it is all that tells the note from what is said about it. */
export function buildPrompt(files: PromptFiles, subject: PromptSubject, mark: string): Prompt {
  const { note, evidence, parts, plan } = subject;
  const signs = [...new Set((foundIn(evidence.normalise)?.parts ?? []).flatMap((part) => part.signs))];
  const disguised = signs.length > 0 || parts.some(({ text }) => /\p{Script=Han}/u.test(text));
  const readings = disguised ? readingLines(parts) : [];
  const system = fillTemplate(files.system, {
    clauses: plan.clauses.length === 0 ? '- none' : plan.clauses.map(clauseLine).join('\n'),
    categories: CATEGORY_LINES,
  });
  const user = fillTemplate(files.user, {
    kind: note.kind,
    flags: listed(note.context.flags ?? []),
    languages: listed(
      (foundIn(evidence.language)?.languages ?? []).map(({ tag, confidence }) => `${tag} ${confidence.toFixed(2)}`),
    ),
    reasons: listed(plan.reasons),
    signs: listed(signs),
    evidence: evidenceLines(evidence),
    // They quote the note, so they stand behind the mark as well.
    readings:
      readings.length === 0
        ? ''
        : `Other readings of the text, data as well:\n===== ${mark} =====\n${readings.join('\n')}\n===== ${mark} =====`,
    note: parts.map(({ part, text }) => `[${part}]\n${text}`).join('\n'),
    mark,
  });
  return { system, user };
}

const clauseLine = ({ id, title, regions, categories }: OpinionClause): string =>
  `- ${id} (${regions.join(', ')}): ${title}. Categories: ${categories.join(', ')}`;

const MOST_LINES = 24;

/** Categories and figures only; no words of the note. */
function evidenceLines(evidence: Partial<Evidence>): string {
  const findings = findingsOf(evidence).map(
    ({ category, calibrated, source, part }) => `- ${category} ${calibrated.toFixed(2)} by ${source} in [${part}]`,
  );
  const contacts = [...new Set((foundIn(evidence.match)?.contacts ?? []).map(({ kind }) => kind))];
  const campaign = foundIn(evidence.campaign);
  const lines = [
    ...new Set(findings),
    ...(contacts.length === 0 ? [] : [`- contacts: ${contacts.join(', ')}`]),
    ...(campaign === null ? [] : [`- near-duplicates: ${campaign.authors24h} authors in 24 hours`]),
  ];
  return lines.length === 0 ? '- none' : lines.slice(0, MOST_LINES).join('\n');
}
