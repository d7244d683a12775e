/** One webhook attempt: sign the stored bytes, send, and say what follows from the answer. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain.js';
import { codeOf } from '../errors.js';
import type { Attempt, DueDelivery, WebhooksStore } from '../ports/store.js';
import type { Clock, Fetcher, Log, Metrics } from '../ports.js';

const SECOND_MS = 1_000;
/** Ten attempts over about 32 hours, then dead; the Standard Webhooks schedule in shape. */
export const PAUSES_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
];
/** Receivers that fail together shall not be called again together. */
const JITTER = 0.2;
const LONGEST_RETRY_AFTER_MS = DAY_MS;
const GONE = 410;
const ASKS_FOR_PATIENCE = new Set([429, 503]);

export type Sign = (
  secrets: readonly string[],
  message: { readonly id: string; readonly at: number; readonly body: string },
) => Readonly<Record<string, string>>;

export interface DeliverDeps {
  readonly webhooks: WebhooksStore;
  readonly fetcher: Fetcher;
  readonly sign: Sign;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly timeoutMs: number;
}

/** `attempts` counts those already made. Null: dead. */
export function nextAttemptAt(
  attempts: number,
  now: number,
  random: number,
  retryAfterMs: number | null,
): number | null {
  const pauseMs = PAUSES_MS[attempts];
  if (pauseMs === undefined) return null;
  const jittered = pauseMs * (1 + JITTER * (2 * random - 1));
  return Math.round(now + Math.max(jittered, Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)));
}

/** Sends and records. Throws only when aborted from outside; then the lease brings the delivery back. */
export async function deliver(deps: DeliverDeps, delivery: DueDelivery, signal: AbortSignal): Promise<Attempt> {
  const startedAt = deps.clock.now();
  const attempt = await send(deps, delivery, startedAt, signal);
  deps.metrics.count('deliveries_total', { outcome: outcomeOf(attempt) });
  await deps.webhooks.recordAttempt(delivery, attempt, deps.clock.now());
  return attempt;
}

const outcomeOf = (attempt: Attempt): string =>
  attempt.ok ? 'delivered' : attempt.nextAttemptAt === null ? 'dead' : 'retry';

async function send(deps: DeliverDeps, delivery: DueDelivery, at: number, signal: AbortSignal): Promise<Attempt> {
  const latency = () => deps.clock.now() - at;
  const failed = (error: string, status: number | null, retryAfterMs: number | null): Attempt => ({
    ok: false,
    status,
    error,
    latencyMs: latency(),
    nextAttemptAt:
      status === GONE ? null : nextAttemptAt(delivery.attempts, deps.clock.now(), deps.random(), retryAfterMs),
    disableEndpoint: status === GONE,
  });
  try {
    const { eventId: id, body } = delivery;
    const signature = deps.sign(delivery.secrets, { id, at, body });
    const headers = { ...signature, 'content-type': 'application/json', 'user-agent': 'polywarden-webhooks/1' };
    const answer = await deps.fetcher.post({ url: delivery.url, headers, body, timeoutMs: deps.timeoutMs }, signal);
    if (answer.status >= 200 && answer.status < 300) {
      const { status } = answer;
      return { ok: true, status, error: null, latencyMs: latency(), nextAttemptAt: null, disableEndpoint: false };
    }
    const patience = ASKS_FOR_PATIENCE.has(answer.status) ? answer.retryAfterMs : null;
    return failed(`HTTP ${answer.status}`, answer.status, patience);
  } catch (error) {
    signal.throwIfAborted();
    const code = codeOf(error);
    if (code === 'internal') deps.log.error('delivery defect', { deliveryId: delivery.deliveryId, error });
    return failed(error instanceof Error && code !== 'internal' ? `${code}: ${error.message}` : code, null, null);
  }
}
