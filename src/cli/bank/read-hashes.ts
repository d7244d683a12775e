/** A list of picture hashes, CSV or JSON lines -> its hashes, each with its line. Reads text, touches no files. */
import { z } from 'zod';
import { LEAST_QUALITY } from '../../stages/images/pdq/frames.js';
import { rowsOf } from '../terms/read-list.js';

export const HASH_FORMATS = ['csv', 'jsonl'] as const;
export type HashFormat = (typeof HASH_FORMATS)[number];

export interface ListedHash {
  /** From 1. */
  readonly line: number;
  readonly pdq: string;
  readonly note: string;
}
export interface RefusedHash {
  readonly line: number;
  readonly why: string;
}
export interface ReadHashes {
  readonly hashes: readonly ListedHash[];
  readonly refused: readonly RefusedHash[];
}

export const MOST_NOTE = 500;
/** About half of the bits are set, since each says whether a frequency lies above the median. */
const LEAST_BITS = 64;
const MOST_BITS = 192;
const HEX = /^[0-9a-f]{64}$/i;

const bitsOf = (pdq: string): number =>
  [...pdq].reduce((sum, digit) => sum + (Number.parseInt(digit, 16).toString(2).match(/1/g)?.length ?? 0), 0);

/** What is wrong with a hash, or null. */
export function hashFault(pdq: string): string | null {
  if (!HEX.test(pdq)) return 'a PDQ hash has 64 hex digits';
  const bits = bitsOf(pdq);
  return bits < LEAST_BITS || bits > MOST_BITS
    ? `${bits} of 256 bits are set, as of a plain picture: it would be near to every other plain one`
    : null;
}

const Row = z.object({
  pdq: z.string().optional(),
  hash: z.string().optional(),
  note: z.string().optional(),
  quality: z.coerce.number().optional(),
});
type Row = z.infer<typeof Row>;

function listed(line: number, row: Row): ListedHash | RefusedHash {
  const pdq = (row.pdq ?? row.hash ?? '').trim().toLowerCase();
  const note = row.note ?? '';
  const fault = hashFault(pdq);
  if (fault !== null) return { line, why: fault };
  if (row.quality !== undefined && !(row.quality >= LEAST_QUALITY)) {
    return { line, why: `quality ${row.quality}: below ${LEAST_QUALITY} a picture is too plain to compare` };
  }
  if (note.length > MOST_NOTE) return { line, why: `the note is longer than ${MOST_NOTE} characters` };
  return { line, pdq, note };
}

function fromCsv(text: string): readonly (ListedHash | RefusedHash)[] {
  const rows = rowsOf(text);
  const head = rows[0]?.cells.map((cell) => cell.toLowerCase()) ?? [];
  const hasHead = head.includes('pdq') || head.includes('hash');
  // A list of bare hashes needs no first line that names its columns.
  if (!hasHead && !HEX.test(head[0] ?? '')) {
    return [{ line: 1, why: 'the first line names the columns: pdq or hash, and if wanted note and quality' }];
  }
  const columns = hasHead ? head : ['pdq'];
  return (hasHead ? rows.slice(1) : rows).map(({ line, cells }) => {
    const cell = (name: string): string | undefined => cells[columns.indexOf(name)];
    const quality = cell('quality');
    return listed(line, {
      pdq: cell('pdq') ?? cell('hash'),
      note: cell('note'),
      quality: quality === undefined || quality === '' ? undefined : Number(quality),
    });
  });
}

function fromLine(written: string, line: number): ListedHash | RefusedHash {
  try {
    const row = Row.safeParse(JSON.parse(written));
    return row.success ? listed(line, row.data) : { line, why: 'no object with pdq or hash' };
  } catch {
    // What a parser says of a line may quote it.
    return { line, why: 'not JSON' };
  }
}

const fromJsonLines = (text: string): readonly (ListedHash | RefusedHash)[] =>
  text.split('\n').flatMap((written, at) => (written.trim() === '' ? [] : [fromLine(written, at + 1)]));

export function readHashes(text: string, format: HashFormat): ReadHashes {
  const clean = text.replace(/^\uFEFF/, '');
  const read = format === 'csv' ? fromCsv(clean) : fromJsonLines(clean);
  return {
    hashes: read.filter((entry): entry is ListedHash => 'pdq' in entry),
    refused: read.filter((entry): entry is RefusedHash => 'why' in entry),
  };
}
