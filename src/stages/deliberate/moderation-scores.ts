/** Scores of a moderation endpoint -> findings of ours. A signal of low trust: the merge lets it ask for a person, no more. */
import type { CategoryId, Severity } from '../../categories.js';
import type { Finding } from '../../domain.js';

/** Source: category names of the moderation endpoint's own reference; what it cannot tell apart goes to the milder of ours. */
const CATEGORY_OF: Readonly<Record<string, readonly [CategoryId, Severity]>> = {
  hate: ['hate.attack', 2],
  'hate/threatening': ['hate.attack', 3],
  harassment: ['harass.bully', 2],
  'harassment/threatening': ['violence.threat', 3],
  violence: ['violence.threat', 2],
  'violence/graphic': ['violence.graphic', 2],
  sexual: ['sexual.explicit', 2],
  'sexual/minors': ['child.endanger', 3],
  'self-harm': ['selfharm.risk', 2],
  'self-harm/intent': ['selfharm.risk', 3],
  'self-harm/instructions': ['selfharm.promote', 3],
  illicit: ['goods.unsafe', 2],
  'illicit/violent': ['violence.weapons', 3],
};
/** Below this share of certainty a score is not worth a line. */
const LEAST_SCORE = 0.2;
/** Never measured here, so it cannot reach a threshold that stands for measured scores. */
const MOST_CALIBRATED = 0.5;

export function findingsOfModeration(model: string, scores: Readonly<Record<string, number>>): readonly Finding[] {
  return Object.entries(scores).flatMap(([name, score]) => {
    const known = Object.hasOwn(CATEGORY_OF, name) ? CATEGORY_OF[name] : undefined;
    if (known === undefined || !(score >= LEAST_SCORE && score <= 1)) return [];
    const [category, severity] = known;
    const calibrated = Math.min(MOST_CALIBRATED, score);
    const detector = `moderation:${model}`;
    return [
      { category, score, calibrated, severity, source: 'opinion', detector, part: 'body', spans: [], view: 'raw' },
    ];
  });
}
