import { Button, MultiSelect, NativeSelect } from '@mantine/core';
import { useState } from 'react';
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
  const format = useFormat();
  const words = useWords();
  const named = {
    reason: (id: string) => words.known(`words:reason.${id}`, id),
    desk: (id: string) => words.known(`words:desk.${id}`, id),
    language: format.language,
    region: (id: string) => format.region(id) ?? id.toUpperCase(),
    category: words.category,
  };
  const tallies = {
    reason: counts?.byReason,
    desk: counts?.byDesk,
    language: counts?.byLanguage,
    region: counts?.byRegion,
    category: counts?.byCategory,
  };
  // Reasons and desks are few and known; of the others those are offered that some case has.
  const known: Readonly<Record<string, readonly string[]>> = { reason: CASE_REASONS, desk: DESKS };
  return (Object.keys(named) as (keyof typeof named)[]).map((name) => {
    const counted = new Map(
      tallies[name]?.map((one) => [String((one as Record<string, unknown>)[name]), one.count] as const),
    );
    const choices = (known[name] ?? [...counted.keys()]).map((value): Choice => {
      const count = counted.get(value);
      const label = named[name](value);
      return { value, label: count === undefined ? label : `${label} (${format.count(count)})` };
    });
    return { name, choices, nameOf: named[name] };
  });
}

/** What is chosen stays on the list, also when no case has it any more; in its field it stands without a count. */
const withChosen = (
  choices: readonly Choice[],
  chosen: readonly string[],
  nameOf: (value: string) => string,
): Choice[] => [
  ...choices.map((one) => (chosen.includes(one.value) ? { ...one, label: nameOf(one.value) } : one)),
  ...chosen
    .filter((value) => !choices.some((one) => one.value === value))
    .map((value) => ({ value, label: nameOf(value) })),
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
  const nameOf = (id: string) => sources.find(({ source }) => source === id)?.name ?? id;
  return (
    <NativeSelect
      label={t('queue:source')}
      value={chosen}
      onChange={(event) => onChange('source', event.currentTarget.value)}
      data={[{ value: '', label: t('common:any') }, ...withChosen(known, chosen === '' ? [] : [chosen], nameOf)]}
    />
  );
}

export function QueueFilters({ params, counts, onChange }: QueueFiltersProps) {
  const { t } = useTranslation();
  const choices = useChoices(counts);
  const [open, setOpen] = useState(false);
  const format = useFormat();
  const chosen = [...params.keys()].filter((name) => name !== 'cursor').length;
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
    <search className="filters folded" data-open={open}>
      <Button variant="default" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        {chosen === 0 ? t('queue:filters') : `${t('queue:filters')} (${format.count(chosen)})`}
      </Button>
      {one('status', ['closed'])}
      {one('holder', ['none', 'mine', 'others'])}
      {one('overdue', ['true', 'false'])}
      <Sources sources={counts?.bySource ?? []} chosen={params.get('source') ?? ''} onChange={set} />
      {choices.map(({ name, choices: data, nameOf }) => {
        const chosen = (params.get(name) ?? '').split(',').filter((value) => value !== '');
        return (
          <MultiSelect
            key={name}
            label={t(`queue:${name}`)}
            data={withChosen(data, chosen, nameOf)}
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
