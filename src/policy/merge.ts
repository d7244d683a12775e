/** `extends`: maps are merged deep, rules by id, lists are replaced; `null` takes a value out, never a rule. */
import type { RuleSource } from './schema-rule.js';
import type { YamlPath } from './yaml.js';

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function mergeDeep(parent: unknown, own: unknown): unknown {
  if (own === undefined) return parent;
  if (!isPlain(parent) || !isPlain(own)) return own;
  const merged: Record<string, unknown> = { ...parent };
  for (const [key, value] of Object.entries(own)) merged[key] = mergeDeep(parent[key], value);
  return merged;
}

/** Where a field of a merged rule was written last. */
export interface Origin {
  readonly file: string;
  readonly path: YamlPath;
}
export interface MergedRule {
  readonly source: RuleSource;
  /** File that first wrote the rule. */
  readonly home: Origin;
  /** By field; a field that no file wrote is absent. */
  readonly origins: ReadonlyMap<string, Origin>;
}

function mergeRule(parent: MergedRule | undefined, own: RuleSource, origin: Origin): MergedRule {
  const { tests: inherited = [], ...rest } = parent?.source ?? {};
  const { tests = [], ...changes } = own;
  const origins = new Map(parent?.origins ?? []);
  for (const [field, value] of Object.entries(own)) {
    const inherits = field === 'tests' && parent !== undefined && tests.length === 0;
    if (value !== undefined && !inherits) origins.set(field, { file: origin.file, path: [...origin.path, field] });
  }
  const merged = mergeDeep(rest, changes) as RuleSource;
  // Tests of the parent belong to the parent's meaning of the rule; they stay with that file.
  const ownTests = parent === undefined || tests.length > 0 ? tests : inherited;
  return { source: { ...merged, tests: ownTests }, home: parent?.home ?? origin, origins };
}

/** Order of the result is by id, so that the order in a file never matters. */
export function mergeRules(
  parent: ReadonlyMap<string, MergedRule>,
  own: readonly RuleSource[],
  file: string,
): ReadonlyMap<string, MergedRule> {
  const merged = new Map(parent);
  own.forEach((rule, index) => {
    merged.set(rule.id, mergeRule(merged.get(rule.id), rule, { file, path: ['rules', index] }));
  });
  return new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}
