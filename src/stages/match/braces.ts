/** Expands `{a|b}` in patterns: `guaranteed {return|returns}` is two patterns. An empty choice is allowed. */
export const EXPANSION_LIMIT = 1_024;

export type Expansion =
  | { readonly ok: true; readonly patterns: readonly string[] }
  | { readonly ok: false; readonly at: number; readonly message: string };

const UNTIDY = /^\s|\s\s|\s$|[^\S ]/;
const tidy = (pattern: string): string => (UNTIDY.test(pattern) ? pattern.replace(/\s+/g, ' ').trim() : pattern);

export function expandBraces(pattern: string): Expansion {
  let made: string[] = [''];
  for (let at = 0; at < pattern.length; ) {
    const char = pattern.charAt(at);
    if (char === '}') return { ok: false, at, message: 'a "}" without its "{"' };
    if (char !== '{') {
      const next = pattern.slice(at).search(/[{}]/);
      const end = next < 0 ? pattern.length : at + next;
      made = made.map((start) => start + pattern.slice(at, end));
      at = end;
      continue;
    }
    const close = pattern.indexOf('}', at);
    if (close < 0) return { ok: false, at, message: 'a "{" without its "}"' };
    const inside = pattern.slice(at + 1, close);
    if (inside.includes('{')) return { ok: false, at, message: 'a "{" inside another; choices do not nest' };
    const choices = inside.split('|');
    made = made.flatMap((start) => choices.map((choice) => start + choice));
    if (made.length > EXPANSION_LIMIT) {
      return { ok: false, at, message: `more than ${EXPANSION_LIMIT} patterns; split the entry` };
    }
    at = close + 1;
  }
  const patterns = [...new Set(made.map(tidy))];
  if (patterns.includes('')) return { ok: false, at: 0, message: 'a pattern that is empty' };
  return { ok: true, patterns };
}
