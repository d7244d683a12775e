import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { actionIn, actionsOf, type Chosen, clauseOf, type Draft, type Group } from '../../draft.js';
import { useFormat } from '../../format.js';
import { useWords } from '../../words.js';

interface RegionProps {
  readonly draft: Draft;
  readonly group: Group;
  readonly severity: number;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** Regions of one policy file: what stands, the action, and the clause that it rests on. */
export function DecisionRegion({ draft, group, severity, onChange }: RegionProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const { choice, policy } = group;
  const chosen = draft.byPolicy[policy] ?? { action: null, clause: null };
  const set = (change: Partial<Chosen>) =>
    onChange({ byPolicy: { ...draft.byPolicy, [policy]: { ...chosen, ...change } } });
  const actions = actionsOf(group, severity);
  const action = actionIn(draft, group);
  const isKept = draft.outcome === 'change_ground' && choice.standing !== null;
  const regions = format.regions(group.regions);
  const [only = policy, ...more] = group.regions;
  const name = format.region(more.length === 0 ? only : policy) ?? choice.name;
  const none = { value: '', label: '–' };
  return (
    <div className="region">
      <strong>
        {regions} <span className="quiet small">{name}</span>
      </strong>
      {choice.standing !== null && (
        <span className="small quiet">
          {t('case:standing', {
            action: t(`words:action.${choice.standing.action}`),
            by: t(`words:by.${choice.standing.by}`),
          })}
        </span>
      )}
      {!isKept && (
        <NativeSelect
          size="xs"
          aria-label={t('case:action-in', { regions })}
          value={chosen.action ?? ''}
          data={[none, ...actions.map((action) => ({ value: action, label: t(`words:action.${action}`) }))]}
          onChange={(event) => set({ action: actions.find((action) => action === event.currentTarget.value) ?? null })}
        />
      )}
      {action !== null && action !== 'allow' && (
        <NativeSelect
          size="xs"
          data-missing={clauseOf(draft, group) === null}
          aria-label={t('case:clause-in', { regions })}
          value={clauseOf(draft, group) ?? ''}
          data={[
            none,
            ...choice.clauses.map(({ id, kind, ref, title }) => ({
              value: id,
              label: `${t(`words:ground.${kind}`)}: ${title === null ? ref : words.clause(title)}`,
            })),
          ]}
          onChange={(event) => set({ clause: event.currentTarget.value === '' ? null : event.currentTarget.value })}
        />
      )}
    </div>
  );
}
