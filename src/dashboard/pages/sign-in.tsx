import { Button, Center, PasswordInput, TextInput } from '@mantine/core';
import { useSignIn } from '../api/queries.js';
import { Fault } from '../parts/fault.js';

export function SignInPage() {
  const signIn = useSignIn();
  return (
    <Center component="main" className="whole-page">
      <div className="sheet sign-in">
        <title>Sign in · Polywarden</title>
        <div className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <h1>Polywarden</h1>
        </div>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            signIn.mutate({ login: String(form.get('login')), password: String(form.get('password')) });
          }}
        >
          <TextInput name="login" label="Login" autoComplete="username" autoFocus required withAsterisk={false} />
          <PasswordInput
            name="password"
            label="Password"
            autoComplete="current-password"
            required
            withAsterisk={false}
          />
          {signIn.error !== null && <Fault error={signIn.error} />}
          <Button type="submit" loading={signIn.isPending}>
            Sign in
          </Button>
        </form>
      </div>
    </Center>
  );
}
