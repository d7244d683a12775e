/** Settings of a person. They are kept by the server and follow the person to every machine. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getJson } from './client.js';
import { useSend } from './queries.js';

export interface Preferences {
  readonly blur: boolean;
  readonly grey: boolean;
  readonly blurText: boolean;
  /** A picture is seen while the pointer rests on it. */
  readonly rest: boolean;
  /** Single keys act; a person with a speech input may want them off (WCAG 2.1.4). */
  readonly keys: boolean;
}
export const DEFAULTS: Preferences = { blur: true, grey: true, blurText: false, rest: true, keys: true };
const KEY = ['preferences'] as const;
type Stored = Readonly<Record<string, string | number | boolean>>;

const readFrom = (stored: Stored): Preferences => {
  const flag = (name: keyof Preferences): boolean => {
    const value = stored[name];
    return typeof value === 'boolean' ? value : DEFAULTS[name];
  };
  return {
    blur: flag('blur'),
    grey: flag('grey'),
    blurText: flag('blurText'),
    rest: flag('rest'),
    keys: flag('keys'),
  };
};

const useStored = () =>
  useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => getJson<Stored>('/v1/preferences', signal),
    staleTime: 60_000,
  });

/** Until they are known the careful ones hold. */
export const usePreferences = (): Preferences => readFrom(useStored().data ?? {});

export function useSavePreferences() {
  const queries = useQueryClient();
  const stored = useStored();
  const send = useSend();
  return useMutation({
    mutationFn: (change: Partial<Preferences>) =>
      send<Stored>({ method: 'PUT', path: '/v1/preferences', body: { ...stored.data, ...change } }),
    onMutate: (change) => queries.setQueryData<Stored>(KEY, (old) => ({ ...old, ...change })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
