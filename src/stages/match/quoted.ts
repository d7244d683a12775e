/** What a note repeats of somebody else: between quotation marks, with enough words of the writer's own around it. */
import type { CategoryId } from '../../categories.js';
import type { Span } from '../../domain.js';

const QUOTED =
  /«[^«»]{1,300}»|»[^«»]{1,300}«|„[^„“”]{1,300}[“”]|“[^“”]{1,300}”|「[^「」]{1,300}」|『[^『』]{1,300}』|"[^"]{1,300}"/gu;
const LETTER = /\p{L}/gu;
/** Fewer letters beside the quotation are no report: «Listen: "…"». */
const LEAST_OWN = 8;
/** A wording of these that is repeated may be its victim's report, so that a person looks before anything is hidden. */
const SAID_TO_SOMEBODY = ['violence.', 'hate.', 'harass.'];

export const QUOTED_WEIGHT = 0.65;

export const isSaidToSomebody = (category: CategoryId): boolean =>
  SAID_TO_SOMEBODY.some((prefix) => category.startsWith(prefix));

const lettersIn = (text: string): number => text.match(LETTER)?.length ?? 0;

/** None where the quotation is most of the text: whoever wants to say it only puts marks around it. */
export function quotedSpans(raw: string): readonly Span[] {
  const spans = [...raw.matchAll(QUOTED)].map(({ 0: text, index }) => ({ start: index, end: index + text.length }));
  const quoted = spans.reduce((sum, { start, end }) => sum + lettersIn(raw.slice(start, end)), 0);
  const own = lettersIn(raw) - quoted;
  return own >= LEAST_OWN && own * 2 >= quoted ? spans : [];
}
