/** `polywarden bank create|add|import|remove`. */
import { CATEGORY_IDS, isCategoryId } from '../../categories.js';
import { InvalidInputError } from '../../errors.js';
import { didYouMean } from '../../policy/nearest.js';
import type { HashBanksStore } from '../../ports/banks.js';
import { usageError } from '../io.js';
import { sourceNamed } from '../source.js';
import { OPERATOR } from '../store.js';
import { BANK_USAGE, type BankIo, textOf } from './bank-io.js';
import { bankNamed, holdingOf, withHeld } from './banks.js';
import type { Held } from './held.js';
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
  const holds = holdingOf(values);
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
    if (!(await withHeld(holds, (held) => held.banks(ports.store)).create(bank, OPERATOR, now))) {
      throw new InvalidInputError('conflict', `There is a bank ${name} already`);
    }
  });
  io.out(`created ${name}\n`);
  return 0;
}

interface Addition<H> {
  readonly name: string;
  readonly hashes: readonly (H & { readonly note: string })[];
  readonly expiresAt: string | null;
}
const noBank = (name: string): InvalidInputError => new InvalidInputError('not_found', `There is no bank ${name}`);

async function addAll<H>(banks: HashBanksStore<H>, order: Addition<H>, now: number): Promise<number> {
  const { name, hashes, expiresAt } = order;
  let added = 0;
  for (let from = 0; from === 0 || from < hashes.length; from += AT_ONCE) {
    const part = { name, hashes: hashes.slice(from, from + AT_ONCE), expiresAt };
    const fresh = await banks.add(part, OPERATOR, now);
    if (fresh === null) throw noBank(name);
    added += fresh;
  }
  return added;
}

/** What the bank holds says how what is added is read. */
const toBank = <T>(
  name: string,
  values: BankValues,
  io: BankIo,
  use: <H, Q>(held: Held<H, Q>, add: (hashes: Addition<H>['hashes']) => Promise<number>) => Promise<T>,
): Promise<T> =>
  io.withStore(async ({ store, clock }) => {
    const now = clock.now();
    const expiresAt = expiryOf(values.expires, now);
    const { holds } = await bankNamed(store, name, '; create it first');
    return withHeld(holds, (held) =>
      use(held, (hashes) => addAll(held.banks(store), { name, hashes, expiresAt }, now)),
    );
  });

export async function addToBank(args: readonly string[], values: BankValues, io: BankIo): Promise<number> {
  const [name, ...subjects] = args;
  if (name === undefined || (subjects.length === 0 && values.text === undefined)) {
    throw usageError('add takes a bank and what to add', BANK_USAGE);
  }
  const note = values.note ?? '';
  if (note.length > MOST_NOTE) throw usageError(`--note has at most ${MOST_NOTE} characters`, BANK_USAGE);
  await toBank(name, values, io, async (held, add) => {
    const read = await held.read(subjects, values, io);
    const faulty = read.find(({ fault }) => fault !== null);
    if (faulty !== undefined) throw new InvalidInputError('body_invalid', `${faulty.name}: ${faulty.fault}`);
    const added = await add(read.map(({ hash }) => ({ ...hash, note })));
    for (const { name: subject, hash } of read) io.out(`${held.written(hash)}  ${subject}\n`);
    io.out(`${added} added to ${name}, ${read.length - added} known before\n`);
  });
  return 0;
}

export async function importIntoBank(args: readonly string[], values: BankValues, io: BankIo): Promise<number> {
  const [name, file, ...rest] = args;
  if (name === undefined || file === undefined || rest.length > 0) {
    throw usageError('import takes a bank and one list, or - for standard input', BANK_USAGE);
  }
  const format = HASH_FORMATS.find((known) => known === (values.format ?? 'csv'));
  if (format === undefined) throw usageError(`--format is one of ${HASH_FORMATS.join(', ')}`, BANK_USAGE);
  return toBank(name, values, io, async (held, add) => {
    const { hashes, refused } = readHashes(await textOf(file, io, LIST_LIMIT_BYTES), format, held.list);
    const added = await add(hashes.map(({ hash, note }) => ({ ...hash, note })));
    io.out(`${added} added to ${name}, ${hashes.length - added} known before or twice in the list\n`);
    io.out(`${refused.length} not read\n`);
    for (const { line, why } of refused.slice(0, SHOWN_LINES)) io.out(`  line ${line}: ${why}\n`);
    if (refused.length > SHOWN_LINES) io.out(`  and ${refused.length - SHOWN_LINES} more\n`);
    return hashes.length === 0 ? 1 : 0;
  });
}

export async function removeFromBank(args: readonly string[], _values: BankValues, io: BankIo): Promise<number> {
  const [name, entryId = null, ...rest] = args;
  if (name === undefined || rest.length > 0) throw usageError('remove takes a bank and at most one entry', BANK_USAGE);
  const removed = await io.withStore(async ({ store, clock }) => {
    const { holds } = await bankNamed(store, name);
    return withHeld(holds, (held) => held.banks(store).remove(name, entryId, OPERATOR, clock.now()));
  });
  if (removed === null) {
    throw entryId === null
      ? noBank(name)
      : new InvalidInputError('not_found', `There is no entry ${entryId} in the bank ${name}`);
  }
  io.out(entryId === null ? `removed ${name} with ${removed} hashes\n` : `removed ${entryId}\n`);
  return 0;
}
