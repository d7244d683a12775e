/** What a command may read and write; tests hand in streams of their own. */
import type { Readable, Writable } from 'node:stream';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { InvalidInputError } from '../errors.js';
import { didYouMean } from '../policy/nearest.js';

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
  checkOptions(args, options, usage);
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error), usage);
  }
}

/** Says what `parseArgs` says in words for programmers, and names the option that was probably meant. */
function checkOptions(args: readonly string[], options: NonNullable<ParseArgsConfig['options']>, usage: string): void {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { rawName, value } = token;
    const option = options[token.name];
    if (option === undefined) {
      const known = Object.keys(options).map((name) => `--${name}`);
      throw usageError(`There is no option ${rawName}${didYouMean(rawName, known)}`, usage);
    }
    if (option.type === 'boolean' && value !== undefined) throw usageError(`${rawName} takes no value`, usage);
    if (option.type === 'boolean') continue;
    if (value === undefined) throw usageError(`${rawName} needs a value`, usage);
    if (!token.inlineValue && /^-./.test(value)) {
      throw usageError(`${rawName} needs a value; one that begins with a hyphen is written ${rawName}=${value}`, usage);
    }
  }
}

/** `There is no <what> <word>`, with the one that was probably meant. */
export const unknownWord = (what: string, word: string, known: Iterable<string>): string =>
  `There is no ${what} ${word}${didYouMean(word, known)}`;

/** The reader of a pipe may have had enough (`| head`): no fault of ours, and nobody is left to write to. */
export function endWithReader(stdout: Writable, exit: (code: number) => void): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    exit(0);
  });
}
