/** One case: reading it, and the steps that its holder takes. */
import {
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import i18next from 'i18next';
import { useEffect, useRef } from 'react';
import type { Change } from './cases.js';
import { getJson, isUnreachable } from './client.js';
import { useSend } from './queries.js';
import type {
  Alike,
  CaseDetail,
  CaseTranslation,
  Colleagues,
  Decided,
  DecisionOrder,
  Lease,
  Notices,
  VerdictInput,
} from './types.js';

/** The lease lasts 5 minutes unless the server is told otherwise; two lost heartbeats are no harm. */
const HEARTBEAT_MS = 60_000;
const SHORTEST_HEARTBEAT_MS = 1_000;
const RETRY_MS = 500;
const UNBLURRED_RETRIES = 5;
const pathOf = (caseId: string): string => `/v1/cases/${encodeURIComponent(caseId)}`;
const keyOf = (caseId: string) => ['case', caseId] as const;

export const caseQuery = (caseId: string) =>
  queryOptions({
    queryKey: keyOf(caseId),
    // In the language of the interface at the time of asking.
    queryFn: ({ signal }) =>
      getJson<CaseDetail>(`${pathOf(caseId)}?to=${encodeURIComponent(i18next.language)}`, signal),
    // Each reading is recorded; what changes is asked for again by the steps themselves.
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
export const useCase = (caseId: string) => useQuery(caseQuery(caseId));

/** The queue as it was read before a step is no longer true; nobody looks at it while a case is open. */
const forgetQueue = (queries: QueryClient): void => queries.removeQueries({ queryKey: ['cases'], type: 'inactive' });

/** A step answers 204 or a small thing, and the case is read again. */
export function useStep<T = unknown>(caseId: string, step: string) {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: (body: object) => send<T>({ method: 'POST', path: `${pathOf(caseId)}/${step}`, body }),
    onSettled: () => {
      forgetQueue(queries);
      return queries.invalidateQueries({ queryKey: keyOf(caseId) });
    },
  });
}

/** What was seen is recorded, also when the network stumbles; nothing on the page changes by it. */
export function useUnblurred(caseId: string) {
  const send = useSend();
  return useMutation({
    mutationFn: (body: { readonly image: number | null }) =>
      send({ method: 'POST', path: `${pathOf(caseId)}/unblurred`, body }),
    retry: UNBLURRED_RETRIES,
  });
}

/** The answer takes the place of what the case had: no second reading, which would be recorded. */
export function useTranslate(caseId: string) {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: (to: string) =>
      send<CaseTranslation>({ method: 'POST', path: `${pathOf(caseId)}/translation`, body: { to } }),
    onSuccess: (translation) =>
      queries.setQueryData<CaseDetail>(keyOf(caseId), (old) => old && { ...old, translation }),
  });
}

/** Sentences of the notice, for whoever cannot read the author's language; nothing is asked unless wished. */
export function useNoticeTranslation(caseId: string) {
  const send = useSend();
  return useMutation({
    mutationFn: ({ to, language, sentences }: NoticeToTranslate) =>
      send<CaseTranslation>({
        method: 'POST',
        path: `${pathOf(caseId)}/translation`,
        body: { to, notice: { language, sentences } },
      }),
  });
}
export interface NoticeToTranslate {
  readonly to: string;
  readonly language: string;
  readonly sentences: readonly string[];
}

export function useClaim(caseId: string) {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: () => send<Lease>({ method: 'POST', path: `${pathOf(caseId)}/claim` }),
    onSettled: () => queries.invalidateQueries({ queryKey: keyOf(caseId) }),
  });
}

export function useExtend(caseId: string) {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: (body: { readonly epoch: number; readonly minutes: 5 | 30 }) =>
      send<Lease>({ method: 'POST', path: `${pathOf(caseId)}/extend`, body }),
    onSuccess: ({ epoch, until }) =>
      queries.setQueryData<CaseDetail>(keyOf(caseId), (old) => old && { ...old, lease: { epoch, until } }),
    onError: () => queries.invalidateQueries({ queryKey: keyOf(caseId) }),
  });
}

/** The policy may judge again while a person looks, once the pictures are read: then the page shows that result. */
export function useLiveCase(shown: CaseDetail['case']): void {
  const queries = useQueryClient();
  const current = useRef(shown);
  current.current = shown;
  useEffect(() => {
    // One stream for all the cases that are opened one after the other.
    const stream = new EventSource('/v1/cases/events?counts=off');
    stream.addEventListener('case', (event: MessageEvent<string>) => {
      const change = JSON.parse(event.data) as Change;
      const { id, decisionId, holder, status } = current.current;
      if (change.id !== id) return;
      // Somebody else has it now, nobody has, or it is closed: told before the hand has finished its sentence.
      const hasMoved = change.status !== status || (status === 'open' && change.holder?.id !== holder?.id);
      if (change.decisionId === decisionId && !hasMoved) return;
      void queries.invalidateQueries({ queryKey: keyOf(id) });
    });
    // What was not told may have been about this case.
    stream.addEventListener('reset', () => void queries.invalidateQueries({ queryKey: keyOf(current.current.id) }));
    return () => stream.close();
  }, [queries]);
}

/** Holds the claim while the case is on the screen; a longer time that was asked for is never cut short. */
export function useHeartbeat(caseId: string, lease: CaseDetail['lease']): void {
  const queries = useQueryClient();
  const { mutate } = useExtend(caseId);
  const epoch = lease?.epoch ?? null;
  const until = lease?.until ?? null;
  useEffect(() => {
    if (epoch === null || until === null) return;
    const leftMs = (): number => Date.parse(until) - Date.now();
    const beatMs = Math.min(HEARTBEAT_MS, Math.max(SHORTEST_HEARTBEAT_MS, leftMs() / 3));
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && leftMs() < 5 * HEARTBEAT_MS) mutate({ epoch, minutes: 5 });
    }, beatMs);
    // Whoever was away finds the case as it is now, to be taken again.
    const ended = setTimeout(() => void queries.invalidateQueries({ queryKey: keyOf(caseId) }), leftMs());
    return () => {
      clearInterval(timer);
      clearTimeout(ended);
    };
  }, [queries, caseId, mutate, epoch, until]);
}

interface Deciding {
  /** Said with the decision: while an answer is waited for, the page may show another case. */
  readonly caseId: string;
  readonly order: DecisionOrder;
}

export function useDecide() {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: ({ caseId, order }: Deciding) =>
      send<Decided>({ method: 'POST', path: `${pathOf(caseId)}/decision`, body: order }),
    // The answer may be lost and not the question; asked again, the server answers as it did.
    retry: (failures, error) => failures < 1 && isUnreachable(error),
    retryDelay: RETRY_MS,
    onSuccess: (_decided, { caseId }) => {
      forgetQueue(queries);
      return queries.invalidateQueries({ queryKey: keyOf(caseId), refetchType: 'none' });
    },
    // The refusal is told at once, whatever becomes of the second reading.
    onError: (_error, { caseId }) => void queries.invalidateQueries({ queryKey: keyOf(caseId) }),
  });
}

const isPlea = ({ reason }: CaseDetail['case']): boolean => reason === 'appeal' || reason === 'report';

/** Asked only where there are similar notes: what can be decided in one step with the case. */
export const useAlike = ({ case: row, similar }: CaseDetail) =>
  useQuery({
    queryKey: ['alike', row.id],
    queryFn: ({ signal }) => getJson<Alike>(`${pathOf(row.id)}/alike`, signal),
    enabled: !isPlea(row) && similar.sameText.length + similar.campaign.length > 0,
  });

export function useNotice(caseId: string, verdicts: readonly VerdictInput[]) {
  const send = useSend();
  return useQuery({
    queryKey: ['notice', caseId, verdicts],
    queryFn: () => send<Notices>({ method: 'POST', path: `${pathOf(caseId)}/notice`, body: { verdicts } }),
    enabled: verdicts.length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export const useColleagues = (caseId: string) =>
  useQuery({
    queryKey: ['colleagues', caseId],
    queryFn: ({ signal }) => getJson<Colleagues>(`${pathOf(caseId)}/colleagues`, signal),
  });
