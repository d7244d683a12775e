/** What the start page, the look-up and the audit page ask for. */
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { getJson } from './client.js';
import type { AuditCheck, AuditEvents, Figures, Found } from './types.js';

/** A page that people keep open shows what happened since. */
const REFRESH_MS = 15_000;

export const useFigures = (days: number) =>
  useQuery({
    queryKey: ['figures', days],
    queryFn: ({ signal }) => getJson<Figures>(`/v1/statistics?days=${days}`, signal),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });

export const MOST_FOUND = 50;
export const useSearch = (text: string) =>
  useQuery({
    queryKey: ['search', text],
    queryFn: ({ signal }) => getJson<Found>(`/v1/search?text=${encodeURIComponent(text)}&limit=${MOST_FOUND}`, signal),
    enabled: text.length > 0,
  });

export const useAudit = (search: string) =>
  useQuery({
    queryKey: ['audit', search],
    queryFn: ({ signal }) => getJson<AuditEvents>(`/v1/audit?${search}`, signal),
    placeholderData: keepPreviousData,
  });

export const useAuditCheck = () =>
  useMutation({ mutationFn: () => getJson<AuditCheck>('/v1/audit/verify', AbortSignal.timeout(120_000)) });
