/** A word list as others publish it -> its words, each with the line that it stands on. Reads text, touches no files. */
import { CATEGORY_IDS, type CategoryId, isCategoryId } from '../../categories.js';
import { didYouMean } from '../../policy/nearest.js';
import { BOUNDARIES, type Boundary } from '../../stages/match/term-length.js';

export const FORMATS = ['ldnoobw', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

export interface ListedTerm {
  /** From 1. */
  readonly line: number;
  readonly wording: string;
  readonly category: CategoryId;
  readonly severity: number;
  readonly boundary: Boundary;
}
export interface Refused {
  readonly line: number;
  readonly why: string;
}
export interface ReadList {
  readonly terms: readonly ListedTerm[];
  readonly refused: readonly Refused[];
}
export type Defaults = Pick<ListedTerm, 'category' | 'severity' | 'boundary'>;

export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** RFC 4180: quoted cells may hold commas, line ends and doubled quotes. */
export function rowsOf(text: string): readonly Row[] {
  const rows: Row[] = [];
  let [cells, cell, quoted, line, first]: [string[], string, boolean, number, number] = [[], '', false, 1, 1];
  const endRow = (): void => {
    if (cells.length > 0 || cell.trim() !== '') rows.push({ line: first, cells: [...cells, cell.trim()] });
    [cells, cell, first] = [[], '', line + 1];
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quoted && char === '"' && text.charAt(at + 1) === '"') {
      cell += '"';
      at += 1;
    } else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) [cells, cell] = [[...cells, cell.trim()], ''];
    else if (char === '\n' && !quoted) endRow();
    else if (char !== '\r') cell += char;
    if (char === '\n') {
      line += 1;
      if (!quoted) first = line;
    }
  }
  endRow();
  return rows;
}

const COLUMNS = ['term', 'category', 'severity', 'boundary'] as const;

function termOf(row: Row, columns: readonly string[], defaults: Defaults): ListedTerm | Refused {
  const { line } = row;
  const cell = (name: (typeof COLUMNS)[number]): string => row.cells[columns.indexOf(name)] ?? '';
  const wording = cell('term');
  const category = cell('category') === '' ? defaults.category : cell('category');
  const severity = cell('severity') === '' ? defaults.severity : Number(cell('severity'));
  const boundary = cell('boundary') === '' ? defaults.boundary : BOUNDARIES.find((known) => known === cell('boundary'));
  if (wording === '') return { line, why: 'no term' };
  if (!isCategoryId(category)) {
    return { line, why: `unknown category "${category}"${didYouMean(category, CATEGORY_IDS)}` };
  }
  if (!Number.isInteger(severity) || severity < 0 || severity > 4) return { line, why: 'severity is 0 to 4' };
  if (boundary === undefined) return { line, why: `boundary is one of ${BOUNDARIES.join(', ')}` };
  return { line, wording, category, severity, boundary };
}

function readCsv(text: string, defaults: Defaults): ReadList {
  const [head, ...rows] = rowsOf(text);
  const columns = (head?.cells ?? []).map((name) => name.toLowerCase());
  if (!columns.includes('term')) {
    return { terms: [], refused: [{ line: 1, why: `the first line names the columns: ${COLUMNS.join(', ')}` }] };
  }
  const read = rows.map((row) => termOf(row, columns, defaults));
  return {
    terms: read.filter((entry): entry is ListedTerm => 'wording' in entry),
    refused: read.filter((entry): entry is Refused => 'why' in entry),
  };
}

/** One term a line, as the list of that name has it; `#` begins a remark. */
function readLines(text: string, defaults: Defaults): ReadList {
  const terms = text.split('\n').flatMap((written, index) => {
    const wording = written.trim();
    return wording === '' || wording.startsWith('#') ? [] : [{ ...defaults, line: index + 1, wording }];
  });
  return { terms, refused: [] };
}

export function readList(text: string, format: Format, defaults: Defaults): ReadList {
  // What only turns the order of the letters is no part of a word, and no bank may hold it.
  const clean = text.replace(/^\uFEFF|[\u202A-\u202E]/g, '');
  return format === 'csv' ? readCsv(clean, defaults) : readLines(clean, defaults);
}
