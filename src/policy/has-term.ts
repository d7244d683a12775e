/** Whole words by script: where spaces part words the edges count, where none are written the letters do. */
import { endsWord, startsWord } from '../stages/match/boundary.js';
import { normaliseText } from '../stages/normalise/text.js';

/** Case, width and accents are no difference. */
export const foldText = (text: string): string => normaliseText(text).view('folded').text;

/** Wordings come from rules, so there are as many as the files hold. */
const folded = new Map<string, string>();
function foldedWording(wording: string): string {
  const known = folded.get(wording) ?? foldText(wording).trim();
  folded.set(wording, known);
  return known;
}

/** `text` as `foldText` gives it. */
export function hasWording(text: string, wording: string): boolean {
  const wanted = foldedWording(wording);
  if (wanted === '') return false;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (startsWord(text, at) && endsWord(text, at + wanted.length)) return true;
  }
  return false;
}
