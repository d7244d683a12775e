/** What the commands of `polywarden bank` share. */
import { readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { PdqReading } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { StorePorts, WithStore } from '../store.js';
import { hashFault } from './read-hashes.js';

export interface BankIo {
  readonly stdin: Readable;
  out(text: string): void;
  readonly withStore: WithStore;
  /** The decoder runs while `use` does. */
  readonly withHasher: <T>(use: (hash: (bytes: Uint8Array) => Promise<PdqReading>) => Promise<T>) => Promise<T>;
  readonly imageLimitBytes: number;
}

export const BANK_USAGE = `polywarden bank create NAME --category ID --severity N --owner WHO --from WHERE [options]
polywarden bank add NAME [--note TEXT] [--expires DATE] PICTURE|HASH...
polywarden bank import NAME [--format csv|jsonl] [--expires DATE] FILE|-
polywarden bank match [--platform NAME] [--json] PICTURE|HASH...
polywarden bank list [NAME] [--json]
polywarden bank rescan [--since 30d]
polywarden bank remove NAME [ENTRY]

  A bank holds PDQ hashes of known pictures. Pictures of notes within 31 of 256 bits are found, also turned and
  mirrored ones; the policies say what follows. A running server takes changes up within seconds, and holds stored pictures
  against banks that have grown within ten minutes; rescan does that at once, as far back as you say.

  --category ID    what the pictures show, such as fraud.scam (create)
  --severity N     0 to 4 (create)
  --owner WHO      who answers for the bank (create)
  --from WHERE     where its hashes come from (create)
  --benign         harmless pictures that look like harmful ones: what is as near to them is not found (create)
  --platform NAME  held against the notes of this source alone (create, match)
  --expires DATE   YYYY-MM-DD from when the bank, or what is added, no longer counts
  --note TEXT      what the bank's owner should know of the hashes that are added
  --format WORD    csv (default): a first line names the columns pdq or hash, note, quality; jsonl: an object a line
  --since DAYS     age of the pictures that are looked up again, as 30d (rescan)
  --json           data instead of text`;

export interface Subject {
  /** The hash as it was given, or the name of the file. */
  readonly name: string;
  readonly reading: PdqReading;
}

const LOOKS_LIKE_HASH = /^[0-9a-f]{64}$/i;

/** Hashes as they are given, pictures decoded like those of notes. */
export async function readSubjects(names: readonly string[], io: BankIo): Promise<readonly Subject[]> {
  const isHash = (name: string): boolean => LOOKS_LIKE_HASH.test(name);
  if (names.every(isHash)) return names.map(givenHash);
  return io.withHasher(async (hash) => {
    const subjects: Subject[] = [];
    for (const name of names) {
      subjects.push(isHash(name) ? givenHash(name) : { name, reading: await hashOfFile(name, hash, io) });
    }
    return subjects;
  });
}

function givenHash(name: string): Subject {
  const pdq = name.toLowerCase();
  const fault = hashFault(pdq);
  if (fault !== null) throw new InvalidInputError('body_invalid', `${name}: ${fault}`);
  return { name, reading: { pdq, quality: 100 } };
}

async function hashOfFile(
  file: string,
  hash: (bytes: Uint8Array) => Promise<PdqReading>,
  io: BankIo,
): Promise<PdqReading> {
  const bytes = await bytesOf(file, io.imageLimitBytes);
  try {
    return await hash(bytes);
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    throw new InvalidInputError(cause.code, `${file}: ${cause.message}`, [], { cause });
  }
}

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

export async function bankNamed({ store }: StorePorts, name: string) {
  const bank = (await store.imageBanks.list()).find((one) => one.name === name);
  if (bank === undefined) throw new InvalidInputError('not_found', `There is no bank ${name}`);
  return bank;
}
