import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DESKS } from '../../domain.js';
import type { Role } from '../../ports/store.js';
import type { Person, PersonInput } from '../api/types.js';

const ROLE_NAMES: readonly Role[] = ['reviewer', 'senior', 'policy_author', 'auditor', 'admin'];
type RightsInput = NonNullable<PersonInput['rights']>;

interface PersonFormProps {
  /** Null: somebody new. */
  readonly person: Person | null;
  readonly busy: boolean;
  readonly onSave: (input: PersonInput) => void;
}

const listOf = (form: FormData, name: string): string[] | null => {
  const entries = String(form.get(name) ?? '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  return entries.length === 0 ? null : entries;
};

const inputOf = (form: FormData, login: string): PersonInput => ({
  login,
  role: ROLE_NAMES.find((role) => role === form.get('role')) ?? 'reviewer',
  rights: {
    languages: listOf(form, 'languages'),
    regions: listOf(form, 'regions')?.map((region) => region.toLowerCase()) ?? null,
    // The server refuses what is no category.
    categories: listOf(form, 'categories') as RightsInput['categories'],
    desks: DESKS.filter((desk) => form.getAll('desks').includes(desk)),
  },
});

export function PersonForm({ person, busy, onSave }: PersonFormProps) {
  const { t } = useTranslation();
  const rights = person?.rights;
  const lists = [
    ['languages', rights?.languages, 'de, zh-Hans'],
    ['regions', rights?.regions, 'de, us'],
    ['categories', rights?.categories, 'fraud.scam'],
  ] as const;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        onSave(inputOf(form, person?.login ?? String(form.get('login')).trim()));
      }}
    >
      {person === null && (
        <TextInput
          name="login"
          label={t('sign-in:login')}
          required
          withAsterisk={false}
          autoComplete="off"
          data-autofocus
        />
      )}
      <NativeSelect
        name="role"
        label={t('users:role')}
        defaultValue={person?.role ?? 'reviewer'}
        data={ROLE_NAMES.map((role) => ({ value: role, label: t(`words:role.${role}`) }))}
      />
      {lists.map(([name, values, example]) => (
        <TextInput
          key={name}
          name={name}
          label={t(`users:${name}`)}
          description={t('users:empty-is-all', { example })}
          defaultValue={values?.join(', ') ?? ''}
        />
      ))}
      <fieldset className="row">
        <legend>{t('users:desks')}</legend>
        {DESKS.map((desk) => (
          <Checkbox
            key={desk}
            name="desks"
            value={desk}
            label={t(`words:desk.${desk}`)}
            defaultChecked={rights?.desks.includes(desk) ?? desk === 'general'}
          />
        ))}
      </fieldset>
      <Button type="submit" loading={busy}>
        {t('common:save')}
      </Button>
    </form>
  );
}
