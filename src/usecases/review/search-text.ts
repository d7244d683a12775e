const LEAST = 3;
/** Two characters of these scripts are a word. */
const DENSE = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;

/** Whether a piece of text is long enough to look for: shorter ones would find half of everything. */
export function isSearchable(text: string): boolean {
  const wanted = text.trim();
  return [...wanted].length >= (DENSE.test(wanted) ? LEAST - 1 : LEAST);
}
