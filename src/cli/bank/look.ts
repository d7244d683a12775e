/** `polywarden bank list|match`. */
import type { ImageBank, ImageBankEntry } from '../../ports/banks.js';
import type { ImageHashHit } from '../../ports.js';
import { PDQ_DISTANCE } from '../../stages/images/findings.js';
import { indexHashes } from '../../stages/images/hash-index.js';
import { LEAST_QUALITY } from '../../stages/images/pdq/frames.js';
import { withNegatives } from '../../stages/images/pdq/negatives.js';
import { allHashes } from '../../usecases/all-hashes.js';
import { usageError } from '../io.js';
import { sourceNamed } from '../source.js';
import type { StorePorts } from '../store.js';
import { BANK_USAGE, type BankIo, bankNamed, readSubjects, type Subject } from './bank-io.js';
import type { BankValues } from './options.js';

const PAGE = 1_000;
const until = (at: string | null): string => (at === null ? '-' : at.slice(0, 10));
const row = (cells: readonly (string | number)[]): string => `${cells.join('\t')}\n`;

const bankRow = (bank: ImageBank): string =>
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
  ]);
const entryRow = ({ entryId, pdq, addedAt, addedBy, expiresAt, note }: ImageBankEntry): string =>
  row([entryId, pdq, addedAt.slice(0, 10), addedBy, until(expiresAt), note.replaceAll(/\s+/g, ' ')]);

export async function listBanks(args: readonly string[], values: BankValues, io: BankIo): Promise<number> {
  const [name, ...rest] = args;
  if (rest.length > 0) throw usageError('list takes at most one bank', BANK_USAGE);
  await io.withStore(async (ports) => {
    if (name === undefined) {
      const banks = await ports.store.imageBanks.list();
      io.out(values.json === true ? `${JSON.stringify(banks, null, 2)}\n` : banks.map(bankRow).join(''));
      return;
    }
    await bankNamed(ports, name);
    for (let after: string | null = null, more = true; more; ) {
      const entries: readonly ImageBankEntry[] = await ports.store.imageBanks.entries(name, after, PAGE);
      io.out(entries.map((entry) => (values.json === true ? `${JSON.stringify(entry)}\n` : entryRow(entry))).join(''));
      after = entries.at(-1)?.entryId ?? null;
      more = entries.length === PAGE;
    }
  });
  return 0;
}

interface Match extends Subject {
  readonly hits: readonly ImageHashHit[];
}

async function matchesOf(
  ports: StorePorts,
  subjects: readonly Subject[],
  platform?: string,
): Promise<readonly Match[]> {
  const sourceId = platform === undefined ? undefined : await sourceNamed(ports, platform);
  const now = ports.clock.now();
  const index = indexHashes(await allHashes(ports.store.imageBanks, now), () => now);
  return subjects.map((subject) => {
    const hits = index.lookup(withNegatives(subject.reading), PDQ_DISTANCE, sourceId);
    return { ...subject, hits };
  });
}

function sayMatch({ name, reading, hits }: Match, io: BankIo): void {
  io.out(`${name}  ${reading.pdq}  quality ${reading.quality}\n`);
  if (reading.quality < LEAST_QUALITY) {
    io.out(`  too plain to compare (below ${LEAST_QUALITY}): the pipeline finds nothing by this hash\n`);
  }
  if (hits.length === 0) io.out('  in no bank\n');
  for (const { bank, entryId, distance, benign, category, severity } of hits) {
    io.out(`  ${distance} bits  ${bank}/${entryId}  ${benign ? 'benign' : `${category}, severity ${severity}`}\n`);
  }
}

export async function matchPictures(args: readonly string[], values: BankValues, io: BankIo): Promise<number> {
  if (args.length === 0) throw usageError('match takes pictures or hashes', BANK_USAGE);
  const subjects = await readSubjects(args, io);
  const matches = await io.withStore((ports) => matchesOf(ports, subjects, values.platform));
  if (values.json === true) {
    const rows = matches.map(({ name, reading, hits }) => ({ name, pdq: reading.pdq, quality: reading.quality, hits }));
    io.out(`${JSON.stringify(rows, null, 2)}\n`);
  } else for (const match of matches) sayMatch(match, io);
  return 0;
}
