/** What was found in a note, by category: whose word counts, how high it is, and how grave. */
import type { CategoryId } from '../categories.js';
import { type ClassifyEvidence, type Competence, type Evidence, type Finding, foundIn, SCORE_KEYS } from '../domain.js';
import { isScoreKey, LIST_CAP } from './context-values.js';

export interface CategoryFacts {
  max: number;
  severity: number;
  readonly sources: Set<string>;
  readonly findings: Finding[];
}

export const NOTHING: CategoryFacts = { max: 0, severity: 0, sources: new Set(), findings: [] };

/**
 * What an unproven score must reach. Flag thresholds of scarce labels lie far below, where most flagged texts are
 * harmless; where no harmful text was ever measured, even odds say little.
 */
const LEAST_P = { validated: 0, weak: 0.5, none: 0.75 } as const satisfies Record<Competence, number>;

/** Whether the model's word on a score counts. `scores[...]` shows rules the bare figures. */
export const believed = (classify: ClassifyEvidence, key: (typeof SCORE_KEYS)[number]): boolean =>
  classify.scores[key].p >= LEAST_P[classify.competence[key]];

export function allFindings(evidence: Evidence): readonly Finding[] {
  const classify = foundIn(evidence.classify);
  const read = (classify?.findings ?? []).filter(
    ({ category }) => classify !== null && isScoreKey(category) && believed(classify, category),
  );
  return [...(foundIn(evidence.match)?.findings ?? []), ...read, ...(foundIn(evidence.images)?.findings ?? [])];
}

export function byCategory(all: readonly Finding[], classify: ClassifyEvidence | null): Map<CategoryId, CategoryFacts> {
  const table = new Map<CategoryId, CategoryFacts>();
  const entry = (id: CategoryId): CategoryFacts => {
    const known = table.get(id);
    if (known !== undefined) return known;
    const made: CategoryFacts = { max: 0, severity: 0, sources: new Set(), findings: [] };
    table.set(id, made);
    return made;
  };
  for (const finding of all) {
    const facts = entry(finding.category);
    facts.max = Math.max(facts.max, finding.calibrated);
    facts.severity = Math.max(facts.severity, finding.severity);
    facts.sources.add(finding.source);
    facts.findings.push(finding);
  }
  for (const key of SCORE_KEYS) {
    if (classify === null || key === 'toxicity' || !believed(classify, key)) continue;
    const { calibrated } = classify.scores[key];
    if (calibrated <= 0) continue;
    const facts = entry(key);
    facts.max = Math.max(facts.max, calibrated);
  }
  return table;
}

/**
 * At most `LIST_CAP` of a list, the first of each kind before the second of any: who floods a note with one kind hides
 * no other.
 */
export function fairly<T>(all: readonly T[], kindOf: (entry: T) => string): readonly T[] {
  if (all.length <= LIST_CAP) return all;
  const seen = new Map<string, number>();
  const ranked = all.map((entry) => {
    const rank = seen.get(kindOf(entry)) ?? 0;
    seen.set(kindOf(entry), rank + 1);
    return { entry, rank };
  });
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, LIST_CAP)
    .map(({ entry }) => entry);
}

const nameOf = ({ detector, source, part, view }: Finding): string => `${detector}\0${source}\0${part}\0${view}`;

export function strongest(all: readonly Finding[]): readonly Finding[] {
  const order = (a: Finding, b: Finding): number =>
    b.severity - a.severity || b.calibrated - a.calibrated || (nameOf(a) < nameOf(b) ? -1 : 1);
  return all.length <= 1 ? all : fairly([...all].sort(order), ({ category, source }) => `${category} ${source}`);
}
