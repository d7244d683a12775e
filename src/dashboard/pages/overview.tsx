import { Loader, SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { MINUTE_MS } from '../../domain.js';
import { useCounts } from '../api/cases.js';
import { useFigures } from '../api/figures.js';
import type { CaseCounts, Figures } from '../api/types.js';
import { chartRows, named, OTHER } from '../chart-rows.js';
import { useFormat } from '../format.js';
import { Fault } from '../parts/fault.js';
import { PageTitle } from '../parts/page-title.js';

/** The figures are there before the drawings. */
const Chart = lazy(async () => ({ default: (await import('../parts/chart.js')).Chart }));

const SPANS = ['1', '7', '31'] as const;

type Fact = readonly [name: string, value: string, to: string | null];

function Facts({ title, facts }: { readonly title: string; readonly facts: readonly Fact[] }) {
  const { t } = useTranslation();
  return (
    <section className="stack" aria-label={title}>
      <h2>{title}</h2>
      <dl className="figures">
        {facts.map(([name, value, to]) => (
          <div key={name}>
            <dt>{to === null ? t(`overview:${name}`) : <Link to={to}>{t(`overview:${name}`)}</Link>}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What the queue shows to the same person: a figure and the list that it leads to say the same. */
function Waiting({ counts }: { readonly counts: CaseCounts }) {
  const { t } = useTranslation();
  const format = useFormat();
  const oldest = counts.oldestOpenedAt === null ? null : Date.now() - Date.parse(counts.oldestOpenedAt);
  const of = (wanted: string) => format.count(counts.byReason.find(({ reason }) => reason === wanted)?.count ?? 0);
  return (
    <Facts
      title={t('overview:waiting')}
      facts={[
        ['open', format.count(counts.open), '/cases'],
        ['unclaimed', format.count(counts.unassigned), '/cases?holder=none'],
        ['overdue', format.count(counts.overdue), '/cases?overdue=true'],
        ['oldest', oldest === null ? '–' : format.span(oldest), null],
        ['appeals', of('appeal'), '/cases?reason=appeal'],
        ['reports', of('report'), '/cases?reason=report'],
      ]}
    />
  );
}

function Done({ figures }: { readonly figures: Figures }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { clocks, people, appeals } = figures;
  return (
    <Facts
      title={t('overview:done')}
      facts={[
        ['met', format.count(clocks.met), null],
        ['missed', format.count(clocks.missed), null],
        ['median-minutes', clocks.medianMinutes === null ? '–' : format.span(clocks.medianMinutes * MINUTE_MS), null],
        ['median-seconds', people.medianSeconds === null ? '–' : format.span(people.medianSeconds * 1_000), null],
        ['overturned', format.count(appeals.overturned), null],
        ['undone', format.count(people.undone), null],
      ]}
    />
  );
}

function Charts({ figures }: { readonly figures: Figures }) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = figures.bucketHours < 24 ? format.hour : format.day;
  const { volume, people } = figures;
  const language = chartRows(
    volume.byLanguage.map(({ at, language: kind, count }) => ({ at, kind, count })),
    label,
  );
  const region = chartRows(
    volume.byRegion.map(({ at, region: kind, count }) => ({ at, kind, count })),
    label,
  );
  const action = chartRows(
    volume.byAction.map(({ at, action: kind, count }) => ({ at, kind, count })),
    label,
  );
  const other = (name: (kind: string) => string) => (kind: string) =>
    kind === OTHER ? t('overview:other') : name(kind);
  const charts = [
    {
      title: t('overview:decided-by-people'),
      rows: people.decided.map(({ at, count, persons }) => ({ label: label(at), count, persons })),
      series: [{ key: 'count', name: t('overview:cases') }],
    },
    {
      title: t('overview:by-action'),
      rows: action.rows,
      series: named(
        action.columns,
        other((kind) => t(`words:action.${kind}`)),
      ),
    },
    { title: t('overview:by-language'), rows: language.rows, series: named(language.columns, other(format.language)) },
    {
      title: t('overview:by-region'),
      rows: region.rows,
      series: named(
        region.columns,
        other((kind) => kind.toUpperCase()),
      ),
    },
  ];
  return (
    <div className="two">
      {charts.map((chart) => (
        <section key={chart.title} className="sheet">
          <h2>{chart.title}</h2>
          <Suspense fallback={<div className="chart-place" />}>
            <Chart {...chart} format={format.count} />
          </Suspense>
        </section>
      ))}
    </div>
  );
}

export function OverviewPage() {
  const { t } = useTranslation();
  const [days, setDays] = useState<string>('7');
  const figures = useFigures(Number(days));
  const counts = useCounts();
  return (
    <>
      <div className="row spread">
        <PageTitle text={t('overview:title')} />
        <SegmentedControl
          aria-label={t('overview:span')}
          value={days}
          onChange={setDays}
          transitionDuration={0}
          data={SPANS.map((span) => ({ value: span, label: t(`overview:days.${span}`) }))}
        />
      </div>
      {counts.data !== undefined && <Waiting counts={counts.data} />}
      {counts.error !== null && <Fault error={counts.error} />}
      {figures.isPending && <Loader aria-label={t('common:loading')} />}
      {figures.error !== null && <Fault error={figures.error} />}
      {figures.data !== undefined && (
        <>
          <Done figures={figures.data} />
          {figures.data.limited && <p className="quiet">{t('overview:limited')}</p>}
          <Charts figures={figures.data} />
        </>
      )}
    </>
  );
}
