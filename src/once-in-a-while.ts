/** An outage reports itself many times a second in every process: said at once, then once a minute with how often. */
import type { Log } from './ports.js';

const QUIET_MS = 60_000;
/** Messages of others may hold a number that changes; nobody needs more kinds than these. */
const MOST_KINDS = 50;

export type SayOutage = (what: string, kind: string, fields: Readonly<Record<string, unknown>>) => void;

export function onceInAWhile(log: Log, now: () => number = Date.now): SayOutage {
  const said = new Map<string, { at: number; since: number }>();
  return (what, kind, fields) => {
    const key = `${what} ${kind}`;
    const last = said.get(key);
    if (last !== undefined && now() - last.at < QUIET_MS) {
      last.since += 1;
      return;
    }
    if (said.size >= MOST_KINDS) said.clear();
    said.set(key, { at: now(), since: 0 });
    log.warn(what, last === undefined || last.since === 0 ? fields : { ...fields, timesSinceLastSaid: last.since });
  };
}
