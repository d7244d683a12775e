import { Loader, SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { MINUTE_MS } from '../../domain.js';
import { useFigures } from '../api/figures.js';
import type { Figures } from '../api/types.js';
import { chartRows, named, OTHER } from '../chart-rows.js';
import { useFormat } from '../format.js';
import { Fault } from '../parts/fault.js';
import { PageTitle } from '../parts/page-title.js';

/** The figures are there before the drawings. */
const Chart = lazy(async () => ({ default: (await import('../parts/chart.js')).Chart }));

const SPANS = ['1', '7', '31'] as const;

function Backlog({ figures }: { readonly figures: Figures }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { backlog, clocks, people, appeals, reports } = figures;
  const oldest = backlog.oldestOpenedAt === null ? null : Date.now() - Date.parse(backlog.oldestOpenedAt);
  const facts = [
    ['open', format.count(backlog.open), '/cases'],
    ['unclaimed', format.count(backlog.unclaimed), '/cases?holder=none'],
    ['overdue', format.count(backlog.overdue), '/cases?overdue=true'],
    ['oldest', oldest === null ? '–' : format.span(oldest), null],
    ['met', format.count(clocks.met), null],
    ['missed', format.count(clocks.missed), null],
    ['median-minutes', clocks.medianMinutes === null ? '–' : format.span(clocks.medianMinutes * MINUTE_MS), null],
    ['median-seconds', people.medianSeconds === null ? '–' : format.span(people.medianSeconds * 1_000), null],
    ['appeals', format.count(appeals.open), '/cases?reason=appeal'],
    ['overturned', format.count(appeals.overturned), null],
    ['reports', format.count(reports.open), '/cases?reason=report'],
    ['undone', format.count(people.undone), null],
  ] as const;
  return (
    <dl className="figures">
      {facts.map(([name, value, to]) => (
        <div key={name}>
          <dt>{to === null ? t(`overview:${name}`) : <Link to={to}>{t(`overview:${name}`)}</Link>}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
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
      {figures.isPending && <Loader aria-label={t('common:loading')} />}
      {figures.error !== null && <Fault error={figures.error} />}
      {figures.data !== undefined && (
        <>
          <Backlog figures={figures.data} />
          {figures.data.limited && <p className="quiet">{t('overview:limited')}</p>}
          <Charts figures={figures.data} />
        </>
      )}
    </>
  );
}
