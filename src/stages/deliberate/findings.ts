/** Opinions as findings, for lists that show what all detectors saw. */
import type { DeliberateEvidence, Finding } from '../../domain.js';

/** A confidence that was never measured stays below every threshold that stands for measured scores. */
const MOST_CALIBRATED = 0.5;

export const findingsOfOpinions = ({ opinions, findings }: DeliberateEvidence): readonly Finding[] => [
  ...opinions.flatMap(({ model, findings: seen }) =>
    seen.map(
      ({ category, severity, confidence, part, spans }): Finding => ({
        category,
        severity,
        score: confidence,
        calibrated: Math.min(MOST_CALIBRATED, confidence),
        source: 'opinion',
        detector: `llm:${model}`,
        part,
        spans,
        view: 'raw',
      }),
    ),
  ),
  ...findings,
];
