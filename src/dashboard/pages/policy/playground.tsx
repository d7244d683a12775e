import { Button, Checkbox, Loader, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type Dispatch, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { ACTIONS, type Action } from '../../../domain.js';
import { useFormat } from '../../format.js';
import { ActionBadge } from '../../parts/action-badge.js';
import { Fault } from '../../parts/fault.js';
import { PageTitle } from '../../parts/page-title.js';
import { type Policies, type Tried, type TryOrder, usePolicies, useRule, useTry, useWords } from './api.js';
import { BacktestPanel } from './backtest.js';
import { RuleEditor } from './rule-editor.js';
import { Traces } from './traces.js';

const SETTLE_MS = 500;
const MOST_REGIONS = 12;
const NO_FAULTS: Tried['faults'] = [];

interface Draft {
  readonly title: string;
  readonly body: string;
  readonly regions: readonly string[];
  readonly home: string;
  readonly yaml: string;
  readonly enforce: boolean;
}

const orderOf = ({ title, body, regions, home, yaml, enforce }: Draft): TryOrder => ({
  title,
  body,
  regions: [...regions],
  rule: yaml.trim() === '' ? null : { yaml, home, enforce },
});
const isAction = (word: string): word is Action => (ACTIONS as readonly string[]).includes(word);
const Judged = ({ action }: { readonly action: string }) => <ActionBadge action={isAction(action) ? action : null} />;

function Answers({ tried }: { readonly tried: Tried }) {
  const { t } = useTranslation();
  return (
    <section className="sheet" aria-live="polite">
      <h2>{t('policy:answers')}</h2>
      <table>
        <thead>
          <tr>
            {(['region', 'before', 'after'] as const).map((name) => (
              <th key={name} scope="col">
                {t(`policy:${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tried.answers.map(({ region, before, after }) => (
            <tr key={region}>
              <th scope="row">{region.toUpperCase()}</th>
              <td>{before !== null && <Judged action={before.action} />}</td>
              <td>
                {after !== null && (
                  <span className="row">
                    <Judged action={after.action} />
                    <strong>{after.action === before?.action ? '' : t('policy:changed')}</strong>
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface PartProps {
  readonly draft: Draft;
  readonly change: Dispatch<Partial<Draft>>;
  readonly regions: Policies['regions'];
}

function NoteFields({ draft, change, regions }: PartProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toggle = (id: string, on: boolean): void =>
    change({ regions: on ? [...draft.regions, id].slice(0, MOST_REGIONS) : draft.regions.filter((one) => one !== id) });
  return (
    <section className="sheet stack">
      <h2>{t('policy:note')}</h2>
      <TextInput
        label={t('policy:note.title')}
        value={draft.title}
        onChange={(event) => change({ title: event.currentTarget.value })}
        dir="auto"
      />
      <Textarea
        label={t('policy:note.text')}
        value={draft.body}
        onChange={(event) => change({ body: event.currentTarget.value })}
        dir="auto"
        rows={5}
      />
      <fieldset>
        <legend>{t('policy:regions')}</legend>
        <div className="row">
          {regions.map(({ id, name }) => (
            <Checkbox
              key={id}
              label={format.region(id) ?? name}
              checked={draft.regions.includes(id)}
              onChange={(event) => toggle(id, event.currentTarget.checked)}
            />
          ))}
        </div>
      </fieldset>
    </section>
  );
}

function RuleFields({ draft, change, regions, faults }: PartProps & { readonly faults: Tried['faults'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords().data;
  return (
    <section className="sheet stack">
      <h2>{t('policy:rule')}</h2>
      <p className="small quiet no-margin">{t('policy:editor.help')}</p>
      <NativeSelect
        className="narrow"
        label={t('policy:home')}
        value={draft.home}
        onChange={(event) => change({ home: event.currentTarget.value })}
        data={regions.map(({ id, name }) => ({ value: id, label: format.region(id) ?? name }))}
      />
      <RuleEditor
        label={t('policy:editor')}
        value={draft.yaml}
        onChange={(yaml) => change({ yaml })}
        faults={faults}
        words={words}
      />
      <ul className="plain" aria-live="polite">
        {faults.map((fault) => (
          <li key={`${fault.file} ${fault.line} ${fault.column} ${fault.message}`} className="small">
            <strong>{t(`policy:fault.${fault.level}`)}</strong>{' '}
            {fault.line === null ? fault.file : t('policy:fault.at', { line: fault.line, column: fault.column ?? 1 })}{' '}
            <bdi>{fault.message}</bdi>
          </li>
        ))}
      </ul>
      <Checkbox
        label={t('policy:as-enforced')}
        checked={draft.enforce}
        onChange={(event) => change({ enforce: event.currentTarget.checked })}
      />
    </section>
  );
}

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
  const yaml = known.data.written.find(({ region }) => region === home)?.yaml ?? known.data.written[0]?.yaml ?? '';
  return <Playground regions={regions} start={{ ...BLANK, home, yaml, regions: [home] }} />;
}

const BLANK: Draft = { title: '', body: '', regions: ['global'], home: 'global', yaml: '', enforce: true };

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
