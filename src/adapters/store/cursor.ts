/** Opaque keyset cursors: the list's name, the time in milliseconds and the id of the last row shown. */
import { InvalidInputError } from '../../errors.js';

export interface Position {
  readonly at: Date;
  readonly id: string;
}

export const cursorOf = (list: string, at: Date, id: string): string =>
  Buffer.from(JSON.stringify([list, at.getTime(), id])).toString('base64url');

export function positionOf(list: string, cursor: string | null): Position | null {
  if (cursor === null) return null;
  const parts = parse(cursor);
  const [name, at, id] = Array.isArray(parts) ? parts : [];
  const isOurs = name === list && isMoment(at) && typeof id === 'string' && !id.includes('\0');
  if (!isOurs) {
    throw new InvalidInputError('cursor_invalid', 'The cursor was not issued by this list');
  }
  return { at: new Date(at), id };
}

/** Rows are younger than 1970, and a cursor that anyone may have written must not become a fault of the database. */
const isMoment = (at: unknown): at is number =>
  typeof at === 'number' && at >= 0 && !Number.isNaN(new Date(at).getTime());

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/** `rows` holds one more than asked for when there is a next page. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  show: (row: R) => T,
  mark: (row: R) => string,
): { readonly items: readonly T[]; readonly nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(show), nextCursor: rows.length > limit && last !== undefined ? mark(last) : null };
}
