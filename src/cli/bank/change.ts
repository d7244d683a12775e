/** `polywarden bank create|add|import|remove`. */
import { CATEGORY_IDS, isCategoryId } from '../../categories.js';
import { InvalidInputError } from '../../errors.js';
import { didYouMean } from '../../policy/nearest.js';
import { LEAST_QUALITY } from '../../stages/images/pdq/frames.js';
import { usageError } from '../io.js';
import { sourceNamed } from '../source.js';
import { OPERATOR, type StorePorts } from '../store.js';
import { BANK_USAGE, type BankIo, bytesOf, readSubjects } from './bank-io.js';
import type { BankValues } from './options.js';
import { HASH_FORMATS, MOST_NOTE, readHashes } from './read-hashes.js';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const MOST_WORDS = 200;
const LIST_LIMIT_BYTES = 256 * 1_048_576;
/** Hashes of one transaction. */
const AT_ONCE = 5_000;
const SHOWN_LINES = 12;

function wanted(value: string | undefined, option: string): string {
  if (value === undefined || value.trim() === '') throw usageError(`${option} is needed`, BANK_USAGE);
  if (value.length > MOST_WORDS) throw usageError(`${option} has at most ${MOST_WORDS} characters`, BANK_USAGE);
  return value;
}

function expiryOf(date: string | undefined, now: number): string | null {
  if (date === undefined) return null;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  // A 31st of February is read as one of the first days of March.
  const expiresAt = at > now ? new Date(at).toISOString() : '';
  if (!expiresAt.startsWith(date))
    throw usageError(`--expires "${date}" is a day to come, written YYYY-MM-DD`, BANK_USAGE);
  return expiresAt;
}

function categoryOf(values: BankValues): string {
  const category = wanted(values.category, '--category');
  if (isCategoryId(category)) return category;
  throw usageError(`There is no category "${category}"${didYouMean(category, CATEGORY_IDS)}`, BANK_USAGE);
}

export async function createBank(args: readonly string[], values: BankValues, io: BankIo): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || rest.length > 0) throw usageError('create takes the name of one bank', BANK_USAGE);
  if (!NAME.test(name)) throw usageError(`"${name}": a name is lower-case letters, digits and hyphens`, BANK_USAGE);
  const severity = values.severity ?? '';
  if (!/^[0-4]$/.test(severity)) throw usageError('--severity is 0 to 4', BANK_USAGE);
  const order = {
    name,
    kind: values.benign === true ? ('benign' as const) : ('block' as const),
    category: categoryOf(values),
    severity: Number(severity),
    owner: wanted(values.owner, '--owner'),
    source: wanted(values.from, '--from'),
  };
  await io.withStore(async (ports) => {
    const now = ports.clock.now();
    const sourceId = values.platform === undefined ? null : await sourceNamed(ports, values.platform);
    const bank = { ...order, sourceId, expiresAt: expiryOf(values.expires, now) };
    if (!(await ports.store.imageBanks.create(bank, OPERATOR, now))) {
      throw new InvalidInputError('conflict', `There is a bank ${name} already`);
    }
  });
  io.out(`created ${name}\n`);
  return 0;
}

interface Addition {
  readonly name: string;
  readonly hashes: readonly { readonly pdq: string; readonly note: string }[];
  readonly expires: string | undefined;
}

async function addAll(ports: StorePorts, { name, hashes, expires }: Addition): Promise<number> {
  const now = ports.clock.now();
  const expiresAt = expiryOf(expires, now);
  let added = 0;
  for (let from = 0; from === 0 || from < hashes.length; from += AT_ONCE) {
    const order = { name, hashes: hashes.slice(from, from + AT_ONCE), expiresAt };
    const fresh = await ports.store.imageBanks.add(order, OPERATOR, now);
    if (fresh === null) throw new InvalidInputError('not_found', `There is no bank ${name}; create it first`);
    added += fresh;
  }
  return added;
}

export async function addToBank(args: readonly string[], values: BankValues, io: BankIo): Promise<number> {
  const [name, ...subjects] = args;
  if (name === undefined || subjects.length === 0) throw usageError('add takes a bank and what to add', BANK_USAGE);
  const note = values.note ?? '';
  if (note.length > MOST_NOTE) throw usageError(`--note has at most ${MOST_NOTE} characters`, BANK_USAGE);
  const read = await readSubjects(subjects, io);
  const plain = read.find(({ reading }) => reading.quality < LEAST_QUALITY);
  if (plain !== undefined) {
    const why = `quality ${plain.reading.quality}: below ${LEAST_QUALITY} a picture is too plain to compare`;
    throw new InvalidInputError('body_invalid', `${plain.name}: ${why}`);
  }
  const hashes = read.map(({ reading }) => ({ pdq: reading.pdq, note }));
  const added = await io.withStore((ports) => addAll(ports, { name, hashes, expires: values.expires }));
  for (const { name: subject, reading } of read) io.out(`${reading.pdq}  ${subject}\n`);
  io.out(`${added} added to ${name}, ${hashes.length - added} known before\n`);
  return 0;
}

async function listText(file: string, io: BankIo): Promise<string> {
  if (file !== '-') return (await bytesOf(file, LIST_LIMIT_BYTES)).toString('utf8');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of io.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array);
    length += bytes.length;
    if (length > LIST_LIMIT_BYTES) {
      throw new InvalidInputError('file_unreadable', `Standard input has more than ${LIST_LIMIT_BYTES} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export async function importIntoBank(args: readonly string[], values: BankValues, io: BankIo): Promise<number> {
  const [name, file, ...rest] = args;
  if (name === undefined || file === undefined || rest.length > 0) {
    throw usageError('import takes a bank and one list, or - for standard input', BANK_USAGE);
  }
  const format = HASH_FORMATS.find((known) => known === (values.format ?? 'csv'));
  if (format === undefined) throw usageError(`--format is one of ${HASH_FORMATS.join(', ')}`, BANK_USAGE);
  const { hashes, refused } = readHashes(await listText(file, io), format);
  const added = await io.withStore((ports) => addAll(ports, { name, hashes, expires: values.expires }));
  io.out(`${added} added to ${name}, ${hashes.length - added} known before or twice in the list\n`);
  io.out(`${refused.length} not read\n`);
  for (const { line, why } of refused.slice(0, SHOWN_LINES)) io.out(`  line ${line}: ${why}\n`);
  if (refused.length > SHOWN_LINES) io.out(`  and ${refused.length - SHOWN_LINES} more\n`);
  return hashes.length === 0 ? 1 : 0;
}

export async function removeFromBank(args: readonly string[], _values: BankValues, io: BankIo): Promise<number> {
  const [name, entryId = null, ...rest] = args;
  if (name === undefined || rest.length > 0) throw usageError('remove takes a bank and at most one entry', BANK_USAGE);
  const removed = await io.withStore(({ store, clock }) =>
    store.imageBanks.remove(name, entryId, OPERATOR, clock.now()),
  );
  if (removed === null) {
    const what = entryId === null ? `bank ${name}` : `entry ${entryId} in a bank ${name}`;
    throw new InvalidInputError('not_found', `There is no ${what}`);
  }
  io.out(entryId === null ? `removed ${name} with ${removed} hashes\n` : `removed ${entryId}\n`);
  return 0;
}
