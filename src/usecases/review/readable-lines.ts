/** Lines beside a text that help people to read it: how Chinese sounds, other scripts in Latin letters, a disguise undone. */
import type { NormalisedText } from '../../domain.js';
import { readAloud } from '../../stages/normalise/pinyin.js';
import { cloakSigns } from '../../stages/normalise/signs.js';

export interface ReadableLine {
  readonly view: 'pinyin' | 'translit' | 'skeleton';
  readonly text: string;
}

/** They are for a glance; the text itself is always whole. */
const READABLE_CHARS = 2_000;
const HAN = /\p{Script=Han}/u;
const KANA = /\p{Script=Hiragana}|\p{Script=Katakana}/u;
const FOREIGN = /(?!\p{Script=Latin}|\p{Script=Han})\p{L}/u;

/** Without case, accents and line ends, which readers of the language can do without. */
const bare = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll(/\s+/g, ' ').trim().toLowerCase();

export function readableLines(text: NormalisedText): readonly ReadableLine[] {
  const raw = text.raw.slice(0, READABLE_CHARS);
  const lines: ReadableLine[] = [];
  if (HAN.test(raw) && !KANA.test(raw)) lines.push({ view: 'pinyin', text: readAloud(raw) });
  if (cloakSigns(text).length > 0) lines.push(viewOf(text, 'skeleton'));
  // Han in Japanese would be spelt as Chinese, which is worse than nothing.
  if (FOREIGN.test(raw) && !HAN.test(raw)) lines.push(viewOf(text, 'translit'));
  return lines.filter(
    (line, index) =>
      line.text !== '' &&
      bare(line.text) !== bare(raw) &&
      lines.findIndex((other) => bare(other.text) === bare(line.text)) === index,
  );
}

const viewOf = (text: NormalisedText, view: 'translit' | 'skeleton'): ReadableLine => ({
  view,
  text: text.view(view).text.slice(0, READABLE_CHARS),
});
