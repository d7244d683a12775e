import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { turns } from '../src/turns.js';

describe('turns', () => {
  it('never runs more than the limit, runs everything, in order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ ticks: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }), { maxLength: 20 }),
        async (limit, jobs) => {
          const inTurn = turns(limit);
          let running = 0;
          let most = 0;
          const begun: number[] = [];
          const results = await Promise.allSettled(
            jobs.map(({ ticks, fails }, index) =>
              inTurn(async () => {
                begun.push(index);
                running += 1;
                most = Math.max(most, running);
                for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
                running -= 1;
                if (fails) throw new Error('work failed');
                return index;
              }),
            ),
          );
          expect(most).toBe(Math.min(limit, jobs.length));
          expect(begun).toEqual(jobs.map((_, index) => index));
          expect(results.map((result) => result.status)).toEqual(
            jobs.map(({ fails }) => (fails ? 'rejected' : 'fulfilled')),
          );
        },
      ),
    );
  });
});
