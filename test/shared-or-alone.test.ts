import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharedOrAlone } from '../src/shared-or-alone.js';

test('what runs alone never meets anything else, everything runs, and a failure frees its place', async () => {
  const orders = fc.array(fc.record({ alone: fc.boolean(), fails: fc.boolean(), ms: fc.nat({ max: 3 }) }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(orders, async (list) => {
      const gate = sharedOrAlone();
      let running = 0;
      let ran = 0;
      const met: number[] = [];
      const work =
        ({ alone, fails, ms }: (typeof list)[number]) =>
        async () => {
          running += 1;
          ran += 1;
          if (alone) met.push(running);
          await sleep(ms);
          if (alone) met.push(running);
          running -= 1;
          if (fails) throw new Error('as ordered');
        };
      await Promise.allSettled(list.map((one) => (one.alone ? gate.alone(work(one)) : gate.shared(work(one)))));
      expect(ran).toBe(list.length);
      expect(met.every((count) => count === 1)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('shared work runs side by side', async () => {
  const gate = sharedOrAlone();
  let most = 0;
  let running = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await sleep(1);
    running -= 1;
  };
  await Promise.all([gate.shared(work), gate.shared(work), gate.shared(work)]);
  expect(most).toBe(3);
});
