import { Alert } from '@mantine/core';
import { ApiError } from '../api/client.js';

export function Fault({ error }: { readonly error: Error }) {
  const traceId = error instanceof ApiError ? error.traceId : null;
  return (
    <Alert color="red" title="That did not work" role="alert">
      {error.message}
      {traceId !== null && <div className="mono quiet">Trace {traceId}</div>}
    </Alert>
  );
}
