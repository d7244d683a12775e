import { Button, Loader } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Fault } from '../../parts/fault.js';
import { PageTitle } from '../../parts/page-title.js';
import { type Policies, type Tried, usePolicies, useRule, useTry } from './api.js';
import { BacktestPanel } from './backtest.js';
import { Answers } from './playground-answers.js';
import { BLANK, type Draft, orderOf } from './playground-draft.js';
import { NoteFields } from './playground-note.js';
import { RuleFields } from './playground-rule.js';
import { Traces } from './traces.js';
import { writtenFor } from './written-for.js';

const SETTLE_MS = 500;
const NO_FAULTS: Tried['faults'] = [];

/** Tries again when the writing pauses. */
function useTrial(draft: Draft) {
  const trial = useTry();
  const { mutate } = trial;
  useEffect(() => {
    const empty = draft.regions.length === 0 || `${draft.title}${draft.body}${draft.yaml}`.trim() === '';
    if (empty) return;
    const timer = setTimeout(() => mutate(orderOf(draft)), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [draft, mutate]);
  return trial;
}

function Playground({ regions, start }: { readonly regions: Policies['regions']; readonly start: Draft }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(start);
  const change = (part: Partial<Draft>): void => setDraft((known) => ({ ...known, ...part }));
  const trial = useTrial(draft);
  const own = /^(?:- )?id: *["']?([^\s"'#]+)/m.exec(draft.yaml)?.[1] ?? null;
  const faults = trial.data?.faults ?? NO_FAULTS;
  return (
    <>
      <div className="two">
        <NoteFields draft={draft} change={change} regions={regions} />
        <RuleFields draft={draft} change={change} regions={regions} faults={faults} />
      </div>
      <div className="row">
        <Button
          variant="default"
          loading={trial.isPending}
          disabled={draft.regions.length === 0}
          onClick={() => trial.mutate(orderOf(draft))}
        >
          {t('policy:try')}
        </Button>
      </div>
      {trial.error !== null && <Fault error={trial.error} />}
      {trial.data !== undefined && <Answers tried={trial.data} />}
      {trial.data !== undefined && <Traces traces={trial.data.traces} own={own} />}
      {draft.yaml.trim() !== '' && <BacktestPanel rule={own} draft={orderOf(draft).rule ?? null} />}
    </>
  );
}

/** With `?rule=` the editor begins with that rule as its file has it. */
function Start({
  regions,
  rule,
  home,
}: {
  readonly regions: Policies['regions'];
  readonly rule: string;
  readonly home: string;
}) {
  const { t } = useTranslation();
  const known = useRule(rule, 1);
  if (known.error !== null) return <Fault error={known.error} />;
  if (known.data === undefined) return <Loader aria-label={t('common:loading')} />;
  const yaml = writtenFor(known.data.written, home, regions)?.yaml ?? '';
  return <Playground regions={regions} start={{ ...BLANK, home, yaml, regions: [home] }} />;
}

export function PlaygroundPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const policies = usePolicies();
  const [rule, home] = [params.get('rule'), params.get('home') ?? 'global'];
  const regions = policies.data?.regions;
  return (
    <>
      <div className="row spread">
        <PageTitle text={t('policy:playground')} />
        <Link to="/policy">{t('policy:all')}</Link>
      </div>
      {policies.error !== null && <Fault error={policies.error} />}
      {policies.isPending && <Loader aria-label={t('common:loading')} />}
      {regions !== undefined &&
        (rule === null ? (
          <Playground regions={regions} start={BLANK} />
        ) : (
          <Start regions={regions} rule={rule} home={home} />
        ))}
    </>
  );
}
