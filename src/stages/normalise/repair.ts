/** Characters that PostgreSQL cannot hold: NUL and lone surrogates. Replaced visibly, once, at the edge. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

export function repairText(text: string): { readonly text: string; readonly repaired: boolean } {
  const repaired = text.replace(UNSTORABLE, '\ufffd');
  return { text: repaired, repaired: repaired !== text };
}
