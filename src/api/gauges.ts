/** What only the database knows, read when metrics are asked for: it is true with every worker away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DESKS, dayOf } from '../domain.js';
import type { Sight } from '../ports/review.js';
import { leftOf } from '../usecases/opinions/left.js';
import type { ApiDeps } from './deps.js';

/** Scrapers that ask more often are told what was read last. */
const FRESH_MS = 10_000;
/** A database that hangs must not hold up what the processes counted. */
const PATIENCE_MS = 2_000;
/** Nobody's queue in particular: every open case. */
const EVERY_CASE: Sight = {
  userId: 'metrics',
  role: 'auditor',
  languages: null,
  regions: null,
  categories: null,
  desks: DESKS,
};

async function readBudgets({ store, metrics, clock, bundle }: GaugeDeps): Promise<void> {
  const spent = await store.opinions.spentOn(dayOf(clock.now()));
  for (const { region, tokens, micros } of leftOf(bundle(), spent)) {
    metrics.set('llm_budget_left_tokens', tokens, { region });
    if (micros !== null) metrics.set('llm_budget_left_micros', micros, { region });
  }
}

async function read(deps: GaugeDeps): Promise<void> {
  const { store, metrics, clock } = deps;
  const now = clock.now();
  const { due, oldestDueMs } = await store.work.backlog(now);
  metrics.set('backlog_notes', due);
  metrics.set('oldest_due_seconds', oldestDueMs / 1_000);
  const { byDesk, overdue } = await store.desk.counts(EVERY_CASE, {}, now);
  for (const desk of DESKS) {
    metrics.set('cases_open', byDesk.find((one) => one.desk === desk)?.count ?? 0, { desk });
  }
  metrics.set('cases_overdue', overdue);
  const asks = deps.opinions != null || deps.translation?.translator.engine === 'openai';
  if (asks) await readBudgets(deps);
}

type GaugeDeps = Pick<ApiDeps, 'store' | 'metrics' | 'clock' | 'log' | 'bundle' | 'opinions' | 'translation'>;

/** Never throws: counts of the processes are worth having while the database is away. */
export function gaugeReader(deps: GaugeDeps): () => Promise<void> {
  let freshUntil = 0;
  let running: Promise<void> | null = null;
  return () => {
    if (deps.clock.now() < freshUntil) return Promise.resolve();
    running ??= read(deps)
      .then(() => {
        freshUntil = deps.clock.now() + FRESH_MS;
      })
      .catch((error: unknown) => deps.log.debug('gauges could not be read', { error }))
      .finally(() => {
        running = null;
      });
    return Promise.race([running, sleep(PATIENCE_MS, undefined, { ref: false })]);
  };
}
