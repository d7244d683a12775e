/** `polywarden bank list|match`. */
import type { Bank, BankEntry, Holding } from '../../ports/banks.js';
import { allHashes } from '../../usecases/all-hashes.js';
import { usageError } from '../io.js';
import { sourceNamed } from '../source.js';
import { BANK_USAGE, type BankIo } from './bank-io.js';
import { allBanks, bankNamed, holdingOf, withHeld } from './banks.js';
import type { Held, HeldHit, Subject } from './held.js';
import type { BankValues } from './options.js';

const PAGE = 1_000;
const until = (at: string | null): string => (at === null ? '-' : at.slice(0, 10));
const row = (cells: readonly (string | number)[]): string => `${cells.join('\t')}\n`;

const bankRow = (bank: Bank): string =>
  row([
    bank.name,
    bank.kind,
    bank.category,
    bank.severity,
    `${bank.entries} hashes`,
    bank.owner,
    bank.source,
    until(bank.expiresAt),
    bank.sourceId ?? 'all',
    bank.holds,
  ]);

function entryRow<H>(entry: BankEntry<H>, held: Held<H, unknown>): string {
  const { entryId, addedAt, addedBy, expiresAt, note } = entry;
  const shown = note.replaceAll(/\s+/g, ' ');
  return row([entryId, held.written(entry), addedAt.slice(0, 10), addedBy, until(expiresAt), shown]);
}

export async function listBanks(args: readonly string[], values: BankValues, io: BankIo): Promise<number> {
  const [name, ...rest] = args;
  if (rest.length > 0) throw usageError('list takes at most one bank', BANK_USAGE);
  const isJson = values.json === true;
  await io.withStore(async ({ store }) => {
    if (name === undefined) {
      const banks = await allBanks(store);
      io.out(isJson ? `${JSON.stringify(banks, null, 2)}\n` : banks.map(bankRow).join(''));
      return;
    }
    const { holds } = await bankNamed(store, name);
    await withHeld(holds, async (held) => {
      const banks = held.banks(store);
      for (let after: string | null = null, more = true; more; ) {
        const entries: Awaited<ReturnType<typeof banks.entries>> = await banks.entries(name, after, PAGE);
        io.out(entries.map((entry) => (isJson ? `${JSON.stringify(entry)}\n` : entryRow(entry, held))).join(''));
        after = entries.at(-1)?.entryId ?? null;
        more = entries.length === PAGE;
      }
    });
  });
  return 0;
}

interface Match<H, Q> extends Subject<H, Q> {
  readonly hits: readonly HeldHit[];
}

async function matchesOf<H, Q>(
  held: Held<H, Q>,
  names: readonly string[],
  values: BankValues,
  io: BankIo,
): Promise<readonly Match<H, Q>[]> {
  const subjects = await held.read(names, values, io);
  return io.withStore(async (ports) => {
    const sourceId = values.platform === undefined ? undefined : await sourceNamed(ports, values.platform);
    const now = ports.clock.now();
    const bank = held.indexOf(await allHashes(held.banks(ports.store), now), () => now);
    return subjects.map((subject) => ({ ...subject, hits: held.lookUp(bank, subject.asked, sourceId) }));
  });
}

const sayLines = ([first, last]: readonly [number, number]): string =>
  first === last ? `in line ${first}` : `in lines ${first} to ${last}`;

function sayMatch<H, Q>({ name, hash, asked, fault, hits }: Match<H, Q>, held: Held<H, Q>, io: BankIo): void {
  io.out(`${name}  ${held.written(hash)}${held.remark(asked)}\n`);
  if (fault !== null) io.out(`  ${fault}; the pipeline finds nothing by this hash\n`);
  if (hits.length === 0) io.out('  in no bank\n');
  for (const { bank, entryId, distance, benign, category, severity, lines } of hits) {
    const what = benign ? 'benign' : `${category}, severity ${severity}`;
    io.out(`  ${distance} bits  ${bank}/${entryId}  ${what}${lines === undefined ? '' : `  ${sayLines(lines)}`}\n`);
  }
}

export async function matchBanks(args: readonly string[], values: BankValues, io: BankIo): Promise<number> {
  const isText = values.holds === undefined && values.text !== undefined;
  const holds: Holding = isText ? 'texts' : holdingOf(values);
  return withHeld(holds, async (held) => {
    if (args.length === 0 && values.text === undefined) throw usageError(`match takes ${held.subjects}`, BANK_USAGE);
    const matches = await matchesOf(held, args, values, io);
    if (values.json === true) {
      const rows = matches.map(({ name, asked, hits }) => ({ name, ...held.facts(asked), hits }));
      io.out(`${JSON.stringify(rows, null, 2)}\n`);
    } else for (const match of matches) sayMatch(match, held, io);
    return 0;
  });
}
