/** Where a word may begin and end, by script. Never `\b`, which knows ASCII only. */
import { pointAt, unitTable } from '../normalise/unit-table.js';

type Kind = 'other' | 'word' | 'free' | 'hangul' | 'mark';
const KINDS: readonly Kind[] = ['other', 'word', 'free', 'hangul', 'mark'];

/** Scripts that write no spaces: a word may begin and end anywhere between letters. */
const FREE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc]/u;
const HANGUL = /\p{Script=Hangul}/u;
const MARK = /\p{M}/u;
const WORD = /[\p{L}\p{N}]/u;

/** Index of KINDS. */
const kindIndex = unitTable((unit) => {
  if (MARK.test(unit)) return 4;
  if (FREE.test(unit)) return 2;
  if (HANGUL.test(unit)) return 3;
  return WORD.test(unit) ? 1 : 0;
});
const kindOf = (point: number): Kind => KINDS[kindIndex(point)] ?? 'other';

const kindAt = (text: string, at: number): Kind => (at < text.length ? kindOf(pointAt(text, at)) : 'other');

function widthBefore(text: string, at: number): number {
  const low = text.charCodeAt(at - 1);
  const high = at > 1 ? text.charCodeAt(at - 2) : 0;
  return low >= 0xdc00 && low <= 0xdfff && high >= 0xd800 && high <= 0xdbff ? 2 : 1;
}

/** Kind of the letter that ends at `at`; marks belong to the letter before them. */
function kindBefore(text: string, at: number): Kind {
  let end = at;
  for (let steps = 0; end > 0 && steps < 16; steps += 1) {
    end -= widthBefore(text, end);
    const kind = kindAt(text, end);
    if (kind !== 'mark') return kind;
  }
  return end > 0 ? 'word' : 'other';
}

/** Short words that Arabic and Hebrew write joined to the next one, in folded spelling. */
const CLITICS: ReadonlySet<string> = new Set(
  'ال و وال ف فال ب بال وب ل لل ولل ك كال س سي ה ו ב ל מ ש כ וה שה בה לה מה כש'.split(' '),
);
const CLITIC_SCRIPT = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
const ARABIC_ENDINGS: ReadonlySet<string> = new Set('ه ها هم هن ك كم ي نا ات ين ون ان ا'.split(' '));
const LONGEST_CLITIC = 3;

function letterRunBefore(text: string, at: number): string | null {
  let from = at;
  while (from > 0 && at - from <= LONGEST_CLITIC && CLITIC_SCRIPT.test(text.charAt(from - 1))) from -= 1;
  return at - from > LONGEST_CLITIC || kindBefore(text, from) === 'word' ? null : text.slice(from, at);
}

function letterRunAfter(text: string, at: number): string | null {
  let to = at;
  while (to < text.length && to - at <= LONGEST_CLITIC && CLITIC_SCRIPT.test(text.charAt(to))) to += 1;
  return to - at > LONGEST_CLITIC || kindAt(text, to) === 'word' ? null : text.slice(at, to);
}

/** Particles and endings that Korean joins to a noun; what follows them is not looked at. */
const PARTICLES =
  /^(?:은|는|이|가|을|를|의|에|께|로|으로|와|과|랑|하고|도|만|까지|부터|처럼|같|보다|야|아|라|다|요|입|예|네|들|님|씨|하|한|해|할|합|했|된|되|됩|드|있|없|중|및|나|든|뿐|인|임)/;

export function startsWord(text: string, at: number): boolean {
  const first = kindAt(text, at);
  if (first === 'mark') return false;
  if (first === 'hangul') return kindBefore(text, at) !== 'hangul';
  if (first !== 'word' || kindBefore(text, at) !== 'word') return true;
  if (!CLITIC_SCRIPT.test(text.charAt(at))) return false;
  const before = letterRunBefore(text, at);
  return before !== null && CLITICS.has(before);
}

export function endsWord(text: string, at: number): boolean {
  const next = kindAt(text, at);
  if (next === 'mark') return false;
  const last = kindBefore(text, at);
  if (last === 'hangul') return next !== 'hangul' || PARTICLES.test(text.slice(at, at + 4));
  if (last !== 'word' || next !== 'word') return true;
  if (!CLITIC_SCRIPT.test(text.charAt(at - 1))) return false;
  const after = letterRunAfter(text, at);
  return after !== null && ARABIC_ENDINGS.has(after);
}

/** Nothing but a mark can be cut off: true for every script at the end of a letter. */
export const endsLetter = (text: string, at: number): boolean => kindAt(text, at) !== 'mark';

const SEGMENT_WINDOW = 24;
const segmenters = new Map<string, Intl.Segmenter>();

/** Whether a dictionary parts the text at both ends; for words of no-space scripts that hide inside others. */
export function isSegment(
  text: string,
  span: { readonly start: number; readonly end: number },
  language: string,
): boolean {
  const segmenter = segmenters.get(language) ?? new Intl.Segmenter(language, { granularity: 'word' });
  segmenters.set(language, segmenter);
  const from = Math.max(0, span.start - SEGMENT_WINDOW);
  const segments = segmenter.segment(text.slice(from, span.end + SEGMENT_WINDOW));
  const isEdge = (at: number): boolean => (segments.containing(at)?.index ?? at) === at;
  return isEdge(span.start - from) && isEdge(span.end - from);
}
