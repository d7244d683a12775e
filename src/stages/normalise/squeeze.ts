/** Letters written as digits or signs, and letters held down. Works on joined skeleton text. */
import { type Mapped, relabelled, writeFrom } from './mapped.js';

const SIGNS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
  '€': 'e',
};
const WORTH = /[a-z][0-9@$!|€]|[0-9@$!|€][a-z]/;
/** A word with Latin letters and signs; marks and letters of other scripts end it. */
const WORD = /[a-z0-9@$!|€]+/g;
const LETTER = /[a-z]/;

/** True when the word reads as letters in disguise, not as a quantity, a model number or an exclamation. */
function looksLeet(word: string): boolean {
  if (!LETTER.test(word)) return false;
  if (/^\d{2}/.test(word) || /\d{4}/.test(word)) return false;
  return !/^\d[a-z]{1,2}$/.test(word);
}

export function toUnleet(source: Mapped): Mapped {
  const { text } = source;
  if (!WORTH.test(text)) return source;
  const spelled = text.replace(WORD, (word) => {
    if (!looksLeet(word)) return word;
    const core = word.replace(/[!|]+$/, '');
    return core.replace(/[^a-z]/g, (sign) => SIGNS[sign] ?? sign) + word.slice(core.length);
  });
  return relabelled(source, spelled);
}

/** A squeezed text and, for each of its units, how many times it stood in a row. */
export interface Squeezed {
  readonly mapped: Mapped;
  /** Null when nothing was squeezed. */
  readonly runs: readonly number[] | null;
}

const LETTER_RUN = /(\p{L})\1/u;
const ANY_LETTER = /\p{L}/u;

export function toSqueezed(source: Mapped): Squeezed {
  const { text } = source;
  if (!LETTER_RUN.test(text)) return { mapped: source, runs: null };
  const out = writeFrom(source);
  const runs: number[] = [];
  for (let at = 0; at < text.length; ) {
    const unit = String.fromCodePoint(text.codePointAt(at) ?? 0);
    let to = at + unit.length;
    if (ANY_LETTER.test(unit)) while (text.startsWith(unit, to)) to += unit.length;
    out.put(unit, at, to);
    for (let i = 0; i < unit.length; i += 1) runs.push((to - at) / unit.length);
    at = to;
  }
  return { mapped: out.done(), runs };
}
