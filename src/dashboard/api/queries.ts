import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, getJson, postJson } from './client.js';
import type { NoteDetail, NotesPage, OverviewFigures, SessionView } from './types.js';

export const SESSION = ['session'] as const;
/** A page that people keep open shows what happened since. */
const REFRESH_MS = 5_000;

export const useSession = () =>
  useQuery({ queryKey: SESSION, queryFn: ({ signal }) => getJson<SessionView>('/auth/session', signal) });

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (credentials: { readonly login: string; readonly password: string }) =>
      postJson('/auth/sign-in', credentials, null),
    onSuccess: () => queries.invalidateQueries({ queryKey: SESSION }),
  });
}

export function useSignOut(csrfToken: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => postJson('/auth/sign-out', {}, csrfToken),
    // Nothing that was seen stays in memory for the next person.
    onSettled: async () => {
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION[0] });
      await queries.resetQueries({ queryKey: SESSION });
    },
  });
}

export const useOverview = () =>
  useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => getJson<OverviewFigures>('/v1/overview', signal),
    refetchInterval: REFRESH_MS,
  });

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
