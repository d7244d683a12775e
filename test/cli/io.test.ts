import { PassThrough } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { endWithReader } from '../../src/cli/io.js';

const broken = (code: string) => Object.assign(new Error(`write ${code}`), { code });

it('a reader that leaves ends the command without a fault; any other fault of the stream stays one', () => {
  const stdout = new PassThrough();
  const exit = vi.fn();
  endWithReader(stdout, exit);
  stdout.emit('error', broken('EPIPE'));
  expect(exit).toHaveBeenCalledExactlyOnceWith(0);
  expect(() => stdout.emit('error', broken('ENOSPC'))).toThrow('ENOSPC');
});
