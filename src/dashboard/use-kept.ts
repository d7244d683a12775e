/**
 * What a person has begun and not yet sent. It lies beside the answers of the server and goes when they go, at sign-out
 * or when somebody else signs in; a session that ends in the middle of a sentence takes nothing away.
 */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

const KEPT = 'kept';
export const keptForGood = (queries: QueryClient): void =>
  queries.setQueryDefaults([KEPT], { gcTime: Number.POSITIVE_INFINITY });

export function useKept<T>(name: string, fresh: () => T): readonly [T, (change: (old: T) => T) => void] {
  const queries = useQueryClient();
  const read = (): T => queries.getQueryData<T>([KEPT, name]) ?? fresh();
  const [state, setState] = useState(() => ({ name, value: read() }));
  // Another name, another thing: the component stays where it is.
  const isOther = state.name !== name;
  const current = isOther ? { name, value: read() } : state;
  if (isOther) setState(current);
  const change = (apply: (old: T) => T) => {
    const value = apply(queries.getQueryData<T>([KEPT, name]) ?? current.value);
    queries.setQueryData([KEPT, name], value);
    setState({ name, value });
  };
  return [current.value, change];
}
