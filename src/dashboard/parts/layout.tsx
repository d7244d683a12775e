import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import { useSignOut } from '../api/queries.js';
import type { SessionView } from '../api/types.js';
import { ColorSchemeSwitch } from './color-scheme-switch.js';

export function Layout({ session, children }: { readonly session: SessionView; readonly children: ReactNode }) {
  const signOut = useSignOut(session.csrfToken);
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="header">
        <NavLink to="/" className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" />
          Polywarden
        </NavLink>
        <nav aria-label="Pages">
          <NavLink to="/" end>
            Overview
          </NavLink>
          <NavLink to="/notes">Notes</NavLink>
        </nav>
        <div className="account">
          <ColorSchemeSwitch />
          <span>
            <bdi>{session.user.login}</bdi> · {session.user.role.replaceAll('_', ' ')}
          </span>
          <Button variant="default" size="compact-sm" loading={signOut.isPending} onClick={() => signOut.mutate()}>
            Sign out
          </Button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
