import { Loader, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useFormat } from '../../format.js';
import { ActionBadge } from '../../parts/action-badge.js';
import { Chart } from '../../parts/chart.js';
import { Fault } from '../../parts/fault.js';
import { PageTitle } from '../../parts/page-title.js';
import { Scroll } from '../../parts/scroll.js';
import { When } from '../../parts/when.js';
import { type Rule, useRule } from './api.js';
import { BacktestPanel } from './backtest.js';
import { useModeName } from './overrides.js';

const DAYS = ['7', '30', '90', '365'] as const;

function Hits({ rule }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = [...new Set(rule.days.map(({ day }) => day))];
  const sum = (day: string, acted: boolean): number =>
    rule.days.filter((row) => row.day === day && row.acted === acted).reduce((all, row) => all + row.hits, 0);
  return (
    <section className="sheet">
      <h2>{t('policy:hits')}</h2>
      <Chart
        title={t('policy:hits')}
        format={format.count}
        series={[
          { key: 'acted', name: t('policy:hits.acted') },
          { key: 'shadow', name: t('policy:hits.shadow') },
        ]}
        rows={days.map((day) => ({ label: format.day(day), acted: sum(day, true), shadow: sum(day, false) }))}
      />
    </section>
  );
}

function Precision({ rule }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  const format = useFormat();
  const share = (upheld: number, overturned: number): string =>
    upheld + overturned === 0 ? '–' : `${Math.round((upheld / (upheld + overturned)) * 100)} %`;
  const rows = [{ language: null, ...rule.human }, ...rule.human.byLanguage];
  return (
    <section className="sheet">
      <h2>{t('policy:precision')}</h2>
      <p className="small quiet">{t('policy:precision.meaning')}</p>
      <Scroll label={t('policy:precision')}>
        <table className="cards">
          <thead>
            <tr>
              <th scope="col">{t('policy:language')}</th>
              {(['upheld', 'overturned', 'precision'] as const).map((name) => (
                <th key={name} scope="col" className="number">
                  {t(`policy:${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ language, upheld, overturned }) => (
              <tr key={language ?? '*'}>
                <th scope="row">{language === null ? t('policy:all-languages') : format.language(language)}</th>
                <td data-label={t('policy:upheld')} className="number">
                  {format.count(upheld)}
                </td>
                <td data-label={t('policy:overturned')} className="number">
                  {format.count(overturned)}
                </td>
                <td data-label={t('policy:precision')} className="number">
                  {share(upheld, overturned)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Shadow({ rule }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { counts, samples } = rule.shadow;
  if (counts.length === 0) {
    return (
      <section className="sheet">
        <h2>{t('policy:shadow-real')}</h2>
        <p className="quiet no-margin">{t('policy:shadow-real.none')}</p>
      </section>
    );
  }
  return (
    <section className="sheet stack">
      <h2>{t('policy:shadow-real')}</h2>
      <Scroll label={t('policy:shadow-real')}>
        <table className="cards">
          <thead>
            <tr>
              <th scope="col">{t('policy:region')}</th>
              <th scope="col">{t('policy:would')}</th>
              <th scope="col">{t('policy:real')}</th>
              <th scope="col" className="number">
                {t('policy:count')}
              </th>
            </tr>
          </thead>
          <tbody>
            {counts.map((row) => (
              <tr key={`${row.region} ${row.would} ${row.real}`}>
                <td data-label={t('policy:region')}>{row.region.toUpperCase()}</td>
                <td data-label={t('policy:would')}>
                  <ActionBadge action={row.would} />
                </td>
                <td data-label={t('policy:real')}>
                  <ActionBadge action={row.real} />
                </td>
                <td data-label={t('policy:count')} className="number">
                  {format.count(row.count)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <h3>{t('policy:samples')}</h3>
      <ul className="plain">
        {samples.map((sample) => (
          <li key={`${sample.noteId} ${sample.region}`} className="row small">
            <Link className="mono" to={`/notes/${sample.noteId}`}>
              {sample.noteId}
            </Link>
            <span>{sample.region.toUpperCase()}</span>
            <ActionBadge action={sample.would} />
            <When at={sample.at} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Regions({ rule }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  const format = useFormat();
  const modeName = useModeName();
  return (
    <section className="sheet stack">
      <h2>{t('policy:rule.where')}</h2>
      <ul className="plain columns">
        {rule.regions.map((row) => (
          <li key={row.region} className="row small">
            <Link to={`/policy/${row.region}`}>{format.region(row.region) ?? row.region.toUpperCase()}</Link>
            <ActionBadge action={row.action} />
            <span>{modeName(row.mode)}</span>
            {row.override !== null && <span className="quiet">{t('policy:overridden')}</span>}
          </li>
        ))}
      </ul>
      {rule.written.map(({ region, file, yaml }) => (
        <details key={file}>
          <summary className="small">
            <code className="mono">{file}</code>
          </summary>
          <pre className="mono foreign" dir="ltr">
            {yaml}
          </pre>
          <Link to={`/policy/playground?rule=${rule.id}&home=${region}`}>{t('policy:rule.edit')}</Link>
        </details>
      ))}
    </section>
  );
}

export function RulePage() {
  const { t } = useTranslation();
  const { ruleId = '' } = useParams();
  const [days, setDays] = useState('30');
  const rule = useRule(ruleId, Number(days));
  return (
    <>
      <div className="row spread">
        <PageTitle text={ruleId} />
        <Link to="/policy">{t('policy:all')}</Link>
      </div>
      <NativeSelect
        className="narrow"
        label={t('policy:days')}
        value={days}
        onChange={(event) => setDays(event.currentTarget.value)}
        data={DAYS.map((value) => ({ value, label: t('policy:days.last', { n: value }) }))}
      />
      {rule.isPending && <Loader aria-label={t('common:loading')} />}
      {rule.error !== null && <Fault error={rule.error} />}
      {rule.data !== undefined && (
        <>
          <Regions rule={rule.data} />
          <Hits rule={rule.data} />
          <Precision rule={rule.data} />
          <Shadow rule={rule.data} />
          <BacktestPanel rule={ruleId} draft={null} />
        </>
      )}
    </>
  );
}
