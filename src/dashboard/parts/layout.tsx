import { Button } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useLocation, useNavigate } from 'react-router';
import { useSignOut } from '../api/queries.js';
import type { SessionView } from '../api/types.js';
import { placesOf } from '../places.js';
import { PALETTE_KEY, useShortcuts } from '../shortcuts.js';
import { ColorSchemeSwitch } from './color-scheme-switch.js';
import { LanguageSwitch } from './language-switch.js';

/** They come with the first dialog, not with the first page. */
const Palette = lazy(async () => ({ default: (await import('./palette.js')).Palette }));
const ShortcutSheet = lazy(async () => ({ default: (await import('./shortcut-sheet.js')).ShortcutSheet }));

type Open = 'palette' | 'sheet' | null;

function useDialogs(session: SessionView) {
  const [open, setOpen] = useState<Open>(null);
  const { t } = useTranslation();
  const navigate = useNavigate();
  const group = t('common:keys.everywhere');
  const pages = placesOf(session.user.role).filter(({ nav }) => nav !== null);
  useShortcuts([
    { key: PALETTE_KEY, label: t('common:palette'), group, run: () => setOpen('palette') },
    { key: '?', label: t('common:keys.title'), group, run: () => setOpen('sheet') },
    ...pages.map((entry) => ({ key: null, label: t(entry.nav ?? ''), group, run: () => void navigate(entry.path) })),
    { key: null, label: t('common:nav.settings'), group, run: () => void navigate('/settings') },
  ]);
  return { open, close: () => setOpen(null), show: setOpen, pages };
}

/** A new page is read from its start, by eye and by screen reader. */
function useTop() {
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it acts when the address changes
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [pathname]);
}

function Account({ session, onKeys }: { readonly session: SessionView; readonly onKeys: () => void }) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  return (
    <div className="account">
      <Button className="keys-hint" variant="subtle" color="gray" size="compact-sm" onClick={onKeys}>
        {t('common:keys.short')}
      </Button>
      <LanguageSwitch />
      <ColorSchemeSwitch />
      <NavLink to="/settings">
        <bdi>{session.user.login}</bdi>
        {' · '}
        {t(`words:role.${session.user.role}`)}
      </NavLink>
      <Button variant="default" size="compact-sm" loading={signOut.isPending} onClick={() => signOut.mutate()}>
        {t('common:sign-out')}
      </Button>
    </div>
  );
}

export function Layout({ session, children }: { readonly session: SessionView; readonly children: ReactNode }) {
  const { t } = useTranslation();
  const dialogs = useDialogs(session);
  useTop();
  return (
    <>
      <a className="skip" href="#content">
        {t('common:skip')}
      </a>
      <header className="header">
        <NavLink to="/" className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" />
          {t('common:name')}
        </NavLink>
        <nav aria-label={t('common:pages')}>
          {dialogs.pages.map(({ path, nav }) => (
            <NavLink key={path} to={path} end={path === '/'}>
              {t(nav ?? '')}
            </NavLink>
          ))}
        </nav>
        <Account session={session} onKeys={() => dialogs.show('sheet')} />
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <Suspense>
        {dialogs.open === 'palette' && <Palette onClose={dialogs.close} />}
        {dialogs.open === 'sheet' && <ShortcutSheet onClose={dialogs.close} />}
      </Suspense>
    </>
  );
}
