/** The queue: its pages, its counts as they change, and the claim of the next case. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { viewOf } from '../case-filter.js';
import { getJson } from './client.js';
import { useSend } from './queries.js';
import type { CaseCounts, CaseRow, Cases, Lease, SavedViews } from './types.js';

const PAGE_SIZE = '50';
export const useCases = (filter: string, cursor: string | null) =>
  useQuery({
    queryKey: ['cases', filter, cursor],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams(filter);
      query.set('limit', PAGE_SIZE);
      if (cursor !== null) query.set('cursor', cursor);
      return getJson<Cases>(`/v1/cases?${query}`, signal);
    },
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });

const COUNTS = ['case-counts'] as const;
const COUNTS_REFRESH_MS = 15_000;
export const useCounts = () =>
  useQuery({
    queryKey: COUNTS,
    queryFn: ({ signal }) => getJson<CaseCounts>('/v1/cases/counts', signal),
    refetchInterval: COUNTS_REFRESH_MS,
  });

export type Change = Pick<CaseRow, 'id' | 'status' | 'holder' | 'dueAt' | 'decisionId'>;
const changed = (cases: Cases, change: Change): Cases => ({
  ...cases,
  items: cases.items.map((row) => (row.id === change.id ? { ...row, ...change } : row)),
});

/** Keeps counts and holders live while the page is open. The browser reconnects by itself. */
export function useLiveQueue(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const stream = new EventSource('/v1/cases/events');
    stream.addEventListener('counts', (event: MessageEvent<string>) =>
      queries.setQueryData<CaseCounts>(COUNTS, JSON.parse(event.data) as CaseCounts),
    );
    stream.addEventListener('case', (event: MessageEvent<string>) => {
      const change = JSON.parse(event.data) as Change;
      queries.setQueriesData<Cases>({ queryKey: ['cases'] }, (old) => old && changed(old, change));
    });
    // More has changed than is told case by case, or the connection was away.
    stream.addEventListener('reset', () => void queries.invalidateQueries({ queryKey: ['cases'] }));
    return () => stream.close();
  }, [queries]);
}

export function useNextCase() {
  const send = useSend();
  return useMutation({
    mutationFn: (filter: string) =>
      send<{ readonly lease: Lease | null }>({ method: 'POST', path: '/v1/cases/next', body: viewOf(filter) }),
  });
}

const VIEWS = ['saved-views'] as const;
export const useSavedViews = () =>
  useQuery({ queryKey: VIEWS, queryFn: ({ signal }) => getJson<SavedViews>('/v1/saved-filters', signal) });

export function useSaveView() {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: (body: { readonly name: string; readonly query: string }) =>
      send({ method: 'POST', path: '/v1/saved-filters', body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: VIEWS }),
  });
}

export function useDropView() {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: (id: string) => send({ method: 'DELETE', path: `/v1/saved-filters/${encodeURIComponent(id)}` }),
    onSuccess: () => queries.invalidateQueries({ queryKey: VIEWS }),
  });
}
