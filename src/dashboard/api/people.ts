import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getJson } from './client.js';
import { useSend } from './queries.js';
import type { People, PersonChange, PersonInput, PersonWithPassword } from './types.js';

const KEY = ['people'] as const;
const pathOf = (id: string): string => `/v1/users/${encodeURIComponent(id)}`;

export const usePeople = () =>
  useQuery({ queryKey: KEY, queryFn: ({ signal }) => getJson<People>('/v1/users', signal) });

export function useAddPerson() {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: (body: PersonInput) => send<PersonWithPassword>({ method: 'POST', path: '/v1/users', body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useChangePerson(id: string) {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: (body: PersonChange) => send({ method: 'PATCH', path: pathOf(id), body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useNewPassword(id: string) {
  const send = useSend();
  return useMutation({
    mutationFn: () =>
      send<{ readonly password: string | null }>({ method: 'POST', path: `${pathOf(id)}/password`, body: {} }),
  });
}

export function useOwnPassword() {
  const send = useSend();
  return useMutation({
    mutationFn: (body: { readonly current: string; readonly password: string }) =>
      send({ method: 'POST', path: '/auth/password', body }),
  });
}
