/** Korean written as loose jamo or typed on a Latin keyboard, put together again. The only importer of `es-hangul`. */
import { assemble, convertQwertyToHangul, disassemble } from 'es-hangul';
import { type Mapped, type MapWriter, writeFrom } from './mapped.js';

const HANGUL = /[\u1100-\u1112\u1161-\u1175\u11a8-\u11c2\u3131-\u3163\uac00-\ud7a3]/;
const LOOSE = /[\u1100-\u1112\u1161-\u1175\u11a8-\u11c2\u3131-\u3163]/;
const PIECE = /[\u1100-\u1112\u1161-\u1175\u11a8-\u11c2\u3131-\u3163\uac00-\ud7a3]+|[a-z]+/g;
const SYLLABLES_ONLY = /^[\uac00-\ud7a3]{2,}$/;
/** Longest run that is assembled at once: the library's work grows with its square. */
const RUN_LIMIT = 48;
/** Typed Hangul is looked for where there is Hangul, or in a text as short as a nickname. */
const SHORT_TEXT = 40;

const LEADS = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';
const TAILS = 'ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ';

/** Conjoining jamo as the compatibility letters that the library reads. */
function toCompatibility(unit: string): string {
  const code = unit.charCodeAt(0);
  if (code >= 0x1100 && code <= 0x1112) return LEADS.charAt(code - 0x1100);
  if (code >= 0x1161 && code <= 0x1175) return String.fromCharCode(code - 0x1161 + 0x314f);
  if (code >= 0x11a8 && code <= 0x11c2) return TAILS.charAt(code - 0x11a8);
  return unit;
}

/** The library throws on some orders of vowels; such letters spell nothing and stay as they are. */
function orNull(compose: () => string): string | null {
  try {
    return compose();
  } catch {
    return null;
  }
}

function putRun(out: MapWriter, run: string, from: number): void {
  const letters: string[] = [];
  const places: number[] = [];
  for (let i = 0; i < run.length; i += 1) {
    for (const letter of disassemble(toCompatibility(run.charAt(i)))) {
      letters.push(letter);
      places.push(from + i);
    }
  }
  const assembled = orNull(() => assemble(letters));
  if (assembled === null) {
    putAsIs(out, run, from);
    return;
  }
  let used = 0;
  for (const syllable of assembled) {
    const first = places[used] ?? from;
    used = Math.min(used + disassemble(syllable).length, places.length);
    out.put(syllable, first, (places[used - 1] ?? first) + 1);
  }
}

function putHangul(out: MapWriter, piece: string, from: number): void {
  for (let at = 0; at < piece.length; at += RUN_LIMIT) {
    const run = piece.slice(at, at + RUN_LIMIT);
    if (LOOSE.test(run)) putRun(out, run, from + at);
    else putAsIs(out, run, from + at);
  }
}

function putAsIs(out: MapWriter, text: string, from: number): void {
  for (let i = 0; i < text.length; i += 1) out.put(text.charAt(i), from + i, from + i + 1);
}

function putTyped(out: MapWriter, word: string, from: number): void {
  const fits = word.length >= 4 && word.length <= RUN_LIMIT;
  const typed = (fits ? orNull(() => convertQwertyToHangul(word)) : null) ?? '';
  if (SYLLABLES_ONLY.test(typed)) putTypedSyllables(out, typed, from, word.length);
  else putAsIs(out, word, from);
}

/** Every syllable took as many keys as it has letters. */
function putTypedSyllables(out: MapWriter, typed: string, from: number, keys: number): void {
  let used = 0;
  for (const syllable of typed) {
    const next = Math.min(used + disassemble(syllable).length, keys);
    out.put(syllable, from + used, from + Math.max(next, used + 1));
    used = next;
  }
}

export const hasHangul = (text: string): boolean => HANGUL.test(text);

export function toJamoAssembled(source: Mapped): Mapped {
  const { text } = source;
  const typed = text.length <= SHORT_TEXT || hasHangul(text);
  if (!typed && !LOOSE.test(text)) return source;
  const out = writeFrom(source);
  let at = 0;
  for (const match of text.matchAll(PIECE)) {
    putAsIs(out, text.slice(at, match.index), at);
    if (HANGUL.test(match[0])) putHangul(out, match[0], match.index);
    else putTyped(out, match[0], match.index);
    at = match.index + match[0].length;
  }
  putAsIs(out, text.slice(at), at);
  return out.done();
}
