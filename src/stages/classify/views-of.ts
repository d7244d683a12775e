/** Which views of a text the model reads: a second one only where a disguise was undone, and the one that undoes this kind. */
import type { LabelledText, ViewName } from '../../domain.js';
import { cloakSigns } from '../normalise/signs.js';

/**
 * What folding takes out of words beyond case, width and accents, and no sign of cloaking for policies because honest texts
 * have it too: soft hyphens, marks of direction, variation selectors; lines through, over and under letters, keycaps;
 * Arabic stretching; Arabic and Hebrew with vowel signs letter by letter.
 */
const TAKEN_OUT = [
  /[\p{L}\p{N}][\p{Variation_Selector}\p{Bidi_Control}\u00ad\u200b]+\p{L}/u,
  /\p{L}[\u0305\u0332\u0333\u0335-\u0338\u033f\u0346-\u034e\u0353-\u0357\u20d0-\u20f0]/u,
  /\p{L}\u0640+\p{L}/u,
  /(?:\p{Script=Arabic}\u0651?[\u064b-\u0650\u0652\u0670]\u0651?){2}/u,
  /(?:\p{Script=Hebrew}[\u05b0-\u05bd\u05bf\u05c1\u05c2\u05c7]+\p{Lo}?){2}/u,
] as const;
const BEYOND_ASCII = /[^\0-\x7F]/;

const isTakenOut = (raw: string): boolean => BEYOND_ASCII.test(raw) && TAKEN_OUT.some((kind) => kind.test(raw));

export function viewsOf({ text }: LabelledText): readonly ViewName[] {
  if (text.raw.trim() === '') return [];
  const signs = new Set(cloakSigns(text));
  if (signs.has('spaced') || signs.has('leet') || signs.has('repeats')) return ['raw', 'squeezed'];
  if (signs.has('homoglyph')) return ['raw', 'skeleton'];
  return signs.size > 0 || isTakenOut(text.raw) ? ['raw', 'folded'] : ['raw'];
}
