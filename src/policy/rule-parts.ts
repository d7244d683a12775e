/** A merged rule of which every needed part is there. */
import type { MergedRule, Origin } from './merge.js';
import type { RuleSource } from './schema-rule.js';

const NEEDED = ['category', 'severity', 'mode', 'when', 'then', 'ground', 'message', 'owner'] as const;
export type Complete = Omit<RuleSource, (typeof NEEDED)[number]> & {
  readonly [K in (typeof NEEDED)[number]]: NonNullable<RuleSource[K]>;
};
export type CompleteRule = Omit<MergedRule, 'source'> & { readonly source: Complete };

/** Names of the parts that no file wrote. */
export const missingParts = (source: RuleSource): readonly string[] =>
  NEEDED.filter((field) => source[field] === undefined);

export const isComplete = (rule: MergedRule): rule is MergedRule & CompleteRule =>
  missingParts(rule.source).length === 0;

/** Where a field was written last, else where the rule was. */
export const placeOf = (rule: MergedRule | CompleteRule, field: string): Origin => rule.origins.get(field) ?? rule.home;
