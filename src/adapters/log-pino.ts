/** Structured logs on stderr, so that stdout stays free for results. Only importer of pino. */
import { pino } from 'pino';
import { UnavailableError } from '../errors.js';
import type { Log } from '../ports.js';

export function openLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent', part: string): Log {
  const logger = pino(
    { level, base: { part, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(plainFields(fields), message),
    error: (message, fields) => logger.error(plainFields(fields), message),
  };
}

const WHY_CHARS = 300;

/** Errors become name, code, message and stack, never a vendor's request object. */
export function plainFields(fields: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, unknown>> {
  if (fields === undefined) return {};
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plain(value)]));
}
function plain(value: unknown): unknown {
  if (typeof value === 'string') return stripControls(value);
  if (!(value instanceof Error)) return value;
  const code = 'code' in value && typeof value.code === 'string' ? value.code : undefined;
  const said = { name: value.name, code, message: stripControls(value.message) };
  // What is away is no defect: the reason says more than the place where it was met.
  if (value instanceof UnavailableError && value.cause instanceof Error) return { ...said, why: reason(value.cause) };
  return { ...said, stack: stripControls(value.stack ?? '') };
}

/** The last line: some clients write theirs below a description of the call. */
const reason = ({ message }: Error): string =>
  stripControls(message.trimEnd().split('\n').at(-1) ?? '').slice(0, WHY_CHARS);

/** pino escapes C0 but lets C1 and line separators through (a terminal obeys them). */
const stripControls = (text: string): string =>
  text.replace(/[\u0080-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '?');
