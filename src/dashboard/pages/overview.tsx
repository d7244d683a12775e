import { Loader } from '@mantine/core';
import { useOverview } from '../api/queries.js';
import { languageName } from '../language-name.js';
import { ActionBadge } from '../parts/action-badge.js';
import { Bars } from '../parts/bars.js';
import { Fault } from '../parts/fault.js';

const MOST_LANGUAGES = 15;

export function OverviewPage() {
  const overview = useOverview();
  if (overview.isPending) return <Loader aria-label="Loading" />;
  if (overview.data === undefined) return <Fault error={overview.error ?? new Error('No answer')} />;
  const { notes, byAction, byLanguage, openCases } = overview.data;
  const figures = [
    ['Waiting for a decision', notes.pending],
    ['Open cases', openCases],
    ['Accepted in 24 hours', notes.accepted24h],
    ['Decided in 24 hours', notes.decided24h],
  ] as const;
  return (
    <>
      <title>Overview · Polywarden</title>
      <h1>Overview</h1>
      {overview.error !== null && <Fault error={overview.error} />}
      <dl className="figures">
        {figures.map(([label, count]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{count.toLocaleString()}</dd>
          </div>
        ))}
      </dl>
      <div className="two">
        <section className="sheet">
          <h2>Decisions by action</h2>
          <Bars
            empty="Nothing has been decided yet."
            bars={byAction.map(({ action, count }) => ({
              key: action,
              label: <ActionBadge action={action} />,
              count,
              to: `/notes?action=${action}`,
            }))}
          />
        </section>
        <section className="sheet">
          <h2>Notes by language</h2>
          <Bars
            empty="No language has been seen yet."
            bars={byLanguage.slice(0, MOST_LANGUAGES).map(({ language, count }) => ({
              key: language,
              label: languageName(language),
              count,
              to: `/notes?language=${encodeURIComponent(language)}`,
            }))}
          />
        </section>
      </div>
    </>
  );
}
