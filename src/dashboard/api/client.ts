/** One way to the API: JSON in and out, problem details become ApiError. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly retry: boolean,
    message: string,
    readonly traceId: string | null,
  ) {
    super(message);
  }
}

/** It is not there, or no longer for this person. */
export const isMissing = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

/** Nobody answered: whether the server has heard is not known. */
export const isUnreachable = (error: unknown): boolean => error instanceof ApiError && error.status === 0;

interface Problem {
  readonly code?: string;
  readonly retry?: boolean;
  readonly title?: string;
  readonly detail?: string;
  readonly traceId?: string;
}
export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

async function toError(response: Response): Promise<ApiError> {
  const problem: Problem = await response.json().catch(() => ({ title: response.statusText }));
  const message = problem.detail ?? problem.title ?? `The server answered ${response.status}`;
  const retry = problem.retry ?? response.status >= 500;
  return new ApiError(response.status, problem.code ?? 'internal', retry, message, problem.traceId ?? null);
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, { credentials: 'same-origin', ...init }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'not_ready', true, 'The server cannot be reached.', null);
  });
  if (!response.ok) throw await toError(response);
  return response;
}

export async function getJson<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await send(path, { signal, headers: { accept: 'application/json' } });
  return (await response.json()) as T;
}

export interface Order {
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

/** The answer is undefined where the API answers 204. */
export async function sendJson<T>({ method, path, body }: Order, csrfToken: string | null): Promise<T> {
  const response = await send(path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(csrfToken === null ? {} : { 'x-csrf-token': csrfToken }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}
