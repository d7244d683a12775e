/** Pieces of a text that may be a known text by themselves: its lines, its paragraphs, and all above or below a line. */
import { sha256Hex } from '../../domain/sha256.js';
import type { NormalisedText, Span } from '../../domain.js';
import { foldedOf } from './bench.js';

export interface TextPiece {
  /** As the hash of a text of its own. */
  readonly exact: string;
  readonly span: Span;
  /** The first and the last, from 1. */
  readonly lines: readonly [number, number];
}

/** Of a longer text the lines behind these are not taken apart. */
const MOST_LINES = 64;

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

interface Line {
  readonly span: Span;
  readonly number: number;
  readonly folded: string;
}

/** Those that say something: the first of a text. */
function linesOf(raw: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (let number = 1; start <= raw.length && lines.length < MOST_LINES; number += 1) {
    LINE_END.lastIndex = start;
    const ending = LINE_END.exec(raw);
    const end = ending?.index ?? raw.length;
    const folded = foldedOf(raw.slice(start, end));
    if (folded !== '') lines.push({ span: { start, end }, number, folded });
    start = ending === null ? raw.length + 1 : LINE_END.lastIndex;
  }
  return lines;
}

type Run = readonly [first: number, last: number];

/** Longer ones first; never all of them. */
function runsOf(lines: readonly Line[]): readonly Run[] {
  const last = lines.length - 1;
  const runs = new Map<string, Run>();
  const add = (from: number, to: number): void => {
    if (to - from < last) runs.set(`${from} ${to}`, [from, to]);
  };
  let paragraph = 0;
  for (const [at, { number }] of lines.entries()) {
    add(at, at);
    add(0, at);
    add(at, last);
    const next = lines[at + 1];
    if (next !== undefined && next.number === number + 1) continue;
    add(paragraph, at);
    paragraph = at + 1;
  }
  return [...runs.values()].toSorted((a, b) => b[1] - b[0] - (a[1] - a[0]) || a[0] - b[0]);
}

/** `least`: characters of the folded text below which a piece is none. */
export function piecesOf({ raw }: NormalisedText, least: number): readonly TextPiece[] {
  // Most notes are one line, which is the whole text and folded already.
  if (raw.search(LINE_END) < 0) return [];
  const lines = linesOf(raw);
  return runsOf(lines).flatMap(([from, to]) => {
    const run = lines.slice(from, to + 1);
    const [first, last] = [run[0], run.at(-1)];
    const folded = run.map((line) => line.folded).join(' ');
    if (first === undefined || last === undefined || folded.length < least) return [];
    const span = { start: first.span.start, end: last.span.end };
    return [{ exact: sha256Hex(folded), span, lines: [first.number, last.number] }];
  });
}
