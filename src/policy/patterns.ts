/** Linear-time patterns for rules. Compiled when a bundle is loaded, so that a rule never meets a bad one. */
import { RE2JS } from 're2js';

/** Long patterns grow the automaton; a rule that needs more wants a term bank. */
const MAX_PATTERN_CHARS = 512;

export interface Pattern {
  test(text: string): boolean;
}

const compiled = new Map<string, Pattern>();

export type PatternResult =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly message: string };

export function compilePattern(source: string): PatternResult {
  const known = compiled.get(source);
  if (known !== undefined) return { ok: true, pattern: known };
  if (source.length > MAX_PATTERN_CHARS) {
    return { ok: false, message: `the pattern has ${source.length} characters, the limit is ${MAX_PATTERN_CHARS}` };
  }
  try {
    const expression = RE2JS.compile(source);
    const pattern: Pattern = { test: (text) => expression.test(text) };
    compiled.set(source, pattern);
    return { ok: true, pattern };
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/^error parsing regexp: /, '');
    return { ok: false, message: `the pattern is not RE2 syntax (no look-around, no back-references): ${reason}` };
  }
}
