import type { Bundle } from '../../policy/bundle.js';
import { explain, type RuleTrace } from '../../policy/explain.js';
import type { CaseFile } from '../../ports/review.js';
import { factsOf } from '../moderate.js';
import { partsOf } from '../note-texts.js';

export interface ExplainedRule extends RuleTrace {
  readonly policy: string;
}

/** Null when the text, the evidence or the bundle is gone: then what was stored has to do. */
export function explainCase(file: CaseFile, bundle: Bundle | null): readonly ExplainedRule[] | null {
  const { note, evidence } = file;
  if (note === null || evidence === null || bundle === null) return null;
  const regions = file.row.regions;
  const judgedAt = Date.parse(file.decidedAt ?? file.acceptedAt);
  const facts = factsOf(note, regions, judgedAt, Date.parse(file.acceptedAt));
  const { traces } = explain({ facts, evidence, texts: partsOf(note, evidence) }, bundle, regions);
  const shown = new Set<RuleTrace['effect']>(['fired', 'shadow', 'exempted', 'error']);
  return traces.flatMap(({ policy, rules }) =>
    rules.filter(({ effect }) => shown.has(effect)).map((rule) => ({ ...rule, policy })),
  );
}

export const ruleOf = (bundle: Bundle, policy: string, id: string) =>
  bundle.regions.get(policy)?.rules.find((rule) => rule.id === id);
