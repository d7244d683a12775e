import { Button, Center, PasswordInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ApiError } from '../api/client.js';
import { hasLostSession, useSignIn, useSignInWays } from '../api/queries.js';
import { ColorSchemeSwitch } from '../parts/color-scheme-switch.js';
import { Fault } from '../parts/fault.js';
import { LanguageSwitch } from '../parts/language-switch.js';

function LocalForm() {
  const { t } = useTranslation();
  const signIn = useSignIn();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        signIn.mutate({ login: String(form.get('login')), password: String(form.get('password')) });
      }}
    >
      <TextInput
        name="login"
        label={t('sign-in:login')}
        autoComplete="username"
        autoFocus
        required
        withAsterisk={false}
      />
      <PasswordInput
        name="password"
        label={t('sign-in:password')}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': t('sign-in:show') }}
        required
        withAsterisk={false}
      />
      {signIn.error !== null && <Fault error={signIn.error} />}
      <Button type="submit" loading={signIn.isPending}>
        {t('sign-in:go')}
      </Button>
    </form>
  );
}

export function SignInPage() {
  const { t } = useTranslation();
  const ways = useSignInWays();
  const [params] = useSearchParams();
  const refused = params.get('sign_in');
  return (
    <Center component="main" className="whole-page">
      <div className="sheet sign-in">
        <title>{`${t('sign-in:go')} · ${t('common:name')}`}</title>
        <div className="row spread">
          <div className="brand">
            <img src="/icon.svg" alt="" width="28" height="28" />
            <h1>{t('common:name')}</h1>
          </div>
          <div className="row">
            <LanguageSwitch />
            <ColorSchemeSwitch />
          </div>
        </div>
        {refused !== null && <Fault error={new ApiError(401, refused, false, t('sign-in:refused'), null)} />}
        {hasLostSession() && <p className="no-margin">{t('sign-in:ended')}</p>}
        <LocalForm />
        {ways.data?.openid && (
          <Button component="a" href={ways.data.openid.start} variant="default">
            {t('sign-in:openid', { name: ways.data.openid.name })}
          </Button>
        )}
      </div>
    </Center>
  );
}
