/** What a command may read and write; tests hand in streams of their own. */
import type { Readable, Writable } from 'node:stream';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { InvalidInputError } from '../errors.js';

export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

export const processIo = (): Io => ({ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr });

/** A command line that is not understood is the caller's fault: exit code 2, with the usage. */
export const usageError = (message: string, usage: string): InvalidInputError =>
  new InvalidInputError('usage', `${message}\n${usage}`);

export function readArgs<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
  usage: string,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error), usage);
  }
}

/** The reader of a pipe may have had enough (`| head`): no fault of ours, and nobody is left to write to. */
export function endWithReader(stdout: Writable, exit: (code: number) => void): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    exit(0);
  });
}
