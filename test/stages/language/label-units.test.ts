import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelUnits } from '../../../src/stages/language/label-units.js';

const unit = (...guesses: [string, number][]) => ({
  guesses: guesses.map(([tag, confidence]) => ({ tag, confidence })),
  letters: 10,
});

test('a doubtful unit joins its neighbours, a sure one stands apart', () => {
  const sure = unit(['de', 0.99]);
  expect(labelUnits([sure, unit(['en', 0.6], ['de', 0.3]), sure])).toEqual(['de', 'de', 'de']);
  expect(labelUnits([sure, unit(['en', 0.999]), unit(['en', 0.999]), sure])).toEqual(['de', 'en', 'en', 'de']);
});

test('units without guesses cost nothing and follow', () => {
  expect(labelUnits([unit(['de', 0.9]), unit(), unit(['en', 0.99])])).toHaveLength(3);
  expect(labelUnits([unit(), unit()])).toEqual(['und', 'und']);
  expect(labelUnits([])).toEqual([]);
});

test('the labelling is the cheapest of all', () => {
  const tags: readonly string[] = ['a', 'b', 'c'];
  const units = fc.array(fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 5,
  });
  const costOf = (rows: readonly (readonly number[])[], labels: readonly string[]): number =>
    rows.reduce(
      (sum, row, index) =>
        sum -
        Math.log(row[tags.indexOf(labels[index] ?? '')] ?? 1) +
        (index > 0 && labels[index] !== labels[index - 1] ? 3.5 : 0),
      0,
    );
  const allLabels = (length: number): string[][] =>
    length === 0 ? [[]] : allLabels(length - 1).flatMap((head) => tags.map((tag) => [...head, tag]));
  fc.assert(
    fc.property(units, (rows) => {
      const found = labelUnits(
        rows.map((row) => unit(...tags.map((tag, index): [string, number] => [tag, row[index] ?? 0]))),
      );
      const least = Math.min(...allLabels(rows.length).map((labels) => costOf(rows, labels)));
      expect(costOf(rows, found)).toBeCloseTo(least, 6);
    }),
    { numRuns: 200 },
  );
});
