import type { LanguageGuess, LanguageTag } from '../../domain.js';

/** Cost of changing the language between two units, in nats; chosen so that a borrowed word never opens a segment. */
const SWITCH_COST = 3.5;
const FLOOR = 0.002;
const CANDIDATES = 3;

/** The cheapest labelling of neighbouring units (Viterbi over the best candidates of each). */
export const labelUnits = (
  units: readonly { readonly guesses: readonly LanguageGuess[]; readonly letters: number }[],
): readonly LanguageTag[] => {
  const tags = [...new Set(units.flatMap(({ guesses }) => guesses.slice(0, CANDIDATES).map((guess) => guess.tag)))];
  if (tags.length === 0) return units.map(() => 'und');
  if (tags.length === 1) return units.map(() => tags[0] ?? 'und');
  return cheapest(
    units.map(({ guesses }) => costsOf(guesses, tags)),
    tags,
  );
};

const costsOf = (guesses: readonly LanguageGuess[], tags: readonly LanguageTag[]): readonly number[] =>
  tags.map((tag) => {
    if (guesses.length === 0) return 0;
    return -Math.log(Math.max(FLOOR, guesses.find((guess) => guess.tag === tag)?.confidence ?? 0));
  });

const cheapest = (costs: readonly (readonly number[])[], tags: readonly LanguageTag[]): readonly LanguageTag[] => {
  const arrivals: number[][] = [];
  let totals: readonly number[] = tags.map(() => 0);
  for (const cost of costs) {
    const best = indexOfLeast(totals);
    const from = totals.map((total, tag) => (total <= (totals[best] ?? 0) + SWITCH_COST ? tag : best));
    const before = totals;
    totals = tags.map((_, tag) => {
      const origin = from[tag] ?? tag;
      return (before[origin] ?? 0) + (origin === tag ? 0 : SWITCH_COST) + (cost[tag] ?? 0);
    });
    arrivals.push(from);
  }
  return walkBack(arrivals, indexOfLeast(totals), tags);
};

const indexOfLeast = (values: readonly number[]): number =>
  values.reduce((best, value, index) => (value < (values[best] ?? 0) ? index : best), 0);

const walkBack = (arrivals: readonly (readonly number[])[], last: number, tags: readonly LanguageTag[]) => {
  const labels: LanguageTag[] = [];
  let at = last;
  for (let index = arrivals.length - 1; index >= 0; index -= 1) {
    labels.unshift(tags[at] ?? 'und');
    at = arrivals[index]?.[at] ?? at;
  }
  return labels;
};
