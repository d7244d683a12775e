/** What the policy commands share. */
import type { ParseArgsConfig } from 'node:util';
import type { FullStore } from '../../ports/review.js';
import type { ModerateNow } from '../../usecases/moderate.js';
import { readArgs, usageError } from '../io.js';

export interface PolicyIo {
  out(text: string): void;
  err(text: string): void;
  /** The whole pipeline, opened when a command first needs it. */
  moderate(): Promise<ModerateNow>;
  /** The whole pipeline under other policy files: file name -> text. */
  moderateWith(files: ReadonlyMap<string, string>): Promise<ModerateNow>;
  /** The database of the installation, for commands that look at stored notes. */
  withStore<T>(use: (store: FullStore) => Promise<T>): Promise<T>;
  now(): number;
  /** Whether a second person has to approve what is grave; unset: yes. */
  readonly approval?: boolean | undefined;
  readonly policiesDir: string;
  /** The labelled notes of the project. */
  readonly fixturesDir: string;
  /** Today as YYYY-MM-DD, for review dates. */
  readonly today: string;
  readonly isTerminal: boolean;
  /** Aborted when the person at the terminal asks to stop; for commands that run until then. */
  untilStopped(): AbortSignal;
}

/** For commands that take options and nothing else: a word that they would not look at is told. */
export function readOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
  usage: string,
) {
  const read = readArgs(args, options, usage);
  const [first] = read.positionals;
  if (first === undefined) return read;
  throw usageError(`"${first}" is not looked at here; another folder is named by --policies DIR`, usage);
}

/** By command: how it is written, and what it is for. */
const USAGES = {
  check: ['[--json | --github] [--watch]', 'faults and warnings of all files, again after every save'],
  test: ['[--json] [--no-text]', 'the tests that stand in the files'],
  explain: [
    '[--region de] "text" | <note id> [--as-decided] [--overrides] [--all] [--json]',
    'which rule looked at what, and why it fired or not',
  ],
  new: ['rule <id> --category ID [--region de] [--json]', 'a rule to fill in, at the end of a file'],
  show: ['--region de [--overrides] | --all [--json]', 'the merged file of a region; figures of all'],
  diff: [
    '<rev|dir> <rev|dir> [--since 30d] [--no-fixtures] [--samples N] [--text] [--json]',
    'which labelled (and with --since stored) notes change action',
  ],
  backtest: [
    '--since 30d [--against <rev|dir>] [--overrides] [--json]',
    'stored notes judged again, against what people decided',
  ],
  bundles: ['[--json]', 'candidates, what is and was in force, overrides'],
  activate: ['<hash> [--why W]', 'put a bundle in force'],
  approve: ['<hash> --as LOGIN [--why W]', 'as a second person, where what changes is grave'],
  rollback: ['[<hash>] [--why W]', 'back to an earlier bundle; changed files wait from then on'],
  override: [
    '<rule> --why W [--region de | all] [--mode disabled] [--hours N] | --drop',
    'kill switch, shadow, canary(n) or enforce, whatever the files say',
  ],
  fields: ['[--json]', 'what a condition can read, and the words of each kind'],
  functions: ['[--json]', 'what a condition can call'],
  schema: ['[--write]', 'JSON Schema for editors'],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;
export type PolicyCommand = keyof typeof USAGES;

/** Wider ones have their meaning on a line of its own. */
const COLUMN = 48;
function lineOf(name: PolicyCommand): string {
  const [shape, about] = USAGES[name];
  const written = `polywarden policy ${name} ${shape}`;
  return written.length < COLUMN ? `${written.padEnd(COLUMN)} ${about}` : `${written}\n${' '.repeat(COLUMN)} ${about}`;
}

/** Of one command, for somebody who mistyped it. */
export const usageOf = (name: PolicyCommand): string => lineOf(name);

export const POLICY_USAGE = `${(Object.keys(USAGES) as PolicyCommand[]).map(lineOf).join('\n')}

  A note is explained from what was stored, by the files as they are; --as-decided by the rules and overrides of that time;
  --overrides lays those that stand now over the files.
  A rev is a revision of the git repository that the policies folder lies in. Samples are ids; --text adds the words.
  --policies DIR reads another folder; --json prints data instead of text.`;
