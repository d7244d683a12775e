/** What the policy commands share. */
import type { FullStore } from '../../ports-review.js';
import type { ModerateNow } from '../../usecases/moderate.js';

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

export const POLICY_USAGE = `polywarden policy check [--json | --github] [--watch]   faults and warnings of all files, again after every save
polywarden policy test [--json] [--no-text]      the tests that stand in the files
polywarden policy explain [--region de] "text" | <note id> [--as-decided] [--overrides] [--all] [--json]
                                                 which rule looked at what, and why it fired or not
polywarden policy new rule <id> --category ID [--region de] [--json]   a rule to fill in, at the end of a file
polywarden policy show --region de [--overrides] | --all       the merged file of a region; figures of all
polywarden policy diff <rev|dir> <rev|dir> [--since 30d] [--no-fixtures] [--samples N] [--text] [--json]
                                                 which labelled (and with --since stored) notes change action
polywarden policy backtest --since 30d [--against <rev|dir>] [--overrides] [--json]
                                                 stored notes judged again, against what people decided
polywarden policy bundles [--json]               candidates, what is and was in force, overrides
polywarden policy activate <hash> [--why W]      put a bundle in force
polywarden policy approve <hash> --as LOGIN [--why W]   as a second person, where rules of severity 3 and 4 change
polywarden policy rollback [<hash>] [--why W]    back to an earlier bundle; changed files wait from then on
polywarden policy override <rule> --why W [--region de | all] [--mode disabled] [--hours N] | --drop
                                                 kill switch, shadow, canary(n) or enforce, whatever the files say
polywarden policy fields                         what a condition can read
polywarden policy functions                      what a condition can call
polywarden policy schema [--write]               JSON Schema for editors

  A note is explained from what was stored, by the files as they are; --as-decided by the rules and overrides of that time;
  --overrides lays those that stand now over the files.
  A rev is a revision of the git repository that the policies folder lies in. Samples are ids; --text adds the words.
  --policies DIR reads another folder; --json prints data instead of text.`;
