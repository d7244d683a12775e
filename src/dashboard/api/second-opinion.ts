/** What a language model says of the note of a case; asked for once more, it is looked for until it has come. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SecondOpinionAnswer } from '../../api/schemas/second-opinion.js';
import { getJson } from './client.js';
import { useSend } from './queries.js';

export type SecondOpinion = SecondOpinionAnswer;

const LOOK_AGAIN_MS = 3_000;
const pathOf = (caseId: string): string => `/v1/cases/${encodeURIComponent(caseId)}/second-opinion`;
const keyOf = (caseId: string) => ['second-opinion', caseId] as const;

export const useSecondOpinion = (caseId: string) =>
  useQuery({
    queryKey: keyOf(caseId),
    queryFn: ({ signal }) => getJson<SecondOpinion>(pathOf(caseId), signal),
    staleTime: 60_000,
    refetchInterval: ({ state }) => (state.data?.status === 'due' ? LOOK_AGAIN_MS : false),
  });

export function useAskOpinion(caseId: string) {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: () => send<unknown>({ method: 'POST', path: pathOf(caseId) }),
    onSettled: () => queries.invalidateQueries({ queryKey: keyOf(caseId) }),
  });
}
