/** Classify: scores of the text model, one finding per flagged category with the words that carried it. */
import { CATEGORIES, type CategoryId, type Severity } from '../../categories.js';
import {
  type ClassifyEvidence,
  type Competence,
  type Finding,
  type LanguageTag,
  SCORE_KEYS,
  type ScoreKey,
} from '../../domain.js';
import type { ClassifiedText, Classifier } from '../../ports.js';
import type { Stage, StageInput } from '../stage.js';

/** Of models without thresholds of doubt. */
const SURE = 0.8;
const COMPETENCES: readonly Competence[] = ['validated', 'weak', 'none'];
/** The umbrella is evidence for policies, never a category. */
type CategoryKey = Exclude<ScoreKey, 'toxicity'>;

export function classifyStage(classifier: Classifier): Stage<'classify'> {
  return {
    name: 'classify',
    version: '1',
    reads: ['normalise', 'language', 'images'],
    languages: '*',
    cost: 'local',
    timeoutMs: 20_000,
    when: (input) => (input.texts.length > 0 ? { run: true } : { run: false, why: 'no_text' }),
    async run(input, signal): Promise<ClassifyEvidence> {
      const language = languageOf(input);
      const read = await classifier.classify(input.texts, language, signal);
      checkScores(read);
      return {
        scores: read.scores,
        findings: toFindings(read),
        competence: read.competence,
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
  const written = evidence.language?.status === 'found' ? evidence.language.value.languages[0]?.tag : undefined;
  if (written !== undefined && written !== 'und') return written;
  const read = evidence.images?.status === 'found' ? evidence.images.value.languages?.[0]?.tag : undefined;
  return read ?? written ?? note.languageHint ?? 'und';
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
