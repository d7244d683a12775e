import './mantine.css';
import './styles.css';
import { DirectionProvider, MantineProvider } from '@mantine/core';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { ApiError } from './api/client.js';
import { isSignedOut, SESSION } from './api/queries.js';
import { App } from './app.js';
import { dirOf, firstTongue, startI18n } from './i18n/index.js';
import { keptForGood } from './use-kept.js';

const queries: QueryClient = new QueryClient({
  // A session that ended meanwhile leads back to the sign-in page, whatever was asked.
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (isSignedOut(error) && query.queryKey[0] !== SESSION[0]) void queries.resetQueries({ queryKey: SESSION });
    },
  }),
  // A wrong password at the sign-in page is a 401 as well; nobody's session is asked for again there.
  mutationCache: new MutationCache({
    onError: (error) => {
      const isSignedIn = queries.getQueryData(SESSION) !== undefined;
      if (isSignedOut(error) && isSignedIn) void queries.invalidateQueries({ queryKey: SESSION });
    },
  }),
  defaultOptions: {
    // The browser's word about being offline is not asked: a server at hand may answer without the Internet, and where
    // none does, the step says so instead of waiting and acting much later.
    queries: {
      networkMode: 'always',
      refetchOnReconnect: true,
      staleTime: 5_000,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && !error.retry),
    },
    mutations: { networkMode: 'always' },
  },
});

keptForGood(queries);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
await startI18n();

// The two flags keep <style> elements out of the page: the content security policy allows style files only.
createRoot(root).render(
  <StrictMode>
    <DirectionProvider initialDirection={dirOf(firstTongue())} detectDirection={false}>
      <MantineProvider
        defaultColorScheme="auto"
        theme={{ primaryColor: 'cyan' }}
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <QueryClientProvider client={queries}>
          <BrowserRouter>
            <App />
          </BrowserRouter>
        </QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  </StrictMode>,
);
