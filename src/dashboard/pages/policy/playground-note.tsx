import { Checkbox, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format.js';
import type { PartProps } from './playground-draft.js';

export function NoteFields({ draft, change, regions }: PartProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toggle = (id: string, on: boolean): void =>
    change({ regions: on ? [...draft.regions, id] : draft.regions.filter((one) => one !== id) });
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
