/**
 * What a person has begun and not yet sent. It lies beside the answers of the server and goes when they go, at sign-out
 * or when somebody else signs in; neither a session that ends in the middle of a sentence nor a reload of the tab takes
 * anything away.
 */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { SESSION } from './api/queries.js';
import type { SessionView } from './api/types.js';
import { dropInTab, keepInTab, keptInTab } from './kept-in-tab.js';

const KEPT = 'kept';
export const keptForGood = (queries: QueryClient): void =>
  queries.setQueryDefaults([KEPT], { gcTime: Number.POSITIVE_INFINITY });

interface Change<T> {
  (change: (old: T) => T): void;
  /** It is done: a reload of the page finds nothing of it. */
  readonly drop: () => void;
}

export function useKept<T>(name: string, fresh: () => T): readonly [T, Change<T>] {
  const queries = useQueryClient();
  const mine = (): string | undefined => queries.getQueryData<SessionView>(SESSION)?.user.id;
  const read = (): T => {
    const userId = mine();
    const had = queries.getQueryData<T>([KEPT, name]);
    if (had !== undefined || userId === undefined) return had ?? fresh();
    const before = keptInTab(userId, name) as T | undefined;
    if (typeof before !== 'object' || before === null) return before ?? fresh();
    return { ...fresh(), ...before };
  };
  const [state, setState] = useState(() => ({ name, value: read() }));
  // Another name, another thing: the component stays where it is.
  const isOther = state.name !== name;
  const current = isOther ? { name, value: read() } : state;
  if (isOther) setState(current);
  const change = (apply: (old: T) => T) => {
    const value = apply(queries.getQueryData<T>([KEPT, name]) ?? current.value);
    const userId = mine();
    queries.setQueryData([KEPT, name], value);
    if (userId !== undefined) keepInTab(userId, name, value);
    setState({ name, value });
  };
  const drop = () => {
    const userId = mine();
    if (userId !== undefined) dropInTab(userId, name);
  };
  return [current.value, Object.assign(change, { drop })];
}
