import { expect, it } from 'vitest';
import { openOnce } from '../src/open-once.js';

it('opens once for all who ask, and again after a failure', async () => {
  let opened = 0;
  const answers: (() => Promise<number>)[] = [() => Promise.reject(new Error('no memory')), async () => 7];
  const get = openOnce(() => {
    opened += 1;
    return (answers[opened - 1] ?? (async () => 0))();
  });
  expect((await Promise.allSettled([get(), get()])).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(opened).toBe(1);
  expect(await Promise.all([get(), get()])).toEqual([7, 7]);
  expect(opened).toBe(2);
});
