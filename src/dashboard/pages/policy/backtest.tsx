import { Alert, Button, NumberInput, Progress } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Confusion } from '../../../policy/backtest.js';
import type { Answer } from '../../../policy/compare.js';
import { useFormat } from '../../format.js';
import { ActionBadge } from '../../parts/action-badge.js';
import { Chart } from '../../parts/chart.js';
import { Fault } from '../../parts/fault.js';
import { type BacktestRow, type TryOrder, useBacktest, useStartBacktest } from './api.js';

interface BacktestProps {
  /** The rule whose record is shown. */
  readonly rule: string | null;
  /** Null: the rules in force. */
  readonly draft: Exclude<TryOrder['rule'], undefined>;
}
/** Loud is what went against people; what nobody looked at is most of it and says little. */
const PARTS = [
  ['wronglyActed', '#d55e00'],
  ['wronglyAllowed', '#e69f00'],
  ['rightlyActed', '#0072b2'],
  ['rightlyAllowed', '#56b4e9'],
  ['unknownActed', '#7a7a7a'],
  ['unknownAllowed', '#b5b5b5'],
] as const;
const MOST_ROWS = 15;

interface ConfusionsProps {
  readonly title: string;
  readonly rows: Readonly<Record<string, Confusion>>;
  readonly nameOf: (key: string) => string;
}

function Confusions({ title, rows, nameOf }: ConfusionsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const all = Object.entries(rows).toSorted(([, a], [, b]) => b.answers - a.answers);
  const shown = all.slice(0, MOST_ROWS);
  return (
    <div>
      <Chart
        title={title}
        format={format.count}
        series={PARTS.map(([key, color]) => ({ key, color, name: t(`policy:backtest.${key}`) }))}
        rows={shown.map(([label, row]) => ({
          label: nameOf(label),
          ...Object.fromEntries(PARTS.map(([key]) => [key, row[key]])),
        }))}
      />
      {all.length > shown.length && (
        <p className="small quiet">
          {t('policy:backtest.shown', { shown: format.count(shown.length), all: format.count(all.length) })}
        </p>
      )}
    </div>
  );
}

function First({ changes }: { readonly changes: NonNullable<BacktestRow['result']>['firstChanged'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (changes.length === 0) return null;
  return (
    <>
      <p className="small quiet no-margin">{t('policy:backtest.first')}</p>
      <ul className="plain">
        {changes.map(({ noteId, externalId, region, before, after }) => (
          <li key={`${noteId} ${region}`} className="row small">
            <Link className="mono" to={`/notes/${encodeURIComponent(noteId)}`}>
              <bdi>{externalId}</bdi>
            </Link>
            <span>{format.region(region) ?? region.toUpperCase()}</span>
            <Answered answer={before} />
            <Answered answer={after} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Answered({ answer }: { readonly answer: Answer }) {
  const { t } = useTranslation();
  return answer === 'pending' ? <span>{t('words:status.pending')}</span> : <ActionBadge action={answer} />;
}

function Result({
  result,
  rule,
}: {
  readonly result: NonNullable<BacktestRow['result']>;
  readonly rule: string | null;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const record = rule === null ? undefined : (result.byRule[rule] ?? result.byShadowRule?.[rule]);
  const { all } = result;
  return (
    <div className="stack" role="status">
      <p className="no-margin">
        {t('policy:backtest.sum', {
          notes: format.count(result.notes),
          changed: format.count(all.changed),
          upheld: format.count(all.upheld),
          overturned: format.count(all.overturned),
        })}
      </p>
      <First changes={result.firstChanged} />
      {rule !== null && (
        <p className="no-margin">
          {record === undefined
            ? t('policy:backtest.rule-none')
            : t('policy:backtest.rule', {
                hits: format.count(record.hits),
                upheld: format.count(record.upheld),
                overturned: format.count(record.overturned),
              })}
        </p>
      )}
      <Confusions title={t('policy:backtest.by-language')} rows={result.byLanguage} nameOf={(tag) => tag} />
      <Confusions title={t('policy:backtest.by-region')} rows={result.byRegion} nameOf={(id) => id.toUpperCase()} />
    </div>
  );
}

function Running({ row }: { readonly row: BacktestRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (row.state === 'failed') {
    return (
      <Alert color="red" variant="default" role="alert">
        {t('policy:backtest.failed')}
      </Alert>
    );
  }
  const label = t('policy:backtest.progress', { done: format.count(row.done), most: format.count(row.most) });
  return (
    <div>
      <Progress value={(row.done / row.most) * 100} aria-label={label} />
      <p className="small quiet">{label}</p>
    </div>
  );
}

export function BacktestPanel({ rule, draft }: BacktestProps) {
  const { t } = useTranslation();
  const [days, setDays] = useState<number | string>(30);
  const start = useStartBacktest();
  const row = useBacktest(start.data?.id ?? null).data;
  const busy = start.isPending || row?.state === 'running';
  return (
    <section className="sheet stack">
      <h2>{t('policy:backtest')}</h2>
      <p className="small quiet no-margin">
        {t(draft === null ? 'policy:backtest.in-force' : 'policy:backtest.draft')}
      </p>
      <div className="row">
        <NumberInput label={t('policy:days')} value={days} onChange={setDays} min={1} max={400} />
        <Button loading={busy} onClick={() => start.mutate({ days: Number(days) || 30, most: 10_000, rule: draft })}>
          {t('policy:backtest.start')}
        </Button>
      </div>
      {start.error !== null && <Fault error={start.error} />}
      {row !== undefined && row.state !== 'done' && <Running row={row} />}
      {row?.state === 'done' && row.result !== null && <Result result={row.result} rule={rule ?? row.rule} />}
    </section>
  );
}
