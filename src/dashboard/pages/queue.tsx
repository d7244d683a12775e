import { Button, Loader } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { useCases, useCounts, useLiveQueue, useNextCase } from '../api/cases.js';
import { useSession } from '../api/queries.js';
import type { CaseCounts, CaseRow } from '../api/types.js';
import { filterOf } from '../case-filter.js';
import { useFormat } from '../format.js';
import { Fault } from '../parts/fault.js';
import { PageTitle } from '../parts/page-title.js';
import { useShortcuts } from '../shortcuts.js';
import { QueueFilters } from './queue/queue-filters.js';
import { QueueTable } from './queue/queue-table.js';
import { SavedViews } from './queue/saved-views.js';

function Counts({ counts }: { readonly counts: CaseCounts }) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts = [
    ['open', counts.open, null],
    ['unassigned', counts.unassigned, '?holder=none'],
    ['mine', counts.mine, '?holder=mine'],
    ['overdue', counts.overdue, '?overdue=true'],
    ['within-hour', counts.dueWithinHour, null],
  ] as const;
  return (
    <dl className="counts">
      {facts.map(([name, count, view]) => (
        <div key={name}>
          <dt>{view === null ? t(`queue:counts.${name}`) : <Link to={view}>{t(`queue:counts.${name}`)}</Link>}</dt>
          <dd>{format.count(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

interface KeysInput {
  readonly rows: readonly CaseRow[];
  readonly filter: string;
  readonly takeNext: () => void;
}

/** `j` and `k` move, Enter opens, `n` claims the most pressing one. */
function useQueueKeys({ rows, filter, takeNext }: KeysInput): number {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [wanted, setActive] = useState(0);
  const active = Math.min(wanted, Math.max(0, rows.length - 1));
  const group = t('queue:title');
  useShortcuts([
    { key: 'n', label: t('queue:next'), group, run: takeNext },
    { key: 'j', label: t('queue:down'), group, run: () => setActive(Math.min(active + 1, rows.length - 1)) },
    { key: 'k', label: t('queue:up'), group, run: () => setActive(Math.max(active - 1, 0)) },
    {
      key: 'Enter',
      label: t('queue:open-case'),
      group,
      run: () => {
        const row = rows[active];
        if (row !== undefined) void navigate({ pathname: `/cases/${encodeURIComponent(row.id)}`, search: filter });
      },
    },
  ]);
  return active;
}

const isDesk = (role: string | undefined): boolean => role === 'reviewer' || role === 'senior' || role === 'admin';

export function QueuePage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const filter = filterOf(params);
  const cases = useCases(filter, params.get('cursor'));
  const counts = useCounts();
  const session = useSession();
  const next = useNextCase();
  useLiveQueue();
  const takeNext = () => {
    // Once it is claimed this page is about to go.
    if (next.isPending || (next.data?.lease ?? null) !== null) return;
    next.mutate(filter, {
      onSuccess: ({ lease }) => {
        if (lease !== null) void navigate({ pathname: `/cases/${encodeURIComponent(lease.caseId)}`, search: filter });
      },
    });
  };
  const rows = cases.data?.items ?? [];
  const active = useQueueKeys({ rows, filter, takeNext });
  const turnTo = (cursor: string | null) =>
    setParams(`${filter}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
  const older = cases.data?.nextCursor ?? null;
  return (
    <>
      <div className="row spread">
        <PageTitle text={t('queue:title')} />
        {isDesk(session.data?.user.role) && (
          <Button loading={next.isPending} onClick={takeNext}>
            {t('queue:next')} <kbd className="on-button">{'n'}</kbd>
          </Button>
        )}
      </div>
      {counts.data !== undefined && <Counts counts={counts.data} />}
      <SavedViews filter={filter} />
      <section className="sheet" aria-label={t('queue:filters')}>
        <QueueFilters params={params} counts={counts.data} onChange={setParams} />
      </section>
      {cases.error !== null && <Fault error={cases.error} />}
      {next.error !== null && <Fault error={next.error} />}
      <section className="sheet" aria-busy={cases.isFetching}>
        <div role="status">{next.data?.lease === null && <p>{t('queue:nothing-left')}</p>}</div>
        <QueueTable rows={rows} filter={filter} active={active} />
        {cases.isPending && <Loader aria-label={t('common:loading')} />}
        {cases.data?.items.length === 0 && <p className="quiet">{t('queue:none')}</p>}
      </section>
      <div className="row">
        <Button variant="default" disabled={!params.has('cursor')} onClick={() => turnTo(null)}>
          {t('queue:first')}
        </Button>
        <Button variant="default" disabled={older === null} onClick={() => turnTo(older)}>
          {t('queue:further')}
        </Button>
      </div>
    </>
  );
}
