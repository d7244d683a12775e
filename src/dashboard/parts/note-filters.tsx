import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ACTIONS } from '../../domain.js';

interface NoteFiltersProps {
  readonly params: URLSearchParams;
  readonly onChange: (next: URLSearchParams) => void;
}

const FIELDS = ['action', 'status', 'region', 'language', 'authorId', 'externalId'] as const;
const STATUSES = ['pending', 'decided', 'held'] as const;

/** The filters are the query string, so a filtered list can be bookmarked and sent to a colleague. */
export function NoteFilters({ params, onChange }: NoteFiltersProps) {
  const { t } = useTranslation();
  const initial = (name: (typeof FIELDS)[number]) => ({ name, defaultValue: params.get(name) ?? '' });
  const any = { value: '', label: t('common:any') };
  const actions = ACTIONS.map((action) => ({ value: action, label: t(`words:action.${action}`) }));
  const statuses = STATUSES.map((status) => ({ value: status, label: t(`words:status.${status}`) }));
  return (
    <form
      key={params.toString()}
      className="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const filled = FIELDS.map((name) => [name, String(form.get(name) ?? '').trim()]).filter(
          ([, value]) => value !== '',
        );
        onChange(new URLSearchParams(filled));
      }}
    >
      <NativeSelect {...initial('action')} label={t('notes:action')} data={[any, ...actions]} />
      <NativeSelect {...initial('status')} label={t('notes:status')} data={[any, ...statuses]} />
      <TextInput {...initial('region')} label={t('notes:region')} placeholder="de" />
      <TextInput {...initial('language')} label={t('notes:language')} placeholder="zh-Hans" />
      <TextInput {...initial('authorId')} label={t('notes:author')} />
      <TextInput {...initial('externalId')} label={t('notes:external-id')} />
      <div className="row">
        <Button type="submit">{t('common:filter')}</Button>
        <Button variant="subtle" onClick={() => onChange(new URLSearchParams())}>
          {t('common:clear')}
        </Button>
      </div>
    </form>
  );
}
