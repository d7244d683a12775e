import { Alert, Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useClaim, useExtend, useStep } from '../../api/case.js';
import { useSession } from '../../api/queries.js';
import type { CaseDetail } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { Fault } from '../../parts/fault.js';
import { Severity } from '../../parts/severity.js';
import { TimeLeft } from '../../parts/time-left.js';
import { mayOpen, type Path } from '../../places.js';
import { useShortcuts } from '../../shortcuts.js';
import { useNow } from '../../use-now.js';
import { useWords } from '../../words.js';

const byTime = (a: { readonly at: string }, b: { readonly at: string }): number => Date.parse(a.at) - Date.parse(b.at);
const SECOND_MS = 1_000;
const SHORT_MS = 60_000;

/** Whether the claim ran out while the case was open here: whoever gave it back knows. */
function useRanOut({ case: { id }, lease }: CaseDetail): boolean {
  const before = useRef({ id, lease });
  const [ranOut, setRanOut] = useState(false);
  useEffect(() => {
    const last = before.current;
    before.current = { id, lease };
    if (lease !== null || last.id !== id) setRanOut(false);
    else if (last.lease !== null) setRanOut(Date.parse(last.lease.until) <= Date.now());
  }, [id, lease]);
  return ranOut;
}

function Ended() {
  const { t } = useTranslation();
  return (
    <strong className="lost" role="alert" data-testid="lease">
      {t('case:lease-ended')}
    </strong>
  );
}

function Mine({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(SECOND_MS);
  const { id } = detail.case;
  const extend = useExtend(id);
  const release = useStep(id, 'release');
  const { lease } = detail;
  if (lease === null) return null;
  const leftMs = Date.parse(lease.until) - now;
  return (
    <div className="row">
      {leftMs > 0 ? (
        <strong data-testid="lease" data-short={leftMs < SHORT_MS}>
          {t('case:yours', { time: format.span(leftMs) })}
        </strong>
      ) : (
        <Ended />
      )}
      <Button
        variant="default"
        size="compact-sm"
        loading={extend.isPending}
        onClick={() => extend.mutate({ epoch: lease.epoch, minutes: 30 })}
      >
        {t('case:extend')}
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        loading={release.isPending}
        onClick={() => release.mutate({ epoch: lease.epoch })}
      >
        {t('case:release')}
      </Button>
      <a href="#case-decision" className="small to-decision">
        {t('case:to-decision')}
      </a>
      {extend.error !== null && <Fault error={extend.error} />}
      {release.error !== null && <Fault error={release.error} />}
    </div>
  );
}

function Claim({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const claim = useClaim(detail.case.id);
  const { holder } = detail.case;
  const may = detail.rights.claim && holder === null;
  const run = () => {
    if (may && !claim.isPending) claim.mutate();
  };
  useShortcuts([{ key: 'c', label: t('case:claim'), group: t('case:keys.case'), run }]);
  return (
    <div className="row">
      {holder !== null && <strong data-testid="holder">{t('case:held-by', { login: holder.login })}</strong>}
      {may && (
        <Button size="compact-md" loading={claim.isPending} onClick={run}>
          {t('case:claim')} <kbd className="on-button">{'c'}</kbd>
        </Button>
      )}
      {detail.rights.why !== null && <span className="quiet">{t(`case:may-not.${detail.rights.why}`)}</span>}
      {claim.error !== null && detail.case.status === 'open' && <Fault error={claim.error} answers />}
    </div>
  );
}

function Warnings({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const role = useSession().data?.user.role;
  const bundles: Path = '/policy/bundles';
  const seesBundles = role !== undefined && mayOpen(bundles, role);
  const warnings = [
    detail.note.gone ? 'gone' : null,
    detail.note.newest ? null : 'older-revision',
    detail.why.recomputed || detail.note.gone ? null : 'not-recomputed',
    detail.why.current ? null : 'policies-changed',
  ].filter((name) => name !== null);
  if (warnings.length === 0) return null;
  return (
    <Alert color="yellow" variant="default">
      {warnings.map((name) => (
        <div key={name}>
          {t(`case:${name}`)}{' '}
          {name === 'policies-changed' && seesBundles && <Link to={bundles}>{t('case:policies-changed.what')}</Link>}
        </div>
      ))}
    </Alert>
  );
}

/** What a law keeps is no sign of guilt: it says how long the words stay, whoever asks to erase them. */
function Holds({ holds }: Pick<CaseDetail, 'holds'>) {
  const { t } = useTranslation();
  const format = useFormat();
  const lawOf = ({ until, ground }: CaseDetail['holds'][number]): string => `${until} ${ground}`;
  return [...new Map(holds.map((hold) => [lawOf(hold), hold]))].map(([law, { until, ground }]) => {
    const regions = holds.filter((hold) => lawOf(hold) === law).map(({ region }) => region);
    return (
      <p key={law} className="small no-margin" data-testid="legal-hold">
        {t('case:legal-hold', { when: format.moment(until), ground, regions: format.regions(regions) })}
      </p>
    );
  });
}

/** Whoever worked on it in another window, or lost a race, learns here what became of it. */
function Closed({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const { outcome } = detail.case;
  const last = detail.decisions
    .filter(({ undoneAt }) => undoneAt === null)
    .toSorted(byTime)
    .at(-1);
  if (outcome === null || (outcome === 'decided' && last === undefined)) {
    return <strong>{t('words:status.closed')}</strong>;
  }
  return <strong>{t(`case:closed.${outcome}`, { login: last?.by.login ?? '' })}</strong>;
}

export function CaseHead({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(10_000);
  const words = useWords();
  const ranOut = useRanOut(detail);
  const row = detail.case;
  const clock = [words.clock(row.clock.name), row.clock.ref].filter((part) => part !== null).join(', ');
  return (
    <header className="case-head" data-case={row.id}>
      <div className="row">
        <h1>
          {words.kind(row)} <bdi className="mono whole">{row.externalId}</bdi>
        </h1>
        <Severity value={row.severity} />
        {row.status === 'open' ? <TimeLeft dueAt={row.dueAt} now={now} /> : <Closed detail={detail} />}
      </div>
      <p className="small quiet no-margin">
        {[
          row.category === null ? null : words.category(row.category),
          format.language(row.language),
          format.regions(row.regions),
          t(`words:desk.${row.desk}`),
          t('case:reach', { n: format.count(row.reach) }),
          t('case:clock', { name: clock }),
        ]
          .filter((fact) => fact !== null)
          .join(' · ')}
      </p>
      {ranOut && detail.case.status === 'open' && <Ended />}
      {detail.lease === null ? <Claim detail={detail} /> : <Mine detail={detail} />}
      <Holds holds={detail.holds} />
      <Warnings detail={detail} />
    </header>
  );
}
