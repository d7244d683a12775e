import { Checkbox, NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format.js';
import { type Tried, useWords } from './api.js';
import type { PartProps } from './playground-draft.js';
import { RuleEditor } from './rule-editor.js';
import { RuleStart } from './rule-start.js';

export function RuleFields({ draft, change, regions, faults }: PartProps & { readonly faults: Tried['faults'] }) {
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
      <RuleStart draft={draft} change={change} regions={regions} />
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
