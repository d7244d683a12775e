/** A list of hashes or texts, CSV or JSON lines -> hashes, each with its line. Reads text, touches no files. */
import { z } from 'zod';
import type { PictureHash, TextHash } from '../../domain.js';
import { LEAST_QUALITY } from '../../stages/images/pdq/frames.js';
import { type HashedText, hashedText, isTooShort, LEAST_HASHED } from '../../stages/match/bank-findings.js';
import { normaliseText } from '../../stages/normalise/text.js';
import { rowsOf } from '../terms/read-list.js';

export const HASH_FORMATS = ['csv', 'jsonl'] as const;
export type HashFormat = (typeof HASH_FORMATS)[number];

export interface ListedHash<H> {
  /** From 1. */
  readonly line: number;
  readonly hash: H;
  readonly note: string;
}
export interface RefusedHash {
  readonly line: number;
  readonly why: string;
}
export interface ReadHashes<H> {
  readonly hashes: readonly ListedHash<H>[];
  readonly refused: readonly RefusedHash[];
}

export const MOST_NOTE = 500;
/** About half of the bits are set, since each says whether a frequency lies above the median. */
const LEAST_BITS = 64;
const MOST_BITS = 192;
export const PDQ_HEX = /^[0-9a-f]{64}$/i;

const bitsOf = (pdq: string): number =>
  [...pdq].reduce((sum, digit) => sum + (Number.parseInt(digit, 16).toString(2).match(/1/g)?.length ?? 0), 0);

/** What is wrong with a hash, or null. */
export function hashFault(pdq: string): string | null {
  if (!PDQ_HEX.test(pdq)) return 'a PDQ hash has 64 hex digits';
  const bits = bitsOf(pdq);
  return bits < LEAST_BITS || bits > MOST_BITS
    ? `${bits} of 256 bits are set, as of a plain picture: it would be near to every other plain one`
    : null;
}

/** What is wrong with a picture of this quality, or null. */
export const qualityFault = (quality: number): string | null =>
  quality >= LEAST_QUALITY ? null : `quality ${quality}: below ${LEAST_QUALITY} a picture is too plain to compare`;

const EXACT = /^[0-9a-f]{64}$/;
const SIMHASH = /^[0-9a-f]{16}$/;
/** The hashes of a text as they may be written, or null. */
export function textHashOf(written: TextHash): TextHash | null {
  const [exact, simhash] = [written.exact.trim().toLowerCase(), written.simhash.trim().toLowerCase()];
  return EXACT.test(exact) && SIMHASH.test(simhash) ? { exact, simhash } : null;
}

/** `fault`: why no note is compared with it, or null. */
export function hashOfText(raw: string): HashedText & { readonly fault: string | null } {
  const text = normaliseText(raw);
  const fault = isTooShort(text)
    ? `a text of fewer than ${LEAST_HASHED} characters is no text to know again: write a term`
    : null;
  return { ...hashedText(text), fault };
}

const Row = z.object({
  pdq: z.string().optional(),
  hash: z.string().optional(),
  text: z.string().optional(),
  exact: z.string().optional(),
  simhash: z.string().optional(),
  note: z.string().optional(),
  quality: z.coerce.number().optional(),
});
type Row = z.infer<typeof Row>;

export interface ListOf<H> {
  /** Any of these in the first line of a CSV names the columns. */
  readonly columns: readonly ('pdq' | 'hash' | 'text' | 'exact')[];
  readonly said: string;
  /** The column of a list that names none, where its cells can only be that. */
  readonly bare: { readonly column: 'pdq'; readonly pattern: RegExp } | null;
  /** A word: why there is none. */
  hashOf(row: Row): H | string;
}
export const PICTURE_LIST: ListOf<PictureHash> = {
  columns: ['pdq', 'hash'],
  said: 'pdq or hash',
  bare: { column: 'pdq', pattern: PDQ_HEX },
  hashOf({ pdq, hash, quality }) {
    const hex = (pdq ?? hash ?? '').trim().toLowerCase();
    const fault = hashFault(hex) ?? (quality === undefined ? null : qualityFault(quality));
    return fault ?? { pdq: hex };
  },
};
export const TEXT_LIST: ListOf<TextHash> = {
  columns: ['text', 'exact'],
  said: 'text, or exact and simhash',
  bare: null,
  hashOf({ text, exact = '', simhash = '' }) {
    if (text !== undefined && text !== '') {
      const { fault, exact, simhash } = hashOfText(text);
      return fault ?? { exact, simhash };
    }
    return textHashOf({ exact, simhash }) ?? 'neither a text nor exact with 64 and simhash with 16 hex digits';
  },
};

function listed<H>(line: number, row: Row, list: ListOf<H>): ListedHash<H> | RefusedHash {
  const hash = list.hashOf(row);
  const note = row.note ?? '';
  if (typeof hash === 'string') return { line, why: hash };
  if (note.length > MOST_NOTE) return { line, why: `the note is longer than ${MOST_NOTE} characters` };
  return { line, hash, note };
}

const NAMES = ['pdq', 'hash', 'text', 'exact', 'simhash', 'note'] as const;

function fromCsv<H>(text: string, list: ListOf<H>): readonly (ListedHash<H> | RefusedHash)[] {
  const rows = rowsOf(text);
  const head = rows[0]?.cells.map((cell) => cell.toLowerCase()) ?? [];
  const hasHead = list.columns.some((column) => head.includes(column));
  // A list of bare hashes needs no first line that names its columns.
  if (!hasHead && list.bare?.pattern.test(head[0] ?? '') !== true) {
    const quality = list.bare === null ? '' : ' and quality';
    return [{ line: 1, why: `the first line names the columns: ${list.said}, and if wanted note${quality}` }];
  }
  const columns = hasHead ? head : [list.bare?.column ?? ''];
  return (hasHead ? rows.slice(1) : rows).map(({ line, cells }) => {
    const cell = (name: string): string | undefined => cells[columns.indexOf(name)];
    const quality = cell('quality');
    const words = Object.fromEntries(NAMES.map((name) => [name, cell(name)]));
    return listed(
      line,
      { ...words, quality: quality === undefined || quality === '' ? undefined : Number(quality) },
      list,
    );
  });
}

function fromLine<H>(written: string, line: number, list: ListOf<H>): ListedHash<H> | RefusedHash {
  try {
    const row = Row.safeParse(JSON.parse(written));
    return row.success ? listed(line, row.data, list) : { line, why: `no object with ${list.said}` };
  } catch {
    // What a parser says of a line may quote it.
    return { line, why: 'not JSON' };
  }
}

const fromJsonLines = <H>(text: string, list: ListOf<H>): readonly (ListedHash<H> | RefusedHash)[] =>
  text.split('\n').flatMap((written, at) => (written.trim() === '' ? [] : [fromLine(written, at + 1, list)]));

export function readHashes<H>(text: string, format: HashFormat, list: ListOf<H>): ReadHashes<H> {
  const clean = text.replace(/^\uFEFF/, '');
  const read = format === 'csv' ? fromCsv(clean, list) : fromJsonLines(clean, list);
  return {
    hashes: read.filter((entry): entry is ListedHash<H> => 'hash' in entry),
    refused: read.filter((entry): entry is RefusedHash => 'why' in entry),
  };
}
