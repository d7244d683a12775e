/** Bundles by their hash: an appeal is judged by the rules of its time. */
import { type Bundle, compileBundle } from '../../policy/bundle.js';
import { filesIn } from '../../policy/bundle-content.js';
import { isLive, withOverrides } from '../../policy/overrides.js';
import type { PolicyStore } from '../../ports/policy.js';
import type { BundlesStore, StoredDecision } from '../../ports/store.js';
import type { Log } from '../../ports.js';

/** A compiled bundle takes some megabytes. */
const MOST_KEPT = 4;

/** What was in force beside a bundle when a decision fell. */
export interface Moment {
  readonly version: number | null;
  readonly at: string | null;
}

/**
 * With a moment: under the overrides of that time. Null when its text is gone, or was written for an older form of the
 * files that this version does not read.
 */
export type BundleAt = (hash: string | null, moment?: Moment) => Promise<Bundle | null>;

interface BundlesDeps {
  readonly bundles: BundlesStore;
  readonly versions: Pick<PolicyStore, 'atVersion'>;
  /** With the overrides of now. */
  readonly current: () => Bundle;
  /** Without overrides; unset: as `current`. */
  readonly base?: (() => Bundle) | undefined;
  readonly log: Log;
}

export function bundlesWith(deps: BundlesDeps): BundleAt {
  // Those that are being read as well: whoever asks at the same moment waits for the same one.
  const kept = new Map<string, Promise<Bundle | null>>();
  const read = async (hash: string): Promise<Bundle | null> => {
    try {
      const content = await deps.bundles.get(hash);
      return content === null ? null : compiled(content, hash, deps.log);
    } catch (error) {
      kept.delete(hash);
      throw error;
    }
  };
  const plain = async (hash: string): Promise<Bundle | null> => {
    const base = (deps.base ?? deps.current)();
    if (hash === base.hash) return base;
    const known = kept.get(hash);
    if (known !== undefined) return known;
    const oldest = kept.size >= MOST_KEPT ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    const reading = read(hash);
    kept.set(hash, reading);
    return reading;
  };
  return async (hash, { version, at } = { version: null, at: null }) => {
    const current = deps.current();
    if (hash === null) return current;
    if (version === null) return hash === current.hash ? current : plain(hash);
    const bundle = await plain(hash);
    return bundle === null ? null : bundleAsOf(bundle, { version, at }, deps.versions);
  };
}

/** Under the overrides that stood beside it then. */
export async function bundleAsOf(
  bundle: Bundle,
  { version, at }: Moment,
  versions: Pick<PolicyStore, 'atVersion'>,
): Promise<Bundle> {
  if (version === null) return bundle;
  const then = await versions.atVersion(version);
  const overrides = then?.bundleHash === bundle.hash ? then.overrides : [];
  const judgedAt = at === null ? Number.NaN : Date.parse(at);
  const live = Number.isNaN(judgedAt) ? overrides : overrides.filter((override) => isLive(override, judgedAt));
  return withOverrides(bundle, live);
}

function compiled(content: string, hash: string, log: Log): Bundle | null {
  try {
    return compileBundle(filesIn(content));
  } catch (error) {
    log.warn('a bundle of before cannot be compiled any more', { hash, error });
    return null;
  }
}

/** When the decision fell that a case is about; without one, the last decision of the policy. */
export function momentOf(decisions: readonly StoredDecision[], decisionId: string | null): Moment {
  const own = decisions.filter(({ by }) => by.kind === 'policy');
  const decision = own.find((one) => one.decisionId === decisionId) ?? own.at(-1);
  return { version: decision?.policyVersion ?? null, at: decision?.createdAt ?? null };
}
