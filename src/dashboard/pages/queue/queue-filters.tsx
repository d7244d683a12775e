import { Button, MultiSelect, NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CASE_REASONS, DESKS } from '../../../domain.js';
import type { CaseCounts } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { useWords } from '../../words.js';

interface QueueFiltersProps {
  readonly params: URLSearchParams;
  readonly counts: CaseCounts | undefined;
  readonly onChange: (next: URLSearchParams) => void;
}
interface Choice {
  readonly value: string;
  readonly label: string;
}

function useChoices(counts: CaseCounts | undefined) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const with_ = (value: string, name: string, count: number | undefined): Choice => ({
    value,
    label: count === undefined ? name : `${name} (${format.count(count)})`,
  });
  const of = (tally: readonly { readonly count: number }[] | undefined, key: string) =>
    new Map(tally?.map((one) => [String((one as Record<string, unknown>)[key]), one.count]));
  const reasons = of(counts?.byReason, 'reason');
  const desks = of(counts?.byDesk, 'desk');
  return {
    reason: CASE_REASONS.map((reason) => with_(reason, t(`words:reason.${reason}`), reasons.get(reason))),
    desk: DESKS.map((desk) => with_(desk, t(`words:desk.${desk}`), desks.get(desk))),
    language:
      counts?.byLanguage.map((one) => with_(String(one.language), format.language(String(one.language)), one.count)) ??
      [],
    region:
      counts?.byRegion.map((one) =>
        with_(String(one.region), format.region(String(one.region)) ?? String(one.region).toUpperCase(), one.count),
      ) ?? [],
    category:
      counts?.byCategory.map((one) => with_(String(one.category), words.category(String(one.category)), one.count)) ??
      [],
  };
}

/** What is chosen stays on the list, also when no case has it any more. */
const withChosen = (choices: readonly Choice[], chosen: readonly string[]): Choice[] => [
  ...choices,
  ...chosen.filter((value) => !choices.some((one) => one.value === value)).map((value) => ({ value, label: value })),
];

interface SourcesProps {
  readonly sources: CaseCounts['bySource'];
  readonly chosen: string;
  readonly onChange: (name: string, value: string) => void;
}

/** Only where there is a choice: most installations serve one platform. */
function Sources({ sources, chosen, onChange }: SourcesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (sources.length < 2 && chosen === '') return null;
  const known = sources.map(({ source, name, count }) => ({
    value: source,
    label: `${name} (${format.count(count)})`,
  }));
  return (
    <NativeSelect
      label={t('queue:source')}
      value={chosen}
      onChange={(event) => onChange('source', event.currentTarget.value)}
      data={[{ value: '', label: t('common:any') }, ...withChosen(known, chosen === '' ? [] : [chosen])]}
    />
  );
}

export function QueueFilters({ params, counts, onChange }: QueueFiltersProps) {
  const { t } = useTranslation();
  const choices = useChoices(counts);
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    next.delete('cursor');
    if (value === '') next.delete(name);
    else next.set(name, value);
    onChange(next);
  };
  const one = (name: string, values: readonly string[]) => (
    <NativeSelect
      key={name}
      label={t(`queue:${name}`)}
      value={params.get(name) ?? ''}
      onChange={(event) => set(name, event.currentTarget.value)}
      data={[
        { value: '', label: t(name === 'status' ? 'words:status.open' : 'common:any') },
        ...values.map((value) => ({ value, label: t(`queue:${name}.${value}`) })),
      ]}
    />
  );
  return (
    <search className="filters">
      {one('status', ['closed'])}
      {one('holder', ['none', 'mine', 'others'])}
      {one('overdue', ['true', 'false'])}
      <Sources sources={counts?.bySource ?? []} chosen={params.get('source') ?? ''} onChange={set} />
      {Object.entries(choices).map(([name, data]) => {
        const chosen = (params.get(name) ?? '').split(',').filter((value) => value !== '');
        return (
          <MultiSelect
            key={name}
            label={t(`queue:${name}`)}
            data={withChosen(data, chosen)}
            value={chosen}
            placeholder={chosen.length === 0 ? t('common:any') : ''}
            onChange={(values) => set(name, values.join(','))}
            searchable
            clearable={false}
            comboboxProps={{ transitionProps: { duration: 0 } }}
          />
        );
      })}
      {params.size > 0 && (
        <Button variant="subtle" onClick={() => onChange(new URLSearchParams())}>
          {t('common:clear')}
        </Button>
      )}
    </search>
  );
}
