import { Center, Loader } from '@mantine/core';
import { Route, Routes } from 'react-router';
import { ApiError } from './api/client.js';
import { useSession } from './api/queries.js';
import { NotFoundPage } from './pages/not-found.js';
import { NotePage } from './pages/note.js';
import { NotesPage } from './pages/notes.js';
import { OverviewPage } from './pages/overview.js';
import { SignInPage } from './pages/sign-in.js';
import { Fault } from './parts/fault.js';
import { Layout } from './parts/layout.js';

export function App() {
  const session = useSession();
  if (session.isPending) {
    return (
      <Center className="whole-page">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if (session.error !== null) {
    if (session.error instanceof ApiError && session.error.status === 401) return <SignInPage />;
    return (
      <Center className="whole-page">
        <Fault error={session.error} />
      </Center>
    );
  }
  return (
    <Layout session={session.data}>
      <Routes>
        <Route index element={<OverviewPage />} />
        <Route path="notes" element={<NotesPage />} />
        <Route path="notes/:noteId" element={<NotePage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Routes>
    </Layout>
  );
}
