/** What must stand beside a hit: words looked for once a text, however many entries and hits ask for them. */
import type { NormalisedText, Span, TextView, ViewName } from '../../domain.js';
import { startsWord } from './boundary.js';

/** One of these, in folded spelling, within reach of the hit and not inside it. */
export interface Beside {
  readonly words: readonly string[];
  /** UTF-16 units of the original text to either side. */
  readonly reach: number;
  /** Part of what is found: it begins where a word does and is among the spans. Else it only makes the hit likely. */
  readonly together: boolean;
  /** Views whose hits need it; null: all. */
  readonly views: readonly ViewName[] | null;
}

export interface Surroundings {
  /** Places of the parts that stand together with a hit; null: something that a hit of this view needs is missing. */
  partsOf(wanted: readonly Beside[], view: ViewName, hit: Span): readonly Span[] | null;
}

function occurrences({ text, toRaw }: TextView, word: string, whole: boolean): readonly Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (!whole || startsWord(text, at)) found.push(toRaw({ start: at, end: at + word.length }));
  }
  return found;
}

/** Index of the first that begins at `start` or later; all are in the order of the text. */
function firstFrom(spans: readonly Span[], start: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function within(spans: readonly Span[], hit: Span, reach: number): Span | null {
  for (let at = firstFrom(spans, hit.start - reach); at < spans.length; at += 1) {
    const span = spans[at];
    if (span === undefined || span.end > hit.end + reach) return null;
    if (span.end <= hit.start || span.start >= hit.end) return span;
  }
  return null;
}

export function surroundingsOf(text: NormalisedText): Surroundings {
  const begun = new Map<string, readonly Span[]>();
  const anywhere = new Map<string, readonly Span[]>();
  const placesOfWord = (word: string, whole: boolean): readonly Span[] => {
    const kept = whole ? begun : anywhere;
    const known = kept.get(word) ?? occurrences(text.view('folded'), word, whole);
    kept.set(word, known);
    return known;
  };
  const placeOf = ({ words, reach, together }: Beside, hit: Span): Span | null => {
    for (const word of words) {
      const place = within(placesOfWord(word, together), hit, reach);
      if (place !== null) return place;
    }
    return null;
  };
  return {
    partsOf(wanted, view, hit) {
      const parts: Span[] = [];
      for (const one of wanted) {
        if (one.views !== null && !one.views.includes(view)) continue;
        const place = placeOf(one, hit);
        if (place === null) return null;
        if (one.together) parts.push(place);
      }
      return parts;
    },
  };
}
