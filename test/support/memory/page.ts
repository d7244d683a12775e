import { InvalidInputError } from '../../../src/errors.js';
import type { Page } from '../../../src/ports/store.js';

/** Rows newest first; the cursor names the last row that was shown. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  cursor: string | null,
  limit: number,
  shape: { readonly id: (row: Row) => string; readonly item: (row: Row) => Item },
): Page<Item> {
  const after = cursor === null ? null : Buffer.from(cursor, 'base64url').toString('utf8');
  if (after !== null && !/^[a-z]+_\d{8}$/.test(after)) {
    throw new InvalidInputError('cursor_invalid', 'The cursor was not issued by this list.');
  }
  const sorted = rows.toSorted((a, b) => (shape.id(a) < shape.id(b) ? 1 : -1));
  const rest = after === null ? sorted : sorted.filter((row) => shape.id(row) < after);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  const more = rest.length > shown.length && last !== undefined;
  return { items: shown.map(shape.item), nextCursor: more ? Buffer.from(shape.id(last)).toString('base64url') : null };
}
