/** The nearest right word for a wrong one, for messages that help. */

/** Rows are as long as they are asked for here; the type checker cannot know. */
const at = (row: readonly number[], index: number): number => row[index] ?? 0;

/** Two letters that changed places are one slip of the keyboard, as a letter too few, too many or wrong is. */
function distance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(previous, j) + 1, at(row, j - 1) + 1, substitution, swap));
    }
    beforeLast = previous;
    previous = row;
  }
  return at(previous, b.length);
}

const parted = (word: string): string => `.${word.replaceAll('_', '.')}.`;
const SLIP = 2;

/** Null when nothing is near enough to be a likely slip of the keyboard. */
export function nearest(word: string, words: Iterable<string>): string | null {
  const wanted = word.toLowerCase().slice(0, 64);
  let best: string | null = null;
  let whole: string | null = null;
  // Of a word of two or three letters any other is two slips away.
  let bestDistance = (wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3))) + 1;
  for (const candidate of words) {
    const lower = candidate.toLowerCase();
    // `gambling` is a part of `goods.gambling`, `age` one of `age_days`, `notice_received` one of `valid_notice_received`.
    if (whole === null && wanted !== '' && parted(lower).includes(parted(wanted))) whole = candidate;
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const found = distance(wanted, lower);
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  // Many letters apart, a word within the other is the likelier meaning.
  return best === null || bestDistance > SLIP ? (whole ?? best) : best;
}

export function didYouMean(word: string, words: Iterable<string>): string {
  const best = nearest(word, words);
  return best === null ? '' : `; did you mean "${best}"?`;
}

/** More words than these are looked up, not read. */
const MOST_LISTED = 12;

/** The nearest right word, or all of them where they are few. */
export function didYouMeanOneOf(word: string, words: readonly string[]): string {
  const hint = didYouMean(word, words);
  const known = words.filter((one) => one !== '');
  return hint !== '' || known.length > MOST_LISTED ? hint : `; known are ${known.join(', ')}`;
}
