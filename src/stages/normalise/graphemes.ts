/** Widens spans to whole graphemes, so that no highlight ever cuts a letter, a flag or a family in two. */
import type { Span } from '../../domain.js';
import { unitTable } from './unit-table.js';

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Units beside surrogates that can take part in a grapheme of several units (UAX #29). */
const JOINABLE = /[\p{M}\p{Cf}\r\n\u0d4e\u0e33\u0eb3\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\uff9e\uff9f]/u;
const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;
const JOINS = 1;
const joiningOf = unitTable((unit) => (isSurrogate(unit.charCodeAt(0)) || JOINABLE.test(unit) ? JOINS : 0));
const isJoinable = (code: number): boolean => joiningOf(code) === JOINS;

/** Returns a function that widens spans of `raw`; the segments are only looked up where units can join. */
export function widenIn(raw: string): (span: Span) => Span {
  let segments: Intl.Segments | null = null;
  let last = { start: 0, end: 0 };
  const around = (at: number): { start: number; end: number } => {
    if (at > last.start && at < last.end) return last;
    segments ??= segmenter.segment(raw);
    const found = segments.containing(at);
    if (found === undefined) return { start: at, end: at };
    last = { start: found.index, end: found.index + found.segment.length };
    return last;
  };
  const isEdge = (at: number): boolean =>
    at <= 0 || at >= raw.length || (!isJoinable(raw.charCodeAt(at)) && !isJoinable(raw.charCodeAt(at - 1)));
  return ({ start, end }) => {
    const from = isEdge(start) ? start : around(start).start;
    if (start === end) return { start: from, end: from };
    if (isEdge(end)) return { start: from, end };
    const tail = around(end);
    return { start: from, end: tail.start === end ? end : tail.end };
  };
}
