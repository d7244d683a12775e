/** What the policy commands share. */
import type { ModerateNow } from '../../usecases/moderate.js';

export interface PolicyIo {
  out(text: string): void;
  err(text: string): void;
  /** The whole pipeline, opened when a command first needs it. */
  moderate(): Promise<ModerateNow>;
  readonly policiesDir: string;
  /** Today as YYYY-MM-DD, for review dates. */
  readonly today: string;
  readonly isTerminal: boolean;
  /** Aborted when the person at the terminal asks to stop; for commands that run until then. */
  untilStopped(): AbortSignal;
}

export const POLICY_USAGE = `polywarden policy check [--json | --github] [--watch]   faults and warnings of all files, again after every save
polywarden policy test [--json] [--no-text]      the tests that stand in the files
polywarden policy explain --region de "text"     which rule looked at what, and why it fired or not
polywarden policy new rule <id> --category ID [--region de] [--json]   a rule to fill in, at the end of a file
polywarden policy show --region de | --all       the merged file of a region; figures of all
polywarden policy fields                         what a condition can read
polywarden policy functions                      what a condition can call
polywarden policy schema [--write]               JSON Schema for editors

  --policies DIR reads another folder; --json prints data instead of text.`;
