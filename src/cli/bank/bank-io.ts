/** What the commands of `polywarden bank` share. */
import { readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { PdqReading } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { WithStore } from '../store.js';

export interface BankIo {
  readonly stdin: Readable;
  out(text: string): void;
  readonly withStore: WithStore;
  /** The decoder runs while `use` does. */
  readonly withHasher: <T>(use: (hash: (bytes: Uint8Array) => Promise<PdqReading>) => Promise<T>) => Promise<T>;
  readonly imageLimitBytes: number;
}

export const BANK_USAGE = `polywarden bank create NAME [--holds texts] --category ID --severity N --owner WHO --from WHERE [options]
polywarden bank add NAME [--note TEXT] [--expires DATE] PICTURE|HASH...
polywarden bank add NAME [--note TEXT] [--expires DATE] TEXTFILE|HASH|-... | --text TEXT
polywarden bank import NAME [--format csv|jsonl] [--expires DATE] FILE|-
polywarden bank match [--platform NAME] [--json] PICTURE|HASH...
polywarden bank match --holds texts [--platform NAME] [--json] TEXTFILE|HASH|-... | --text TEXT
polywarden bank list [NAME] [--json]
polywarden bank rescan [--since 30d]
polywarden bank remove NAME [ENTRY]

  A bank holds hashes of known pictures or of known texts, never these themselves. Pictures of notes within 31 of 256 bits
  are found, also turned and mirrored ones; a title, a body, or the words on a picture that are the same text as a whole,
  spelled, spaced by invisible characters or cased in another way, or within 3 of 64 bits; and the same text as lines of
  their own in a longer one. The policies say what follows.
  A running server takes changes up within seconds, and holds stored pictures against banks that have grown within ten
  minutes; rescan does that at once, as far back as you say; stored texts: polywarden rejudge.

  --holds WORD     pictures (default) or texts (create, match)
  --category ID    what the pictures or texts are, such as fraud.scam (create)
  --severity N     0 to 4 (create)
  --owner WHO      who answers for the bank (create)
  --from WHERE     where its hashes come from (create)
  --benign         harmless ones that look like harmful ones: what is as near to them is not found (create)
  --platform NAME  held against the notes of this source alone (create, match)
  --expires DATE   YYYY-MM-DD from when the bank, or what is added, no longer counts
  --note TEXT      what the bank's owner should know of the hashes that are added
  --text TEXT      the text itself; your shell may remember it, a file or - (standard input) leaves no trace (add, match)
  --format WORD    csv (default): a first line names the columns; jsonl: an object a line, as list NAME --json prints them.
                   Of pictures pdq or hash, note, quality; of texts text, or exact and simhash, and note
  --since DAYS     age of the pictures that are looked up again, as 30d (rescan)
  --json           data instead of text`;

export async function bytesOf(file: string, limitBytes: number): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > limitBytes) throw new InvalidInputError('file_unreadable', `${file} has more than ${limitBytes} bytes`);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause;
    throw new InvalidInputError('file_unreadable', `${file} cannot be read`, [], { cause });
  }
}

async function inputBytes(io: BankIo, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of io.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array);
    length += bytes.length;
    if (length > limitBytes) {
      throw new InvalidInputError('file_unreadable', `Standard input has more than ${limitBytes} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Of a file, or of standard input where it is called `-`. */
export async function textOf(file: string, io: BankIo, limitBytes: number): Promise<string> {
  const bytes = file === '-' ? await inputBytes(io, limitBytes) : await bytesOf(file, limitBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const name = file === '-' ? 'Standard input' : file;
    throw new InvalidInputError('file_unreadable', `${name} is not UTF-8`, [], { cause });
  }
}
