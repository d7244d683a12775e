import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client.js';

/** The problem in the reader's language where the code is known, and the server's own words beneath. */
export function Fault({ error }: { readonly error: Error }) {
  const { t } = useTranslation();
  const isProblem = error instanceof ApiError;
  const title = isProblem ? t(`errors:${error.code}`, { defaultValue: t('common:fault') }) : t('common:fault');
  return (
    <Alert color="red" title={title} role="alert">
      <span dir="auto">{error.message}</span>
      {isProblem && error.traceId !== null && (
        <div className="mono quiet">{t('common:trace', { id: error.traceId })}</div>
      )}
    </Alert>
  );
}
