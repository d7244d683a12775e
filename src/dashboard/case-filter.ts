/** Filters of the queue page, as they stand in its address and as the next case is asked for. */
import type { DecisionOrder } from './api/types.js';

const LISTS = ['reason', 'desk', 'language', 'region', 'category'] as const;
const IDS = ['source', 'noteId'] as const;
const FILTERS = ['status', 'holder', 'overdue', ...LISTS, ...IDS] as const;

/** The address without what is no filter: what a saved view keeps and a case carries along. */
export function filterOf(params: URLSearchParams): string {
  const kept = FILTERS.flatMap((name) => {
    const value = params.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  return new URLSearchParams(Object.fromEntries(kept)).toString();
}

type NextView = NonNullable<DecisionOrder['next']>;
/** The view as the body of POST /v1/cases/next, which takes open cases that nobody holds. */
export function viewOf(filter: string): NextView {
  const params = new URLSearchParams(filter);
  const given = <N extends string, T>(names: readonly N[], read: (value: string) => T) =>
    names.flatMap((name) => {
      const value = params.get(name);
      return value === null ? [] : [[name, read(value)] as const];
    });
  return Object.fromEntries<unknown>([
    ...given(LISTS, (value) => value.split(',').filter((entry) => entry !== '')),
    ...given(IDS, (value) => value),
    ...given(['overdue'], (value) => value === 'true'),
  ]) as NextView;
}
