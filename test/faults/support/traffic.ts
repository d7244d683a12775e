/** Clients as platforms write them: a key for every note, tried again until there is an answer. */
import { setTimeout as pause } from 'node:timers/promises';
import { HOT_WORD } from '../../support/classifier.js';
import { noteBody } from '../../support/running.js';

export interface Sent {
  readonly externalId: string;
  readonly isHot: boolean;
  /** Answered 202 or 200 in the end. */
  readonly isAcknowledged: boolean;
  /** Tries whose outcome the client could not know: the connection broke or the server failed. */
  readonly unknown: number;
  readonly refused: number;
  /** Answers that call an outage a defect (500), where 503 says when to come again. */
  readonly defects: number;
  readonly ms: number;
}
export interface Target {
  /** Read anew for each try: a server that was started again may listen elsewhere. */
  readonly url: () => string;
  readonly key: string;
}
export interface Load {
  readonly name: string;
  readonly perSecond: number;
  readonly forMs: number;
  readonly random: () => number;
  /** How long a client goes on trying. */
  readonly patienceMs?: number;
}

const TRY_MS = 5_000;
/** One note in ten is to be acted on. */
const HOT_SHARE = 0.1;

/** Rate-driven: each note at its planned moment, whatever became of those before it. */
export async function sendLoad(target: Target, load: Load): Promise<readonly Sent[]> {
  const count = Math.ceil((load.perSecond * load.forMs) / 1_000);
  const startAt = Date.now();
  const plan = Array.from({ length: count }, (_, at) => ({
    externalId: `${load.name}-${at}`,
    isHot: load.random() < HOT_SHARE,
    at: startAt + (at * 1_000) / load.perSecond,
  }));
  return Promise.all(
    plan.map(async ({ externalId, isHot, at }) => {
      await pause(Math.max(0, at - Date.now()));
      return sendOne(target, externalId, isHot, load.patienceMs ?? 30_000);
    }),
  );
}

export async function sendOne(target: Target, externalId: string, isHot: boolean, patienceMs: number): Promise<Sent> {
  const started = Date.now();
  const words = isHot ? `A ${HOT_WORD} by the lake.` : 'We saw two herons by the lake this morning.';
  const body = JSON.stringify(noteBody(externalId, { body: `${words} ${externalId}` }));
  let unknown = 0;
  let refused = 0;
  let defects = 0;
  while (Date.now() - started < patienceMs) {
    const status = await tryOnce(target, externalId, body);
    if (status === 202 || status === 200) {
      return { externalId, isHot, isAcknowledged: true, unknown, refused, defects, ms: Date.now() - started };
    }
    if (status === 500) defects += 1;
    if (status === null || status >= 500) unknown += 1;
    else refused += 1;
    await pause(50 + 100 * unknown);
  }
  return { externalId, isHot, isAcknowledged: false, unknown, refused, defects, ms: Date.now() - started };
}

async function tryOnce(target: Target, key: string, body: string): Promise<number | null> {
  try {
    const answer = await fetch(`${target.url()}/v1/notes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/json', 'idempotency-key': key },
      body,
      signal: AbortSignal.timeout(TRY_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
};
