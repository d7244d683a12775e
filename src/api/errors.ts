/** Every failure leaves as a problem document (RFC 9457): a stable type, never a stack or a vendor's words. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODES, type ErrorCode, type Fault, InvalidInputError, UnavailableError } from '../errors.js';
import type { Log } from '../ports.js';
import { TooManyFailuresError } from '../usecases/sign-in.js';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly traceId: string;
  readonly retry: boolean;
  readonly errors?: readonly Fault[];
}

export const PROBLEM_TYPE = 'application/problem+json';
/** Seconds, where nothing else says how long: a restart of the database is worth a second look, a limit is per minute. */
const RETRY_AFTER_S: Readonly<Partial<Record<number, number>>> = { 429: 60, 503: 2 };
/** A hostile body can hold thousands of faults; nobody reads more than these. */
const MAX_FAULTS = 50;

export function problemOf(code: ErrorCode, detail: string, traceId: string, faults: readonly Fault[] = []): Problem {
  const { status, retry, title } = ERROR_CODES[code];
  const base = { type: `urn:polywarden:error:${code}`, title, status, detail, code, traceId, retry };
  return faults.length === 0 ? base : { ...base, errors: faults.slice(0, MAX_FAULTS) };
}

interface Diagnosis {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly faults: readonly Fault[];
}
const plain = (code: ErrorCode, detail: string = ERROR_CODES[code].title): Diagnosis => ({ code, detail, faults: [] });

/** Codes of Fastify itself, for requests that never reach a handler. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'json_invalid',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'json_invalid',
  FST_ERR_CTP_INVALID_JSON_BODY: 'json_invalid',
  FST_ERR_BAD_URL: 'query_invalid',
  FST_ERR_MAX_PARAM_LENGTH: 'query_invalid',
  FST_ERR_ASYNC_CONSTRAINT: 'not_found',
  FST_ERR_NOT_FOUND: 'not_found',
  ECONNRESET: 'json_invalid',
};

/** Where the title alone would leave the caller guessing. */
const FASTIFY_WORDS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send the header content-type: application/json.',
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function diagnose(error: unknown): Diagnosis {
  if (error instanceof InvalidInputError) return { code: error.code, detail: error.message, faults: error.faults };
  // What was away is the operator's matter: the title says enough, the message may name hosts.
  if (error instanceof UnavailableError) return plain(error.code);
  if (error instanceof DOMException && error.name === 'TimeoutError') return plain('deadline_exceeded');
  const vendor = error instanceof Error && 'code' in error ? textOf(error.code) : '';
  const known = FASTIFY_CODES[vendor];
  return plain(known ?? 'internal', FASTIFY_WORDS[vendor]);
}

const asJson = (value: unknown): string => JSON.stringify(value);

export function sendProblem(reply: FastifyReply, problem: Problem, extra: Readonly<Record<string, unknown>> = {}) {
  const retryAfterS = RETRY_AFTER_S[problem.status];
  if (retryAfterS !== undefined && !reply.hasHeader('retry-after')) void reply.header('retry-after', retryAfterS);
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="polywarden"');
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .serializer(asJson)
    .send({ ...problem, ...extra });
}

/** The `openai` client shows `error.message` and nothing else, so that it must hold the first fault as well. */
function openaiWords(url: string, problem: Problem): Readonly<Record<string, unknown>> {
  if (!url.startsWith('/v1/moderations')) return {};
  const [fault] = problem.errors ?? [];
  const param = fault === undefined || fault.pointer === '' ? null : fault.pointer.slice(1).replaceAll('/', '.');
  const words =
    fault === undefined ? problem.detail : [param, fault.message].filter((part) => part !== null).join(': ');
  return { error: { message: words, type: problem.code, param, code: problem.code } };
}

export function errorHandler(log: Log) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const { code, detail, faults } = diagnose(error);
    const status = ERROR_CODES[code].status;
    const route = request.routeOptions.url ?? 'none';
    if (code === 'internal') log.error('request failed by a defect', { traceId: request.id, route, error });
    else if (status >= 500) log.warn('request failed', { traceId: request.id, route, code, error });
    if (error instanceof TooManyFailuresError) void reply.header('retry-after', error.retryAfterS);
    // Fastify would close under a client that still sends, who then sees a broken pipe and no answer; Node drops the rest
    // of a body, within the time limit of the request.
    void reply.removeHeader('connection');
    const problem = problemOf(code, detail, request.id, faults);
    return sendProblem(reply, problem, openaiWords(request.url, problem));
  };
}
