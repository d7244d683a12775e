/** What the policy pages ask for and send. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  BacktestAnswer,
  BacktestInput,
  BundlePage,
  OverrideInput,
  PoliciesAnswer,
  RegionAnswer,
  RuleAnswer,
  TestsAnswer,
  TryAnswer,
  TryInput,
  WordsAnswer,
} from '../../../api/schemas/policy.js';
import type { Backtest } from '../../../policy/backtest.js';
import type { NamedChange } from '../../../usecases/policy/named-changes.js';
import { getJson, type Order } from '../../api/client.js';
import { useSend, useSession } from '../../api/queries.js';

export type Policies = z.infer<typeof PoliciesAnswer>;
export type Region = RegionAnswer;
export type RuleRow = Region['rules'][number];
export type BundleRow = z.infer<typeof BundlePage>['items'][number];
export type Rule = z.infer<typeof RuleAnswer>;
export type Tried = z.infer<typeof TryAnswer>;
export type TryOrder = z.input<typeof TryInput>;
export type Words = z.infer<typeof WordsAnswer>;
export type OverrideOrder = z.input<typeof OverrideInput>;
export type BacktestRow = Omit<z.infer<typeof BacktestAnswer>, 'result'> & {
  readonly result: (Omit<Backtest, 'firstChanged'> & { readonly firstChanged: readonly NamedChange[] }) | null;
};

const POLICIES = 'policies';
const BACKTEST_POLL_MS = 1_000;

const useGet = <T>(key: readonly unknown[], path: string) =>
  useQuery({ queryKey: [POLICIES, ...key], queryFn: ({ signal }) => getJson<T>(path, signal) });

/** Auditors read what authors write. */
export function useMayWrite(): boolean {
  const role = useSession().data?.user.role;
  return role === 'policy_author' || role === 'admin';
}

export const usePolicies = () => useGet<Policies>(['all'], '/v1/policies');
export const useRegion = (id: string) => useGet<Region>(['region', id], `/v1/policies/${encodeURIComponent(id)}`);
export const useBundles = () => useGet<z.infer<typeof BundlePage>>(['bundles'], '/v1/policies/bundles?limit=20');
export const useRule = (id: string, days: number) =>
  useGet<Rule>(['rule', id, days], `/v1/policies/rules/${encodeURIComponent(id)}?days=${days}`);

/** The text of a rule in every file that writes it, asked for once somebody wants it. */
export const useRuleText = () =>
  useMutation({
    mutationFn: async (id: string) =>
      (await getJson<Rule>(`/v1/policies/rules/${encodeURIComponent(id)}?days=1`, AbortSignal.timeout(10_000))).written,
  });

export const useWords = () =>
  useQuery({
    queryKey: [POLICIES, 'words'],
    queryFn: ({ signal }) => getJson<Words>('/v1/policies/words', signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Whatever changes what is in force changes every page about it. */
export function useChange<T>() {
  const queries = useQueryClient();
  const send = useSend();
  return useMutation({
    mutationFn: (order: Order) => send<T>(order),
    onSettled: () => queries.invalidateQueries({ queryKey: [POLICIES] }),
  });
}

export function useTests(region: string) {
  const send = useSend();
  return useMutation({
    mutationFn: () =>
      send<z.infer<typeof TestsAnswer>>({
        method: 'POST',
        path: `/v1/policies/${encodeURIComponent(region)}/tests`,
        body: {},
      }),
  });
}

export function useTry() {
  const send = useSend();
  return useMutation({
    mutationFn: (body: TryOrder) => send<Tried>({ method: 'POST', path: '/v1/policies/try', body }),
  });
}

export function useStartBacktest() {
  const send = useSend();
  return useMutation({
    mutationFn: (body: z.input<typeof BacktestInput>) =>
      send<{ readonly id: string }>({ method: 'POST', path: '/v1/policies/backtest', body }),
  });
}

export const useBacktest = (id: string | null) =>
  useQuery({
    queryKey: [POLICIES, 'backtest', id],
    queryFn: ({ signal }) => getJson<BacktestRow>(`/v1/policies/backtest/${id}`, signal),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.state === 'running' ? BACKTEST_POLL_MS : false),
  });
