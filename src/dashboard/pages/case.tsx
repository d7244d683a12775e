import { Loader } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { caseQuery, useCase, useDecide, useHeartbeat, useLiveCase, useStep } from '../api/case.js';
import { useNextCase } from '../api/cases.js';
import { isMissing } from '../api/client.js';
import type { CaseDetail, Lease } from '../api/types.js';
import { filterOf, viewOf } from '../case-filter.js';
import { type Draft, freshDraft, groupsOf, missingIn, verdictsOf } from '../draft.js';
import { Fault } from '../parts/fault.js';
import { useOfferUndo } from '../parts/undo-toast.js';
import { useShortcuts } from '../shortcuts.js';
import { useKept } from '../use-kept.js';
import { type Turn, useTurn } from '../use-turn.js';
import { useWords } from '../words.js';
import { Author, Comments, People, Similar, Trace } from './case/case-background.js';
import { CaseHead } from './case/case-head.js';
import { CaseImages } from './case/case-images.js';
import { CaseOpinion } from './case/case-opinion.js';
import { Appeal, Opinions, OtherCases, Reports } from './case/case-pleas.js';
import { CaseWhy } from './case/case-why.js';
import { CaseWords } from './case/case-words.js';
import { DecisionPanel, showMissing } from './case/decision-panel.js';
import { OtherWays } from './case/other-ways.js';

/** The draft belongs to one case; the panel itself stays, so the focus stays where it was. */
function useDraft(detail: CaseDetail) {
  const [draft, setDraft] = useKept<Draft>(`draft ${detail.case.id}`, () => freshDraft(detail));
  const [open, setOpen] = useState({ caseId: detail.case.id, at: Date.now() });
  if (open.caseId !== detail.case.id) setOpen({ caseId: detail.case.id, at: Date.now() });
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  return { draft, openedAt: open.at, change, drop: setDraft.drop };
}

/** Claims the next case of the view and shows it only once it is there: no empty page in between. */
function useGoOn() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const next = useNextCase();
  const filter = filterOf(params);
  const goOn = async (taken?: Lease | null): Promise<void> => {
    const lease = taken === undefined ? (await next.mutateAsync(filter)).lease : taken;
    if (lease === null) return void navigate({ pathname: '/cases', search: filter });
    await queries.fetchQuery({ ...caseQuery(lease.caseId), staleTime: 0 });
    await navigate({ pathname: `/cases/${encodeURIComponent(lease.caseId)}`, search: filter });
  };
  return { goOn, error: next.error, filter };
}

/** Who decided it and missed the answer, or opens it again, may still take it back. */
function useMissedUndo({ undo }: CaseDetail, view: string): void {
  const offerUndo = useOfferUndo();
  const { submissionId, until, alike } = undo ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: offered once, whatever the view becomes
  useEffect(() => {
    if (submissionId !== undefined && until !== undefined) offerUndo({ submissionId, until, view, alike });
  }, [submissionId, until, alike?.length, offerUndo]);
}

type GoOn = ReturnType<typeof useGoOn>;

function useSubmit(detail: CaseDetail, { filter, goOn }: GoOn, turn: Turn) {
  const { draft, openedAt, change, drop } = useDraft(detail);
  const decide = useDecide();
  const offerUndo = useOfferUndo();
  const queries = useQueryClient();
  const isAppeal = detail.case.reason === 'appeal';
  const groups = groupsOf(detail.regions);
  const missing = missingIn(draft, groups, isAppeal);
  const { reset } = decide;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a fault belongs to the case that it came from
  useEffect(() => reset(), [detail.case.id, reset]);
  const send = async (epoch: number, thenNext: boolean) => {
    const reason = draft.reason.trim();
    const order = {
      epoch,
      verdicts: draft.outcome === 'uphold' ? [] : [...verdictsOf(draft, groups)],
      ...(isAppeal && draft.outcome !== null ? { outcome: draft.outcome } : {}),
      ...(reason === '' ? {} : { reason }),
      seconds: Math.round((Date.now() - openedAt) / 1_000),
      translationShown: detail.translation.parts.length > 0,
      ...(draft.alike.length === 0 ? {} : { alike: [...draft.alike] }),
      ...(thenNext ? { next: viewOf(filter) } : {}),
    };
    const { submissionId, undoUntil, next, alike = [] } = await decide.mutateAsync({ caseId: detail.case.id, order });
    drop();
    offerUndo({ submissionId, until: undoUntil, view: filter, alike });
    if (thenNext) return await goOn(next);
    // Not what was being read before the decision.
    await queries.cancelQueries(caseQuery(detail.case.id));
    const left = await queries
      .fetchQuery({ ...caseQuery(detail.case.id), staleTime: 0 })
      .catch((error: unknown) => (isMissing(error) ? null : undefined));
    // What is left of the case may be regions of others.
    if (left === null || left?.rights.why === 'region') await goOn(null);
  };
  const submit = (thenNext: boolean) => {
    const { lease } = detail;
    if (lease === null) return;
    if (missing !== null) return showMissing(missing);
    turn(() => send(lease.epoch, thenNext));
  };
  return { draft, change, groups, missing, submit, busy: decide.isPending, error: decide.error };
}

interface DetailProps {
  readonly detail: CaseDetail;
}

/** What is read does not change while a hand is at the decision. */
const Reading = memo(({ detail }: DetailProps) => (
  <>
    <CaseWords key={`words ${detail.case.id}`} detail={detail} />
    <CaseImages key={`images ${detail.case.id}`} detail={detail} />
    <Appeal detail={detail} />
    <Reports detail={detail} />
    <Opinions detail={detail} />
    <CaseOpinion key={`opinion ${detail.case.id}`} detail={detail} />
    <CaseWhy key={`why ${detail.case.id}`} detail={detail} />
  </>
));

const Head = memo(CaseHead);
const Background = memo(({ detail }: DetailProps) => (
  <>
    <Similar detail={detail} />
    <Author detail={detail} />
    <People detail={detail} />
    <OtherCases detail={detail} />
    <Comments key={`comments ${detail.case.id}`} detail={detail} />
    <Trace key={`trace ${detail.case.id}`} detail={detail} />
  </>
));

function CaseView({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const words = useWords();
  const way = useGoOn();
  const { goOn, error, filter } = way;
  const turn = useTurn();
  const panel = useSubmit(detail, way, turn);
  useHeartbeat(detail.case.id, detail.lease);
  useLiveCase(detail.case);
  useMissedUndo(detail, filter);
  const { lease } = detail;
  const later = useStep(detail.case.id, 'skip');
  // Whoever goes on without a decision leaves the case to others, and is not sent straight back to it.
  const leave = () =>
    turn(async () => {
      if (lease !== null) await later.mutateAsync({ epoch: lease.epoch, why: 'later' }).catch(() => undefined);
      await goOn();
    });
  useShortcuts([{ key: 'n', label: t('queue:next'), group: t('case:keys.case'), run: leave }]);
  return (
    <>
      <title>{`${words.kind(detail.case)} ${detail.case.externalId} · ${t('common:name')}`}</title>
      <div className="case">
        <div className="case-main">
          <Link to={{ pathname: '/cases', search: filter }} className="small">
            {t('case:back')}
          </Link>
          <Head detail={detail} />
          <span className="visually-hidden" role="status">
            {t('case:opened', { id: detail.case.externalId })}
          </span>
          {error !== null && <Fault error={error} />}
          {lease === null && panel.error !== null && <Fault error={panel.error} />}
          <Reading detail={detail} />
        </div>
        {lease !== null && detail.rights.decide && (
          <div className="case-side">
            <DecisionPanel
              detail={detail}
              draft={panel.draft}
              groups={panel.groups}
              missing={panel.missing}
              busy={panel.busy}
              error={panel.error}
              onChange={panel.change}
              onSubmit={panel.submit}
            />
            <OtherWays detail={detail} epoch={lease.epoch} turn={turn} goOn={goOn} />
          </div>
        )}
        <div className="case-main">
          <Background detail={detail} />
        </div>
      </div>
    </>
  );
}

export function CasePage() {
  const { caseId = '' } = useParams();
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const found = useCase(caseId);
  if (found.data !== undefined && !isMissing(found.error)) return <CaseView detail={found.data} />;
  if (found.error !== null) {
    return (
      <>
        <Link to={{ pathname: '/cases', search: filterOf(params) }} className="small">
          {t('case:back')}
        </Link>
        {found.data === undefined ? <Fault error={found.error} /> : <p role="status">{t('case:out-of-sight')}</p>}
      </>
    );
  }
  return <Loader aria-label={t('common:loading')} />;
}
