import { Center, Loader, useDirection } from '@mantine/core';
import { lazy, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Routes, useLocation } from 'react-router';
import { isSignedOut, useSession } from './api/queries.js';
import type { SessionView } from './api/types.js';
import { dirOf } from './i18n/index.js';
import { NotFoundPage } from './pages/not-found.js';
import { Fault } from './parts/fault.js';
import { Layout } from './parts/layout.js';
import { PageGuard } from './parts/page-guard.js';
import { UndoProvider } from './parts/undo-toast.js';
import { placesOf } from './places.js';
import { PAGES } from './routes.js';
import { ShortcutsProvider } from './shortcuts.js';

const SignInPage = lazy(async () => ({ default: (await import('./pages/sign-in.js')).SignInPage }));

function Wait() {
  const { t } = useTranslation();
  return (
    <Center className="whole-page">
      <Loader aria-label={t('common:loading')} />
    </Center>
  );
}

function Pages({ session }: { readonly session: SessionView }) {
  const { pathname } = useLocation();
  return (
    <PageGuard place={pathname}>
      <Suspense fallback={<Wait />}>
        <Routes>
          {placesOf(session.user.role).map(({ path }) => {
            const Page = PAGES[path];
            return <Route key={path} path={path} element={<Page />} />;
          })}
          <Route path="*" element={<NotFoundPage />} />
        </Routes>
      </Suspense>
    </PageGuard>
  );
}

export function App() {
  const session = useSession();
  const { i18n } = useTranslation();
  const { setDirection } = useDirection();
  useEffect(() => setDirection(dirOf(i18n.language)), [i18n.language, setDirection]);
  if (session.isPending) return <Wait />;
  if (isSignedOut(session.error)) {
    return (
      <Suspense fallback={<Wait />}>
        <SignInPage />
      </Suspense>
    );
  }
  // A server that is away for a moment takes no page, and nothing that was typed, from under a person.
  if (session.data === undefined) {
    return (
      <Center component="main" className="whole-page">
        <Fault error={session.error} />
      </Center>
    );
  }
  return (
    <ShortcutsProvider>
      <UndoProvider>
        <Layout session={session.data}>
          <Pages session={session.data} />
        </Layout>
      </UndoProvider>
    </ShortcutsProvider>
  );
}
