import fc from 'fast-check';
import { expect, test } from 'vitest';
import { figuresOf } from '../../../src/cli/eval/metrics.js';
import { curvePoints } from '../../../src/cli/eval/points.js';

const judged = (pairs: readonly (readonly [number, boolean])[]) =>
  pairs.map(([p, harmful]) => ({ p, calibrated: p, harmful }));

test('points worked out by hand; equal scores make one point', () => {
  const found = curvePoints(
    judged([
      [0.9, true],
      [0.5, false],
      [0.5, true],
      [0.1, false],
    ]),
  );
  expect(found?.roc).toEqual([
    { x: 0, y: 0 },
    { x: 0, y: 0.5 },
    { x: 0.5, y: 1 },
    { x: 1, y: 1 },
  ]);
  expect(found?.precisionRecall).toEqual([
    { x: 0.5, y: 1 },
    { x: 1, y: 2 / 3 },
    { x: 1, y: 0.5 },
  ]);
  expect(curvePoints(judged([[0.4, true]]))).toBeNull();
});

test('the area under the points is the AUROC, whole or thinned', () => {
  const row = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean());
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 400 }), (pairs) => {
      const rows = judged([...pairs, [0.4, true], [0.6, false]]);
      const roc = curvePoints(rows)?.roc ?? [];
      const area = roc.slice(1).reduce((sum, { x, y }, i) => {
        const before = roc[i] ?? { x: 0, y: 0 };
        return sum + ((x - before.x) * (y + before.y)) / 2;
      }, 0);
      expect(Math.abs(area - (figuresOf(rows, 0, 1).auroc?.value ?? -1))).toBeLessThan(0.01);
      expect(roc.length).toBeLessThanOrEqual(160);
    }),
  );
});
