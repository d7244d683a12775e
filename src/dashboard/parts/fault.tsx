import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client.js';
import { saysMore } from '../says-more.js';
import { useWords } from '../words.js';

/** The problem in the reader's language where the code is known, and the server's own words beneath. */
export function Fault({ error }: { readonly error: Error }) {
  const { t, i18n } = useTranslation();
  const { known } = useWords();
  const isProblem = error instanceof ApiError;
  const title = isProblem ? known(`errors:${error.code}`, t('common:fault')) : t('common:fault');
  const words = (
    <span dir="ltr" lang="en">
      {error.message}
    </span>
  );
  return (
    <Alert color="red" title={title} role="alert">
      {isProblem && error.status === 0 ? null : i18n.language === 'en' ? (
        saysMore(error.message, title) && words
      ) : (
        <details>
          <summary>{t('common:server-words')}</summary>
          {words}
        </details>
      )}
      {isProblem && error.traceId !== null && (
        <div className="mono quiet">{t('common:trace', { id: error.traceId })}</div>
      )}
    </Alert>
  );
}
