import { Alert } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client.js';
import { saysMore } from '../says-more.js';
import { useWords } from '../words.js';

interface FaultProps {
  readonly error: Error;
  /** In place of all words of the server. */
  readonly said?: string | undefined;
  /** An answer to a key or a button may lie beyond the edge of its panel: it comes into sight by itself. */
  readonly answers?: boolean;
}

/** The problem in the reader's language where the code is known, and the server's own words beneath. */
export function Fault({ error, said, answers = false }: FaultProps) {
  const { t, i18n } = useTranslation();
  const { known } = useWords();
  const place = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each error is a new answer
  useEffect(() => {
    if (answers) place.current?.scrollIntoView({ block: 'nearest' });
  }, [answers, error]);
  const isProblem = error instanceof ApiError;
  const title = said ?? (isProblem ? known(`errors:${error.code}`, t('common:fault')) : t('common:fault'));
  const words = (
    <span dir="ltr" lang="en">
      {error.message}
    </span>
  );
  return (
    <Alert ref={place} color="red" title={title} role="alert">
      {said !== undefined || (isProblem && error.status === 0) ? null : i18n.language === 'en' ? (
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
