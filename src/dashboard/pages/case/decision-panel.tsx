import { Button, type OptionsFilter, SegmentedControl, Select, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Action } from '../../../domain.js';
import type { CaseDetail } from '../../api/types.js';
import {
  commonActions,
  type Draft,
  type Group,
  type Missing,
  type Outcome,
  severityOf,
  underCategory,
} from '../../draft.js';
import { Fault } from '../../parts/fault.js';
import { type Shortcut, useShortcuts } from '../../shortcuts.js';
import { useWords } from '../../words.js';
import { AlikeCases } from './alike-cases.js';
import { DecisionRegion } from './decision-region.js';
import { NoticePreview } from './notice-preview.js';

export interface PanelProps {
  readonly detail: CaseDetail;
  readonly draft: Draft;
  readonly groups: readonly Group[];
  readonly missing: Missing | null;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onChange: (change: Partial<Draft>) => void;
  readonly onSubmit: (thenNext: boolean) => void;
}
const OUTCOMES: readonly Outcome[] = ['uphold', 'overturn', 'change_ground'];
const OUTCOME_KEYS = ['p', 'o', 'g'] as const;
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'] as const;

/** Where the hand goes when something is still missing. */
const CONTROL = { outcome: 'case-outcome', category: 'case-category', action: 'case-actions', clause: 'case-regions' };
export function showMissing(missing: Missing): void {
  const control = document.getElementById(CONTROL[missing]);
  const inner = control?.querySelector<HTMLElement>('[data-missing="true"], button, input');
  (inner ?? control)?.focus();
}

/** Policies and notes name a category by its id, so that is looked for as well. */
const byNameOrId: OptionsFilter = ({ options, search }) =>
  options.filter(
    (one) => 'value' in one && `${one.label} ${one.value}`.toLowerCase().includes(search.trim().toLowerCase()),
  );

/** Chooses for every region of mine that allows it. */
const chooseAll = ({ draft, groups, onChange }: PanelProps, action: Action): void =>
  onChange({
    byPolicy: Object.fromEntries(
      groups.map(({ policy }) => [policy, { clause: draft.byPolicy[policy]?.clause ?? null, action }]),
    ),
  });

function usePanelKeys(props: PanelProps, actions: readonly Action[]): void {
  const { t } = useTranslation();
  const group = t('case:keys.decide');
  const { detail, onChange, onSubmit } = props;
  const outcomes: Shortcut[] =
    detail.case.reason === 'appeal'
      ? OUTCOMES.map((outcome, index) => ({
          key: OUTCOME_KEYS[index] ?? null,
          label: t(`case:outcome.${outcome}`),
          group,
          run: () => onChange({ outcome }),
        }))
      : [];
  useShortcuts([
    ...actions.map((action, index) => ({
      key: KEYS[index] ?? null,
      label: t(`words:action.${action}`),
      group,
      run: () => chooseAll(props, action),
    })),
    ...outcomes,
    { key: 'k', label: t('case:choose-category'), group, run: () => showMissing('category') },
    { key: 's', label: t('case:submit-next'), group, run: () => onSubmit(true) },
    { key: 'ctrl+Enter', label: t('case:submit-next'), group, run: () => onSubmit(true) },
  ]);
}

function Actions(props: PanelProps & { readonly actions: readonly Action[] }) {
  const { t } = useTranslation();
  const { draft, groups, actions } = props;
  return (
    <fieldset id={CONTROL.action} className="actions" aria-label={t('case:actions')}>
      {actions.map((action, index) => {
        const isChosen = groups.every(({ policy }) => draft.byPolicy[policy]?.action === action);
        return (
          <Button
            key={action}
            variant={isChosen ? 'filled' : 'default'}
            aria-pressed={isChosen}
            justify="space-between"
            rightSection={<kbd className={isChosen ? 'on-button' : undefined}>{KEYS[index]}</kbd>}
            onClick={() => chooseAll(props, action)}
          >
            {t(`words:action.${action}`)}
          </Button>
        );
      })}
    </fieldset>
  );
}

/** Why there are so few actions, and the way to more. */
function WithoutCategory({ actions }: { readonly actions: readonly Action[] }) {
  const { t, i18n } = useTranslation();
  const names = actions.map((action) => t(`words:action.${action}`));
  return (
    <div className="stack">
      <p className="small quiet no-margin">
        {t('case:without-category', { actions: new Intl.ListFormat(i18n.language).format(names) })}
      </p>
      <div>
        <Button variant="default" size="compact-sm" onClick={() => showMissing('category')}>
          {t('case:choose-category')} <kbd>{'k'}</kbd>
        </Button>
      </div>
    </div>
  );
}

function AppealOutcome({ draft, onChange }: PanelProps) {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      id={CONTROL.outcome}
      aria-label={t('case:outcome')}
      fullWidth
      transitionDuration={0}
      value={draft.outcome ?? ''}
      onChange={(value) => onChange({ outcome: OUTCOMES.find((outcome) => outcome === value) ?? null })}
      data={OUTCOMES.map((outcome) => ({ value: outcome, label: t(`case:outcome.${outcome}`) }))}
    />
  );
}

export function DecisionPanel(props: PanelProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { detail, draft, groups, missing, busy, error, onChange, onSubmit } = props;
  const severity = severityOf(detail, draft.category);
  // What is upheld or rests on another ground keeps its action.
  const isKept = draft.outcome === 'uphold' || draft.outcome === 'change_ground';
  const actions = isKept ? [] : commonActions(groups, severity);
  usePanelKeys(props, actions);
  const others = draft.alike.length;
  const ready = others === 0 ? t('case:ready') : t('case:ready-alike', { n: others });
  return (
    <section id="case-decision" className="sheet stack panel" aria-label={t('case:decision')}>
      <h2>{t('case:decision')}</h2>
      {detail.case.reason === 'appeal' && <AppealOutcome {...props} />}
      {draft.outcome !== 'uphold' && (
        <>
          <Select
            id={CONTROL.category}
            label={t('case:category')}
            value={draft.category}
            onChange={(category) => {
              const grade = severityOf(detail, category);
              onChange(underCategory(draft, groups, { category, severity: grade }));
            }}
            data={detail.categories.map(({ id, severity: grade }) => ({
              value: id,
              label: `${words.category(id)} · ${grade}`,
            }))}
            searchable
            filter={byNameOrId}
            allowDeselect
            comboboxProps={{ transitionProps: { duration: 0 } }}
          />
          {!isKept && <Actions {...props} actions={actions} />}
          {!isKept && draft.category === null && <WithoutCategory actions={actions} />}
          <div id={CONTROL.clause} className="regions">
            {groups.map((group) => (
              <DecisionRegion key={group.policy} draft={draft} group={group} severity={severity} onChange={onChange} />
            ))}
          </div>
        </>
      )}
      <Textarea
        label={t('case:reason')}
        value={draft.reason}
        onChange={(event) => onChange({ reason: event.currentTarget.value })}
        rows={2}
        dir="auto"
        maxLength={4_000}
      />
      <AlikeCases detail={detail} draft={draft} onChange={onChange} />
      <NoticePreview detail={detail} draft={draft} groups={groups} complete={missing === null} />
      {error !== null && <Fault error={error} answers />}
      <div className="finish stack">
        <p className="small quiet no-margin" role="status">
          {missing === null ? ready : t(`case:missing.${missing}`)}
        </p>
        <div className="row">
          <Button loading={busy} aria-disabled={missing !== null} onClick={() => onSubmit(true)}>
            {t('case:submit-next')} <kbd className="on-button">{'s'}</kbd>
          </Button>
          <Button variant="default" loading={busy} aria-disabled={missing !== null} onClick={() => onSubmit(false)}>
            {t('case:submit')}
          </Button>
        </div>
      </div>
    </section>
  );
}
