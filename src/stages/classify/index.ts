/** Classify: scores of the text model, one finding per flagged category with the words that carried it. */
import { CATEGORIES, type CategoryId, type Severity } from '../../categories.js';
import {
  type ClassifyEvidence,
  COMPETENCES,
  type Finding,
  foundIn,
  type LanguageSegment,
  type LanguageTag,
  mainLanguageOf,
  SCORE_KEYS,
  type ScoreKey,
} from '../../domain.js';
import type { ClassifiedText, Classifier } from '../../ports.js';
import type { Stage, StageInput } from '../stage.js';

/** Of models without thresholds of doubt. */
const SURE = 0.8;
/** The umbrella is evidence for policies, never a category. */
type CategoryKey = Exclude<ScoreKey, 'toxicity'>;

export function classifyStage(classifier: Classifier): Stage<'classify'> {
  return {
    name: 'classify',
    version: '3',
    reads: ['normalise', 'language', 'images'],
    languages: '*',
    cost: 'local',
    timeoutMs: 20_000,
    when: (input) => (input.texts.length > 0 ? { run: true } : { run: false, why: 'no_text' }),
    async run(input, signal): Promise<ClassifyEvidence> {
      const language = languageOf(input);
      const read = await classifier.classify(input.texts, language, signal, segmentsOf(input));
      checkScores(read);
      return {
        scores: read.scores,
        findings: toFindings(read),
        competence: await weakest(read.competence, otherLanguages(input, language), classifier),
        ...(read.certainty === undefined ? {} : { certainty: read.certainty }),
        language: read.language,
        model: classifier.model,
        windows: read.windows,
      };
    },
  };
}

const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;

/** A score that is missing or no number would compare as "not flagged". */
function checkScores(read: ClassifiedText): void {
  for (const key of SCORE_KEYS) {
    const { score, p, calibrated } = read.scores[key] ?? {};
    if (![score, p, calibrated].every(isShare)) throw new Error(`the text model gives no score of ${key}`);
    if (!COMPETENCES.includes(read.competence[key])) throw new Error(`the text model gives no competence of ${key}`);
  }
}

/** What the note is written in; a note without words of its own speaks the language of its pictures. */
function languageOf({ evidence, note }: StageInput): LanguageTag {
  const written = foundIn(evidence.language)?.languages[0]?.tag;
  return mainLanguageOf(evidence) ?? written ?? note.languageHint ?? 'und';
}

const segmentsOf = ({ evidence }: Pick<StageInput, 'evidence'>): readonly LanguageSegment[] =>
  foundIn(evidence.language)?.segments ?? [];

/** A language with less of the text than this is a quotation or a name. */
const SPOKEN_SHARE = 0.25;

/** Guesses with this share of the best one's confidence may as well be true. */
const RIVAL_SHARE = 0.5;

function rivalsOf({ evidence }: StageInput): readonly LanguageTag[] {
  const [best, ...others] = foundIn(evidence.language)?.languages ?? [];
  const least = RIVAL_SHARE * (best?.confidence ?? 1);
  return others.filter(({ confidence }) => confidence >= least).map(({ tag }) => tag);
}

/** Beside the one that the note is read as: its other languages if it is mixed, and those that it may as well be in. */
function otherLanguages(input: StageInput, language: LanguageTag): readonly LanguageTag[] {
  return [...new Set([...spokenIn(input), ...rivalsOf(input)])].filter((tag) => tag !== language);
}

function spokenIn({ evidence }: StageInput): readonly LanguageTag[] {
  const lengths = new Map<LanguageTag, number>();
  for (const { tag, span } of segmentsOf({ evidence })) {
    lengths.set(tag, (lengths.get(tag) ?? 0) + span.end - span.start);
  }
  const all = [...lengths.values()].reduce((sum, length) => sum + length, 0);
  return [...lengths].filter(([, length]) => length >= SPOKEN_SHARE * all).map(([tag]) => tag);
}

/** A note is read as one language before all; of all that it may be in the model is trusted no further than it knows the least. */
async function weakest(
  read: ClassifiedText['competence'],
  others: readonly LanguageTag[],
  classifier: Classifier,
): Promise<ClassifiedText['competence']> {
  const known = await Promise.all(others.map((tag) => classifier.competence?.(tag) ?? null));
  const tables = [read, ...known.filter((table) => table !== null)];
  const rank = (key: ScoreKey): number => Math.max(...tables.map((table) => COMPETENCES.indexOf(table[key])));
  return Object.fromEntries(SCORE_KEYS.map((key) => [key, COMPETENCES[rank(key)] ?? 'none'])) as typeof read;
}

function toFindings(read: ClassifiedText): readonly Finding[] {
  return read.evidence.flatMap(({ key, part, spans, view }) => {
    if (key === 'toxicity') return [];
    const { p, calibrated } = read.scores[key];
    const isSure = read.certainty === undefined ? calibrated >= SURE : read.certainty[key] === 'sure';
    const severity = severityOf(key, isSure);
    return [
      {
        category: key,
        score: p,
        calibrated,
        severity,
        source: 'classifier' as const,
        detector: `text-model:${key}`,
        part,
        spans,
        view,
      },
    ];
  });
}

/** A model alone never claims the highest severity of a category: one step below, and one more while it is doubtful. */
export function severityOf(category: CategoryKey & CategoryId, isSure: boolean): Severity {
  const most = CATEGORIES[category].maxSeverity;
  const steps = most <= 1 ? 0 : isSure ? 1 : 2;
  return Math.max(Math.min(most, 1), most - steps) as Severity;
}
