/** The notes that a backtest names, with the ids of the platform: looked up when it is read, so that none outlives its note. */
import type { Backtest, ChangedAnswer } from '../../policy/backtest.js';
import type { Store } from '../../ports/store.js';

export interface NamedChange extends ChangedAnswer {
  readonly externalId: string;
}

/** Without those that were erased since. */
export async function namedChanges(
  notes: Pick<Store['notes'], 'get'>,
  { firstChanged = [] }: Pick<Backtest, 'firstChanged'>,
): Promise<readonly NamedChange[]> {
  const ids = [...new Set(firstChanged.map(({ noteId }) => noteId))];
  const views = await Promise.all(ids.map((id) => notes.get(null, id)));
  const known = new Map(
    views.flatMap((view) =>
      view === null || view.status === 'erased' ? [] : [[view.noteId, view.externalId] as const],
    ),
  );
  return firstChanged.flatMap((change) => {
    const externalId = known.get(change.noteId);
    return externalId === undefined ? [] : [{ ...change, externalId }];
  });
}
