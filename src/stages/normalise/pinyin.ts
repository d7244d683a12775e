/** Toneless pinyin of Chinese text. The only importer of `pinyin-pro`, loaded when first needed. */
import { createRequire } from 'node:module';
import { type Mapped, writeFrom } from './mapped.js';
import { foldSyllable, splitSyllables } from './syllables.js';

const load = createRequire(import.meta.url);
const HAN = /\p{Script=Han}/u;
const known = new Map<string, string>();
const KNOWN_LIMIT = 32_768;

type Read = (text: string, options: { toneType: 'none' | 'symbol'; v: true; nonZh?: 'consecutive' }) => string;
let reader: Read | null = null;
function read(...asked: Parameters<Read>): string {
  reader ??= (load('pinyin-pro') as typeof import('pinyin-pro')).pinyin;
  return reader(...asked);
}

/** One reading for each character, whatever stands around it: term and text must come out alike. */
function syllableOf(character: string): string {
  const cached = known.get(character);
  if (cached !== undefined) return cached;
  const syllable = foldSyllable(read(character, { toneType: 'none', v: true }).toLowerCase());
  const usable = /^[a-z]+$/.test(syllable) ? syllable : character;
  if (known.size < KNOWN_LIMIT) known.set(character, usable);
  return usable;
}

interface Piece {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly syllable: boolean;
}

const WORD = /\p{Script=Han}|[a-z]+|[^\p{Script=Han}a-z]+/gu;

/** Latin words that spell syllables from end to end are syllables too: `weixin`. */
function splitWord(word: string, from: number): readonly Piece[] {
  const lengths = word.length <= 24 ? splitSyllables(word) : null;
  if (lengths === null || lengths.length < 2) return [{ text: word, from, to: from + word.length, syllable: true }];
  let at = from;
  return lengths.map((length) => {
    const piece = {
      text: foldSyllable(word.slice(at - from, at - from + length)),
      from: at,
      to: at + length,
      syllable: true,
    };
    at += length;
    return piece;
  });
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const match of text.matchAll(WORD)) {
    const [unit] = match;
    const [from, to] = [match.index, match.index + unit.length];
    if (HAN.test(unit)) pieces.push({ text: syllableOf(unit), from, to, syllable: true });
    else if (/^[a-z]/.test(unit)) pieces.push(...splitWord(unit, from));
    else pieces.push({ text: unit, from, to, syllable: false });
  }
  return pieces;
}

/** Syllables with a space between neighbours: `加weixin` gives `jia wei xin`. */
export function toPinyin(source: Mapped): Mapped {
  const out = writeFrom(source);
  let afterSyllable = false;
  for (const piece of piecesOf(source.text)) {
    if (!piece.syllable) {
      for (let i = piece.from; i < piece.to; i += 1) out.put(source.text.charAt(i), i, i + 1);
    } else {
      out.put(afterSyllable ? ` ${piece.text}` : piece.text, piece.from, piece.to);
    }
    afterSyllable = piece.syllable;
  }
  return out.done();
}

/** First letters of Chinese characters; everything else stays. */
export function toInitials(source: Mapped): Mapped {
  if (!HAN.test(source.text)) return source;
  const out = writeFrom(source);
  let at = 0;
  for (const unit of source.text) {
    const piece = HAN.test(unit) ? syllableOf(unit).charAt(0) : unit;
    out.put(piece === '' ? unit : piece, at, at + unit.length);
    at += unit.length;
  }
  return out.done();
}

/** For people: with tones, each character as it sounds among its neighbours. Nothing is matched by it. */
export const readAloud = (text: string): string =>
  read(text, { toneType: 'symbol', v: true, nonZh: 'consecutive' })
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/ (?=[\p{Po}\p{Pe}])/gu, '');
