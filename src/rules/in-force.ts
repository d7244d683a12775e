/**
 * What is in force is a row in Postgres: a bundle by its hash and the overrides. Every process follows it and takes the
 * bundle's text from there, so that a worker beside other files judges alike. Files on disk only make candidates.
 */
import { readPolicyFiles } from '../adapters/policy-folder.js';
import { codeOf, sayError, UnavailableError } from '../errors.js';
import { onceInAWhile } from '../once-in-a-while.js';
import type { Bundle } from '../policy/bundle.js';
import type { InForce } from '../ports/policy.js';
import { turns } from '../turns.js';
import type { RuleSet } from '../usecases/moderate.js';
import { type Occasion, type ProposeDeps, proposeFiles } from '../usecases/policy/propose.js';
import { buildRules, bundleOfContent, type Compiled, type RulesOptions, type RulesStore } from './build-rules.js';
import { type FolderWatch, watchFolder } from './watch-folder.js';

export interface Rules {
  stored(): RuleSet;
  unstored(): RuleSet;
  bundle(): Bundle;
  /** Without overrides. */
  base(): Bundle;
  /** Asks at once what is in force, so that this process need not wait for its next question. */
  follow(): Promise<void>;
  /** What is wrong with the files on disk; null when nothing is, or when another process looks after them. */
  filesFault(): string | null;
  close(): Promise<void>;
}

interface Standing {
  readonly force: InForce;
  readonly compiled: Compiled;
}

export async function openInForce(options: RulesOptions, store: RulesStore): Promise<Rules> {
  const { log, config } = options;
  const deps: ProposeDeps = {
    store,
    clock: options.clock,
    log,
    readFiles: () => readPolicyFiles(config.POLICIES_DIR),
    author: config.POLICY_AUTHOR,
    approval: config.POLICY_APPROVAL === 'on',
  };
  let fault: string | null = null;
  const propose = async (inForce: Bundle | null, occasion: Partial<Occasion> = {}): Promise<void> => {
    fault = null;
    await proposeFiles(deps, inForce, { isUnreadable: false, edited: false, ...occasion }).catch((error: unknown) => {
      if (error instanceof UnavailableError) throw error;
      fault = sayError(error);
      if (inForce === null) throw error;
      log.error('files not proposed, the bundle in force stays', { code: codeOf(error), error });
    });
  };
  let current = await firstStanding(options, store, propose);
  const follow = followerOf(options, store, {
    get: () => current,
    set: (next) => {
      current = next;
    },
  });
  if (options.proposes === true) await propose(current.compiled.base);
  await follow();
  const sayOutage = onceInAWhile(log, () => options.clock.now());
  /** The database may be away for a while; what is in force here stays. */
  const quietly = (error: unknown): void =>
    sayOutage('what is in force could not be asked', codeOf(error), { code: codeOf(error), error });
  const watcher =
    options.watch && options.proposes === true
      ? watchFolder(
          config.POLICIES_DIR,
          () => propose(current.compiled.base, { edited: true }).then(follow).catch(quietly),
          log,
        )
      : null;
  const poll = pollEvery(config.POLICY_POLL_MS, follow, quietly);
  return {
    stored: () => current.compiled.stored,
    unstored: () => current.compiled.unstored,
    bundle: () => current.compiled.bundle(),
    base: () => current.compiled.base,
    follow,
    filesFault: () => fault,
    close: async () => {
      await watcher?.close();
      await poll.close();
    },
  };
}

/** Nothing in force: the files on disk are. A bundle that this program cannot read gives way to them as well. */
async function firstStanding(
  options: RulesOptions,
  store: RulesStore,
  propose: (inForce: Bundle | null, occasion?: Partial<Occasion>) => Promise<void>,
): Promise<Standing> {
  const known = await store.policy.inForce();
  if (known === null) await propose(null);
  else {
    try {
      return { force: known, compiled: await compiledOf(options, store, known) };
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      options.log.error('the bundle in force cannot be read by this version', { bundle: known.bundleHash, error });
      await propose(null, { isUnreadable: true });
    }
  }
  const force = await store.policy.inForce();
  if (force === null) throw new Error('nothing is in force after the first proposal');
  return { force, compiled: await compiledOf(options, store, force) };
}

async function compiledOf(options: RulesOptions, store: RulesStore, force: InForce): Promise<Compiled> {
  const content = await store.bundles.get(force.bundleHash);
  if (content === null) throw new Error(`the bundle ${force.bundleHash} is not stored`);
  return buildRules(options, { bundle: bundleOfContent(content), standing: force });
}

/** One question at a time. A version that cannot be followed is asked for once, not every second. */
function followerOf(
  options: RulesOptions,
  store: RulesStore,
  slot: { get(): Standing; set(next: Standing): void },
): () => Promise<void> {
  let refused: number | null = null;
  const inTurn = turns(1);
  const ask = async (): Promise<void> => {
    const current = slot.get();
    const version = await store.policy.version();
    if (version === current.force.version || version === refused) return;
    const force = await store.policy.inForce();
    if (force === null) return;
    try {
      const same = force.bundleHash === current.compiled.hash;
      const compiled = same ? current.compiled.under(force) : await compiledOf(options, store, force);
      slot.set({ force, compiled });
      const { bundleHash: bundle, overrides } = force;
      options.log.info('policy in force', { version: force.version, bundle, overrides: overrides.length });
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      refused = version;
      options.log.error('policy not followed, the former one stays', { version, code: codeOf(error), error });
    }
  };
  return () => inTurn(ask);
}

function pollEvery(pauseMs: number, follow: () => Promise<void>, onFault: (error: unknown) => void): FolderWatch {
  let closed = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const again = (): void => {
    if (closed) return;
    timer = setTimeout(() => {
      running = follow().catch(onFault).then(again);
    }, pauseMs);
    timer.unref();
  };
  again();
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
