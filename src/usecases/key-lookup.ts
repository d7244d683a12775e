/**
 * Looks keys up without a cache, so that a revocation counts at once, yet with at most one query per key
 * in flight: whoever asks while one runs waits for the next, which starts after the question was asked.
 */
import type { AccessStore } from '../ports/store.js';
import type { StoredKey } from './keys.js';

interface Lane {
  next: Promise<StoredKey | null> | null;
  current: Promise<StoredKey | null>;
}

export function keyLookup(access: Pick<AccessStore, 'findKey'>): (keyId: string) => Promise<StoredKey | null> {
  const lanes = new Map<string, Lane>();

  const start = (keyId: string, lane: Lane): Promise<StoredKey | null> => {
    lane.current = access.findKey(keyId).finally(() => {
      if (lane.next === null) lanes.delete(keyId);
    });
    return lane.current;
  };

  return (keyId) => {
    const lane = lanes.get(keyId);
    if (lane === undefined) {
      const fresh: Lane = { next: null, current: Promise.resolve(null) };
      lanes.set(keyId, fresh);
      return start(keyId, fresh);
    }
    const startNext = (): Promise<StoredKey | null> => {
      lane.next = null;
      return start(keyId, lane);
    };
    lane.next ??= lane.current.then(startNext, startNext);
    return lane.next;
  };
}
