import { expect, it } from 'vitest';
import { closeAll } from '../src/close-all.js';

const opened = (...names: readonly string[]) => {
  const closed: string[] = [];
  const closers = names.map((name) => async () => {
    closed.push(name);
    if (name.startsWith('bad')) throw new Error(name);
  });
  return { closed, closers };
};

it('closes the latest first, once', async () => {
  const { closed, closers } = opened('a', 'b');
  await closeAll(closers);
  await closeAll(closers);
  expect(closed).toEqual(['b', 'a']);
});

it('closes all, though some fail, and says each fault', async () => {
  const one = opened('a', 'bad 1', 'b');
  await expect(closeAll(one.closers)).rejects.toThrow(/^bad 1$/u);
  expect(one.closed).toEqual(['b', 'bad 1', 'a']);
  const two = opened('bad 1', 'a', 'bad 2');
  await expect(closeAll(two.closers)).rejects.toThrow('2 parts did not close: bad 2; bad 1');
  expect(two.closed).toEqual(['bad 2', 'a', 'bad 1']);
});
