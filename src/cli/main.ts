#!/usr/bin/env node
/** `polywarden`: one command a file; this file only knows their names. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codeOf, sayError } from '../errors.js';
import { packageVersion } from '../paths.js';
import { endWithReader, type Io, processIo, unknownWord } from './io.js';

interface Command {
  readonly about: string;
  /** Loaded when asked for: most commands need neither model nor database. */
  readonly load: () => Promise<(args: readonly string[], io: Io) => Promise<number>>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  moderate: {
    about: 'judge the notes of a file in this process',
    load: async () => (await import('./moderate.js')).moderateCommand,
  },
  explain: {
    about: 'why a note was decided so, or what would be decided about a text',
    load: async () => (await import('./explain.js')).explainCommand,
  },
  policy: {
    about: 'check, test and explain policy files',
    load: async () => (await import('./policy.js')).policyCommand,
  },
  rejudge: {
    about: 'stored notes by the policies, words and banks of texts as they are now',
    load: async () => (await import('./rejudge.js')).rejudgeCommand,
  },
  terms: {
    about: 'private term banks, and what all banks cover',
    load: async () => (await import('./terms.js')).termsCommand,
  },
  bank: {
    about: 'hashes of known pictures and texts: banks, import, look-up',
    load: async () => (await import('./bank.js')).bankCommand,
  },
  models: {
    about: 'list, fetch and check models',
    load: async () => (await import('./models.js')).modelsCommand,
  },
  eval: { about: 'measure the pipeline on labelled notes', load: async () => (await import('./eval.js')).evalCommand },
  demo: {
    about: 'everything at once, with the labelled notes',
    load: async () => {
      const { demoCommand } = await import('./demo.js');
      return (args) => demoCommand(args);
    },
  },
  user: { about: 'create a person, set a password', load: async () => (await import('./user.js')).userCommand },
  key: { about: 'create, list, revoke API keys', load: async () => (await import('./key.js')).keyCommand },
  seed: {
    about: 'notes that want a person, for trying the review desk',
    load: async () => (await import('./seed.js')).seedCommand,
  },
  hold: {
    about: 'what the law says to keep: list, order, report, release, read',
    load: async () => (await import('./hold.js')).holdCommand,
  },
  erase: { about: 'erase a note or an author', load: async () => (await import('./erase.js')).eraseCommand },
};

const USAGE_EXIT = 2;

export const usage = (): string =>
  [
    'polywarden <command> [options]',
    '',
    ...Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(10)}${about}`),
    '',
    'polywarden <command> --help says more; polywarden --version says which this is.',
    '',
  ].join('\n');

export async function run(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === 'help' && rest[0] !== undefined) return run([rest[0], '--help'], io);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(usage());
    return name === undefined ? USAGE_EXIT : 0;
  }
  if (name === '--version' || name === '-V') {
    io.stdout.write(`polywarden ${packageVersion()}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    io.stderr.write(`${unknownWord('command', name, Object.keys(COMMANDS))}\n${usage()}`);
    return USAGE_EXIT;
  }
  try {
    const start = await command.load();
    return await start(rest, io);
  } catch (error) {
    const code = codeOf(error);
    io.stderr.write(`${code}: ${sayError(error)}\n`);
    if (code === 'internal' && error instanceof Error) io.stderr.write(`${error.stack ?? ''}\n`);
    return code === 'usage' ? USAGE_EXIT : 1;
  }
}

// Through a symbolic link when it is started as the package's bin.
const started = process.argv[1];
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  endWithReader(process.stdout, (code) => process.exit(code));
  process.exitCode = await run(process.argv.slice(2), processIo());
}
