/** Conditions by themselves: what can be said of them whatever else is wrong with their file, or with the one above it. */
import type { Compiled } from './cel.js';
import type { ExpressionFault } from './cel-fault.js';
import { faultOf } from './faults.js';
import type { ReadFile } from './sources.js';
import type { TermNames } from './term-names.js';
import type { Workshop } from './workshop.js';

export function conditionFaults(compiled: Compiled, terms: TermNames): readonly ExpressionFault[] {
  if (!compiled.ok) return compiled.faults;
  return compiled.expression.terms.flatMap(({ id, group, offset }) => {
    const message = terms.fault(id, group);
    return message === null ? [] : [{ lint: 'cel-term' as const, message, offset }];
  });
}

const fieldOf = (node: unknown, key: string): unknown =>
  typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined;

/** The rules of a file that cannot be merged with the files that it builds on. */
export function checkConditions({ file, yaml }: ReadFile, { compile, terms, report }: Workshop): void {
  const rules = fieldOf(yaml.value, 'rules');
  if (!Array.isArray(rules)) return;
  rules.forEach((rule: unknown, index) => {
    for (const field of ['when', 'unless']) {
      const source = fieldOf(rule, field);
      if (typeof source !== 'string' || source === '') continue;
      for (const { lint, message, offset } of conditionFaults(compile(source), terms)) {
        const place = { file, ...yaml.locate(['rules', index, field], offset) };
        report(faultOf(lint, place, `rule ${String(fieldOf(rule, 'id') ?? index + 1)}, ${field}: ${message}`));
      }
    }
  });
}
