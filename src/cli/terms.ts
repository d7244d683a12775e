/** `polywarden terms`: private word banks beside the shipped ones, and what both of them cover. */
import { configFromProcess } from '../config.js';
import { FIXTURES_DIR } from '../paths.js';
import { type Io, unknownWord, usageError } from './io.js';
import { coverageCommand } from './terms/coverage.js';
import { importCommand } from './terms/import.js';
import { TERMS_USAGE, type TermsIo } from './terms/terms-io.js';

const COMMANDS: Readonly<Record<string, (args: readonly string[], io: TermsIo) => Promise<number>>> = {
  import: importCommand,
  coverage: coverageCommand,
};

export async function termsCommand(args: readonly string[], io: Io, overrides: Partial<TermsIo> = {}): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || args.includes('--help') || args.includes('-h')) {
    io.stdout.write(`${TERMS_USAGE}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw usageError(unknownWord('command terms', name, Object.keys(COMMANDS)), TERMS_USAGE);
  const config = configFromProcess();
  return command(rest, {
    stdin: io.stdin,
    out: (text) => io.stdout.write(text),
    err: (text) => io.stderr.write(text),
    isTerminal: io.stderr.isTTY ?? false,
    policiesDir: config.POLICIES_DIR,
    termsDir: config.termsDir,
    fixturesDir: FIXTURES_DIR,
    ...overrides,
  });
}
