import { Alert, Button, PasswordInput, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useOwnPassword } from '../api/people.js';
import { usePreferences, useSavePreferences } from '../api/preferences.js';
import { Fault } from '../parts/fault.js';
import { LanguageSwitch } from '../parts/language-switch.js';
import { PageTitle } from '../parts/page-title.js';

const SWITCHES = ['blur', 'rest', 'grey', 'blurText', 'keys'] as const;

function Looks() {
  const { t } = useTranslation();
  const preferences = usePreferences();
  const save = useSavePreferences();
  return (
    <section className="sheet stack">
      <h2>{t('settings:looks')}</h2>
      {save.error !== null && <Fault error={save.error} />}
      {SWITCHES.map((name) => (
        <Switch
          key={name}
          label={t(`settings:${name}`)}
          description={t(`settings:${name}.why`)}
          checked={preferences[name]}
          onChange={(event) => save.mutate({ [name]: event.currentTarget.checked })}
        />
      ))}
      <div className="row">
        <span>{t('common:interface-language')}</span>
        <LanguageSwitch />
      </div>
    </section>
  );
}

function Password() {
  const { t } = useTranslation();
  const change = useOwnPassword();
  const toggle = { 'aria-label': t('sign-in:show') };
  return (
    <section className="sheet">
      <h2>{t('settings:password')}</h2>
      <form
        className="stack narrow"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const read = new FormData(form);
          change.mutate(
            { current: String(read.get('current')), password: String(read.get('password')) },
            { onSuccess: () => form.reset() },
          );
        }}
      >
        <PasswordInput
          name="current"
          label={t('settings:current')}
          autoComplete="current-password"
          visibilityToggleButtonProps={toggle}
          required
          withAsterisk={false}
        />
        <PasswordInput
          name="password"
          label={t('settings:new')}
          description={t('settings:length')}
          autoComplete="new-password"
          minLength={12}
          visibilityToggleButtonProps={toggle}
          required
          withAsterisk={false}
        />
        {change.error !== null && <Fault error={change.error} />}
        {change.isSuccess && (
          <Alert role="status" color="teal" variant="default">
            {t('settings:changed')}
          </Alert>
        )}
        <Button type="submit" loading={change.isPending}>
          {t('common:save')}
        </Button>
      </form>
    </section>
  );
}

export function SettingsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageTitle text={t('settings:title')} />
      <Looks />
      <Password />
    </>
  );
}
