/** Bundles by their hash: an appeal is judged by the rules of its time. */
import { type Bundle, compileBundle } from '../../policy/bundle.js';
import type { Log } from '../../ports.js';
import type { BundlesStore } from '../../ports-store.js';

/** A compiled bundle takes some megabytes. */
const MOST_KEPT = 4;

/** Null when its text is gone, or was written for an older form of the files that this version does not read. */
export type BundleAt = (hash: string | null) => Promise<Bundle | null>;

export function bundlesWith(deps: {
  readonly bundles: BundlesStore;
  readonly current: () => Bundle;
  readonly log: Log;
}): BundleAt {
  const kept = new Map<string, Bundle | null>();
  return async (hash) => {
    const current = deps.current();
    if (hash === null || hash === current.hash) return current;
    const known = kept.get(hash);
    if (known !== undefined) return known;
    const content = await deps.bundles.get(hash);
    const bundle = content === null ? null : compiled(content, hash, deps.log);
    const oldest = kept.size >= MOST_KEPT ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(hash, bundle);
    return bundle;
  };
}

function compiled(content: string, hash: string, log: Log): Bundle | null {
  try {
    return compileBundle(new Map(JSON.parse(content) as readonly (readonly [string, string])[]));
  } catch (error) {
    log.warn('a bundle of before cannot be compiled any more', { hash, error });
    return null;
  }
}
