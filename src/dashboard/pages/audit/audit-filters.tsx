import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useWords, VERBS } from '../../words.js';

const FIELDS = ['subject', 'actor', 'verb'] as const;

export function AuditFilters() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const verb = params.get('verb') ?? '';
  const verbs = verb === '' || VERBS.some((one) => one === verb) ? VERBS : [...VERBS, verb];
  const { known } = useWords();
  return (
    <form
      className="sheet filters"
      key={params.toString()}
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const filled = FIELDS.map((name) => [name, String(form.get(name) ?? '').trim()]);
        setParams(new URLSearchParams(filled.filter(([, value]) => value !== '')));
      }}
    >
      <TextInput name="subject" label={t('audit:subject')} defaultValue={params.get('subject') ?? ''} />
      <TextInput name="actor" label={t('audit:actor')} defaultValue={params.get('actor') ?? ''} />
      <NativeSelect
        name="verb"
        label={t('audit:verb')}
        defaultValue={verb}
        data={[
          { value: '', label: t('common:any') },
          ...verbs.map((value) => ({ value, label: known(`audit:verb.${value}`, value) })),
        ]}
      />
      <div className="row">
        <Button type="submit">{t('common:filter')}</Button>
        <Button variant="subtle" onClick={() => setParams({})}>
          {t('common:clear')}
        </Button>
      </div>
    </form>
  );
}
