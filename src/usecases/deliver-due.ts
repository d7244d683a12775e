/** Sends everything that is due, many at once, in a lane per endpoint so that a slow receiver delays only itself. */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobHandler } from '../jobs.js';
import type { DueDelivery } from '../ports/store.js';
import { type DeliverDeps, deliver } from './deliver.js';

const IN_HAND = 64;
const PER_ENDPOINT = 8;
/** An endpoint whose last answer took longer gets one attempt at a time and no waiting room. */
const SLOW_MS = 3_000;
/** While attempts are out, what has become due meanwhile is asked for so often. */
const LOOK_MS = 1_000;

interface Lane {
  /** When each attempt that is out was begun. */
  readonly begun: Map<DueDelivery, number>;
  slow: boolean;
  readonly waiting: { readonly delivery: DueDelivery; readonly startBefore: number }[];
}
interface Lanes {
  admit(delivery: DueDelivery): void;
  /** A receiver is slow before it has answered; what waits behind it is left to its lease and makes room. */
  noticeSlow(): void;
  inHand(): number;
  /** Resolves when any attempt ends; null when none is running. */
  next(): Promise<void> | null;
}

export function deliverDueWith(deps: DeliverDeps): JobHandler {
  const leaseMs = 2 * deps.timeoutMs + 5_000;
  return async (_run, signal) => {
    // Each attempt that is out listens.
    setMaxListeners(IN_HAND, signal);
    const lanes = openLanes(deps, signal);
    const take = async (): Promise<number> => {
      lanes.noticeSlow();
      const room = signal.aborted ? 0 : IN_HAND - lanes.inHand();
      const due = room > 0 ? await deps.webhooks.takeDue(room, leaseMs, deps.clock.now()) : [];
      for (const delivery of due) lanes.admit(delivery);
      return due.length;
    };
    let total = 0;
    for (let taken = await take(); taken > 0 || lanes.next() !== null; taken = await take()) {
      total += taken;
      await Promise.race([lanes.next(), sleep(LOOK_MS, undefined, { ref: false })]);
    }
    return total > 0 ? 'sent' : 'nothing_due';
  };
}

function openLanes(deps: DeliverDeps, signal: AbortSignal): Lanes {
  const lanes = new Map<string, Lane>();
  const inFlight = new Set<Promise<void>>();
  const start = (lane: Lane, delivery: DueDelivery): void => {
    lane.begun.set(delivery, deps.clock.now());
    const done: Promise<void> = attempt(deps, lane, delivery, signal).finally(() => {
      lane.begun.delete(delivery);
      inFlight.delete(done);
      startNext(lane);
    });
    inFlight.add(done);
  };
  /** What cannot start before its lease runs out is left to it; another run takes it then. */
  const startNext = (lane: Lane): void => {
    const next = lane.waiting.shift();
    if (next === undefined) return;
    if (signal.aborted || lane.slow || deps.clock.now() > next.startBefore) lane.waiting.length = 0;
    else start(lane, next.delivery);
  };
  return {
    admit: (delivery) => {
      const lane: Lane = lanes.get(delivery.endpointId) ?? { begun: new Map(), slow: false, waiting: [] };
      lanes.set(delivery.endpointId, lane);
      if (lane.begun.size < (lane.slow ? 1 : PER_ENDPOINT)) start(lane, delivery);
      else if (!lane.slow) lane.waiting.push({ delivery, startBefore: deps.clock.now() + deps.timeoutMs });
    },
    noticeSlow: () => {
      const before = deps.clock.now() - SLOW_MS;
      for (const lane of lanes.values()) {
        if (![...lane.begun.values()].some((at) => at < before)) continue;
        lane.slow = true;
        lane.waiting.length = 0;
      }
    },
    inHand: () => [...lanes.values()].reduce((sum, lane) => sum + lane.begun.size + lane.waiting.length, 0),
    next: () => (inFlight.size > 0 ? Promise.race(inFlight) : null),
  };
}

async function attempt(deps: DeliverDeps, lane: Lane, delivery: DueDelivery, signal: AbortSignal): Promise<void> {
  try {
    const made = await deliver(deps, delivery, signal);
    lane.slow = made.latencyMs > SLOW_MS;
  } catch (error) {
    // The attempt is not recorded: the lease runs out and the same event id is sent again.
    deps.log.warn('delivery not recorded', { deliveryId: delivery.deliveryId, error });
  }
}
