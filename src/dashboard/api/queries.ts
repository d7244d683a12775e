/** Session, notes and the way to write; what a page alone asks for stands beside the page's other questions. */
import { keepPreviousData, type Query, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { forgetOthers } from '../kept-in-tab.js';
import { ApiError, getJson, type Order, sendJson } from './client.js';
import type { NoteDetail, NotesPage, SessionView, SignInWays } from './types.js';

export const SESSION = ['session'] as const;

/** Who was here last: somebody else sees nothing that was read or begun before. */
let lastUserId: string | null = null;
const isOfAnybody = { predicate: ({ queryKey }: Query) => queryKey[0] !== SESSION[0] };

export function useSession() {
  const queries = useQueryClient();
  return useQuery({
    queryKey: SESSION,
    queryFn: async ({ signal }) => {
      const session = await getJson<SessionView>('/auth/session', signal);
      if (lastUserId !== null && lastUserId !== session.user.id) queries.removeQueries(isOfAnybody);
      lastUserId = session.user.id;
      forgetOthers(session.user.id);
      return session;
    },
  });
}

/** The session ended by itself, and what was begun waits for the same person. */
export const hasLostSession = (): boolean => lastUserId !== null;

export const useSignInWays = () =>
  useQuery({
    queryKey: ['sign-in-ways'],
    queryFn: ({ signal }) => getJson<SignInWays>('/auth/methods', signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Sends with the CSRF token of the session that the page shows. */
export function useSend(): <T>(order: Order) => Promise<T> {
  const queries = useQueryClient();
  return useCallback(
    <T>(order: Order) => sendJson<T>(order, queries.getQueryData<SessionView>(SESSION)?.csrfToken ?? null),
    [queries],
  );
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { readonly login: string; readonly password: string }) =>
      sendJson({ method: 'POST', path: '/auth/sign-in', body }, null),
    onSuccess: () => queries.invalidateQueries({ queryKey: SESSION }),
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: () => send({ method: 'POST', path: '/auth/sign-out', body: {} }),
    // Nothing that was seen stays in memory for the next person.
    onSettled: async () => {
      lastUserId = null;
      queries.removeQueries(isOfAnybody);
      forgetOthers(null);
      await queries.resetQueries({ queryKey: SESSION });
    },
  });
}

/** `search` is the query string of the page, which is the query string of the API. */
export const useNotes = (search: string) =>
  useQuery({
    queryKey: ['notes', search],
    queryFn: ({ signal }) => getJson<NotesPage>(`/v1/notes?${search}`, signal),
    placeholderData: keepPreviousData,
  });

const isPending = (note: NoteDetail | undefined): boolean => note?.status === 'pending';

export const useNote = (noteId: string) =>
  useQuery({
    queryKey: ['note', noteId],
    queryFn: ({ signal }) => getJson<NoteDetail>(`/v1/notes/${encodeURIComponent(noteId)}`, signal),
    refetchInterval: (query) => (isPending(query.state.data) ? 1_000 : false),
  });

export const isSignedOut = (error: Error | null): boolean => error instanceof ApiError && error.status === 401;
