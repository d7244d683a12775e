/** Letters written as digits or signs, and letters held down. Works on joined skeleton text. */
import { type Mapped, relabelled, writeFrom } from './mapped.js';
import { pointAt, unitTable, widthOf } from './unit-table.js';

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
const SIGN_RUN = /[0-9@$!|€]+/g;
const IN_WORD = /[a-z0-9@$!|€]/;
const LETTER = /[a-z]/;

/** True when the word reads as letters in disguise, not as a quantity, a model number or an exclamation. */
function looksLeet(word: string): boolean {
  if (!LETTER.test(word)) return false;
  if (/^\d{2}/.test(word) || /\d{4}/.test(word)) return false;
  return !/^\d[a-z]{1,2}$/.test(word);
}

function spellOut(word: string): string {
  if (!looksLeet(word)) return word;
  let end = word.length;
  while (end > 0 && '!|'.includes(word.charAt(end - 1))) end -= 1;
  return word.slice(0, end).replace(/[^a-z]/g, (sign) => SIGNS[sign] ?? sign) + word.slice(end);
}

export function toUnleet(source: Mapped): Mapped {
  const { text } = source;
  if (!WORTH.test(text)) return source;
  let [out, done] = ['', 0];
  for (const match of text.matchAll(SIGN_RUN)) {
    if (match.index < done) continue;
    let [from, to] = [match.index, match.index + match[0].length];
    while (from > done && IN_WORD.test(text.charAt(from - 1))) from -= 1;
    while (to < text.length && IN_WORD.test(text.charAt(to))) to += 1;
    out += text.slice(done, from) + spellOut(text.slice(from, to));
    done = to;
  }
  return relabelled(source, out + text.slice(done));
}

/** A squeezed text and, for each of its units, how many times it stood in a row. */
export interface Squeezed {
  readonly mapped: Mapped;
  /** Null when nothing was squeezed. */
  readonly runs: readonly number[] | null;
}

const isLetter = unitTable((unit) => (/\p{L}/u.test(unit) ? 1 : 0));

/** End of the run of the letter that begins at `at`. */
function runEnd(text: string, at: number, point: number): number {
  const width = widthOf(point);
  let to = at + width;
  if (text.codePointAt(to) !== point || isLetter(point) === 0) return to;
  while (text.codePointAt(to) === point) to += width;
  return to;
}

function hasRun(text: string): boolean {
  for (let at = 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === text.charCodeAt(at - 1) && isLetter(code) === 1) return true;
    if (code >= 0xd800 && code <= 0xdbff && text.codePointAt(at) === text.codePointAt(at - 2)) return true;
  }
  return false;
}

export function toSqueezed(source: Mapped): Squeezed {
  const { text } = source;
  if (!hasRun(text)) return { mapped: source, runs: null };
  const out = writeFrom(source);
  const runs: number[] = [];
  for (let at = 0; at < text.length; ) {
    const point = pointAt(text, at);
    const [width, to] = [widthOf(point), runEnd(text, at, point)];
    out.put(text.slice(at, at + width), at, to);
    for (let i = 0; i < width; i += 1) runs.push((to - at) / width);
    at = to;
  }
  return { mapped: out.done(), runs };
}
