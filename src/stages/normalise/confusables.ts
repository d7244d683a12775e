/** Look-alike letters inside one word, undone for comparing (UTS #39 idea). The only reader of `unhomoglyph`. */
import { createRequire } from 'node:module';
import { type Mapped, writeFrom } from './mapped.js';
import { pointAt, unitTable } from './unit-table.js';

const load = createRequire(import.meta.url);

/** Letters whose likeness shows in one case only, which the confusables data of Unicode leave out. */
const MORE: Readonly<Record<string, string>> = {
  к: 'k',
  т: 't',
  м: 'm',
  в: 'b',
  н: 'h',
  ү: 'y',
  г: 'r',
  і: 'i',
  ї: 'i',
  є: 'e',
  α: 'a',
  β: 'b',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ω: 'w',
  γ: 'y',
  ᴀ: 'a',
  ʙ: 'b',
  ᴄ: 'c',
  ᴅ: 'd',
  ᴇ: 'e',
  ꜰ: 'f',
  ɢ: 'g',
  ʜ: 'h',
  ɪ: 'i',
  ᴊ: 'j',
  ᴋ: 'k',
  ʟ: 'l',
  ᴍ: 'm',
  ɴ: 'n',
  ᴏ: 'o',
  ᴘ: 'p',
  ʀ: 'r',
  ꜱ: 's',
  ᴛ: 't',
  ᴜ: 'u',
  ᴠ: 'v',
  ᴡ: 'w',
  ʏ: 'y',
  ᴢ: 'z',
  ɑ: 'a',
  ɡ: 'g',
  ɩ: 'i',
};
const TO_CYRILLIC: Readonly<Record<string, string>> = {
  a: 'а',
  b: 'в',
  c: 'с',
  e: 'е',
  h: 'н',
  i: 'і',
  j: 'ј',
  k: 'к',
  m: 'м',
  o: 'о',
  p: 'р',
  s: 'ѕ',
  t: 'т',
  x: 'х',
  y: 'у',
  '3': 'з',
  '0': 'о',
};

const LOOK_ALIKE_SCRIPT =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}\p{Script=Deseret}]/u;
const PHONETIC = /[\u0250-\u02af\u1d00-\u1dbf\ua720-\ua7ff]/;
const WORTH = new RegExp(`${LOOK_ALIKE_SCRIPT.source}|${PHONETIC.source}`, 'u');
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Without a Latin letter there is nothing to mistake. */
const LATIN = /\p{Script=Latin}/u;

let table: ReadonlyMap<string, string> | null = null;
/** Letters that look like one plain Latin letter. Built when first asked for. */
function lookAlikes(): ReadonlyMap<string, string> {
  if (table !== null) return table;
  const listed = load('unhomoglyph/data.json') as Readonly<Record<string, string>>;
  const built = new Map<string, string>();
  for (const [from, to] of Object.entries(listed)) {
    const plain = to.toLowerCase();
    const key = from.toLowerCase();
    if (/^[a-z]$/.test(plain) && (LOOK_ALIKE_SCRIPT.test(key) || PHONETIC.test(key))) built.set(key, plain);
  }
  for (const [from, to] of Object.entries(MORE)) built.set(from, to);
  table = built;
  return built;
}

type Reading = 'latin' | 'cyrillic' | 'keep';
interface Counts {
  readonly latin: number;
  readonly other: number;
  readonly cyrillic: number;
}

type Script = 'none' | 'latin' | 'phonetic' | 'cyrillic' | 'other';
const SCRIPTS: readonly Script[] = ['none', 'latin', 'phonetic', 'cyrillic', 'other'];
const scriptIndex = unitTable((unit) => {
  if (PHONETIC.test(unit)) return 2;
  if (/\p{Script=Latin}/u.test(unit)) return 1;
  if (/\p{Script=Cyrillic}/u.test(unit)) return 3;
  return LOOK_ALIKE_SCRIPT.test(unit) ? 4 : 0;
});
const scriptOf = (letter: string): Script => SCRIPTS[scriptIndex(pointAt(letter, 0))] ?? 'none';
const isLookAlike = (letter: string): boolean => scriptOf(letter) === 'cyrillic' || scriptOf(letter) === 'other';

function countScripts(text: string): Counts {
  let [latin, other, cyrillic] = [0, 0, 0];
  for (const letter of text) {
    const script = scriptOf(letter);
    if (script === 'latin') latin += 1;
    else if (script === 'cyrillic' || script === 'other') {
      other += 1;
      if (script === 'cyrillic') cyrillic += 1;
    }
  }
  return { latin, other, cyrillic };
}

/**
 * Only a word that mixes scripts is read anew, as the script that can spell it whole; where both can,
 * the script of the rest of the text decides. A word of look-alikes alone counts as mixed inside Latin text.
 */
function readingOf(word: string, around: Counts): Reading {
  const counts = countScripts(word);
  const letters = lookAlikes();
  if (counts.other === 0) return PHONETIC.test(word) ? 'latin' : 'keep';
  const toLatin = [...word].every((letter) => !isLookAlike(letter) || letters.has(letter));
  const restLatin = around.latin - counts.latin;
  const restOther = around.other - counts.other;
  if (counts.latin === 0) return toLatin && counts.other > 1 && restLatin > restOther ? 'latin' : 'keep';
  const toCyrillic =
    counts.cyrillic === counts.other &&
    [...word].every((letter) => scriptOf(letter) !== 'latin' || letter in TO_CYRILLIC);
  if (toLatin && toCyrillic) return restOther > restLatin ? 'cyrillic' : 'latin';
  if (toLatin) return 'latin';
  return toCyrillic ? 'cyrillic' : 'keep';
}

const respell = (letter: string, reading: Reading): string =>
  reading === 'cyrillic' ? (TO_CYRILLIC[letter] ?? letter) : (lookAlikes().get(letter) ?? letter);

export function toSkeleton(source: Mapped): Mapped {
  const { text } = source;
  if (!WORTH.test(text) || !LATIN.test(text)) return source;
  const around = countScripts(text);
  const out = writeFrom(source);
  let at = 0;
  const keep = (to: number): void => {
    for (; at < to; at += 1) out.put(text.charAt(at), at, at + 1);
  };
  for (const match of text.matchAll(WORD)) {
    const word = match[0];
    const reading = WORTH.test(word) ? readingOf(word, around) : 'keep';
    if (reading === 'keep') continue;
    keep(match.index);
    for (const letter of word) {
      out.put(respell(letter, reading), at, at + letter.length);
      at += letter.length;
    }
  }
  keep(text.length);
  return out.done();
}
