import { Readable, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { rejudgeCommand } from '../../src/cli/rejudge.js';

it.each(['0', '-1', '1.5', 'all', ''])('--most %j is refused before a store is opened', async (most) => {
  const sink = new Writable();
  const io = { stdin: Readable.from([]), stdout: sink, stderr: sink };
  const opened = rejudgeCommand([`--most=${most}`], io, () => Promise.reject(new Error('opened')), null);
  await expect(opened).rejects.toMatchObject({ code: 'usage' });
});
