/** What the commands of `polywarden terms` share. */
import type { Readable } from 'node:stream';

export interface TermsIo {
  readonly stdin: Readable;
  out(text: string): void;
  err(text: string): void;
  readonly isTerminal: boolean;
  readonly policiesDir: string;
  /** Null: no private banks are configured. */
  readonly termsDir: string | null;
  readonly fixturesDir: string;
}

export const TERMS_USAGE = `polywarden terms import --format ldnoobw|csv --lang xx --output DIR [options] FILE|-
                          a private bank from a word list; FILE - is standard input
polywarden terms coverage [--json]
                          what the shipped and the private banks hold, and what they find in the labelled notes

  --category ID    category of the words, default profanity.mild; the csv may name its own
  --severity N     0 to 4, default 0
  --boundary WORD  word (default), prefix, none or segment
  --source TEXT    where the list comes from, kept with every entry
  --licence TEXT   licence of the list, kept in the bank
  --name NAME      name of the file, default the format
  --json           data instead of text

  ldnoobw has one term a line. csv has a first line that names its columns: term and, if wanted, category,
  severity, boundary. Private banks are read from TERMS_DIR beside the shipped ones; they stay out of git.`;
