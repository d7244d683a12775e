import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reliabilityBins } from '../../../src/cli/eval/bins.js';
import type { Judged } from '../../../src/cli/eval/judged.js';
import { figuresOf } from '../../../src/cli/eval/metrics.js';

const judged = (pairs: readonly (readonly [number, 0 | 1])[]): Judged[] =>
  pairs.map(([p, y]) => ({ p, calibrated: p, harmful: y === 1 }));

test('known values: area, precision, F1, right on each side, calibration', () => {
  const figures = figuresOf(
    judged([
      [0.9, 1],
      [0.8, 0],
      [0.6, 1],
      [0.3, 0],
      [0.2, 0],
    ]),
    0,
    1,
  );
  expect(figures.auroc?.value).toBeCloseTo(5 / 6);
  expect(figures.auprc?.value).toBeCloseTo((1 + 2 / 3) / 2);
  expect(figures.f1?.value).toBeCloseTo(0.8);
  expect([figures.harmfulRight, figures.harmlessRight]).toEqual([1, 2 / 3]);
  expect(figures.ece).toBeCloseTo((0.1 + 0.8 + 0.4 + 0.3 + 0.2) / 5);
});

test('equal scores are worth one half', () => {
  expect(
    figuresOf(
      judged([
        [0.5, 1],
        [0.5, 0],
      ]),
      0,
      1,
    ).auroc?.value,
  ).toBe(0.5);
});

test('one class alone has no area but still a share that is right', () => {
  expect(
    figuresOf(
      judged([
        [0.1, 0],
        [0.9, 0],
      ]),
      10,
      1,
    ),
  ).toMatchObject({ auroc: null, harmfulRight: null, harmlessRight: 0.5, harmlessRightRange: { low: 0, high: 1 } });
});

test('the interval holds the value, and the same seed gives the same interval', () => {
  const row = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0 as const, 1 as const));
  fc.assert(
    fc.property(fc.array(row, { minLength: 40, maxLength: 80 }), (pairs) => {
      const rows = judged([...pairs, [0.5, 1], [0.5, 0]]);
      const { auroc } = figuresOf(rows, 60, 3);
      expect(auroc).toEqual(figuresOf(rows, 60, 3).auroc);
      expect(auroc?.low ?? 1).toBeLessThanOrEqual((auroc?.value ?? 0) + 0.1);
      expect(auroc?.high ?? 0).toBeGreaterThanOrEqual((auroc?.value ?? 1) - 0.1);
    }),
    { numRuns: 20 },
  );
});

test('precision, recall and confusion at the threshold', () => {
  const figures = figuresOf(
    judged([
      [0.9, 1],
      [0.8, 0],
      [0.6, 1],
      [0.3, 1],
      [0.2, 0],
    ]),
    50,
    1,
  );
  expect(figures.confusion).toEqual({ truePositive: 2, falsePositive: 1, falseNegative: 1, trueNegative: 1 });
  expect(figures.precision?.value).toBeCloseTo(2 / 3);
  expect(figures.recall?.value).toBeCloseTo(2 / 3);
  expect(figures.eceRange.value).toBe(figures.ece);
  expect(figures.eceRange.low).toBeLessThanOrEqual(figures.eceRange.high);
});

test('nothing flagged: no false alarm, nothing found', () => {
  expect(
    figuresOf(
      judged([
        [0.1, 1],
        [0.2, 0],
      ]),
      0,
      1,
    ),
  ).toMatchObject({ precision: { value: 1 }, recall: { value: 0 }, f1: { value: 0 } });
});

test('reliability: bins of fifteen with their means, empty ones left out', () => {
  const bins = reliabilityBins(
    judged([
      [0.01, 0],
      [0.03, 1],
      [1, 1],
    ]),
  );
  expect(bins).toHaveLength(2);
  expect(bins[0]).toEqual({ count: 2, p: 0.02, harmful: 0.5 });
  expect(bins[1]).toEqual({ count: 1, p: 1, harmful: 1 });
});

interface Reference {
  readonly cases: readonly {
    readonly name: string;
    readonly rows: readonly (readonly [number, 0 | 1])[];
    readonly auroc: number;
    readonly auprc: number;
    readonly f1: number;
    readonly precision: number;
    readonly recall: number;
    readonly ece: number;
  }[];
}
/** Printed by `python metric_reference.py` in training/. */
const reference = JSON.parse(await readFile(path.resolve('test/cli/eval/metric-reference.json'), 'utf8')) as Reference;

test.each(reference.cases)('the same figures as scikit-learn and numpy: $name', (wanted) => {
  const found = figuresOf(judged(wanted.rows), 0, 1);
  for (const name of ['auroc', 'auprc', 'f1', 'precision', 'recall'] as const) {
    expect(found[name]?.value, name).toBeCloseTo(wanted[name], 12);
  }
  expect(found.ece).toBeCloseTo(wanted.ece, 12);
});
