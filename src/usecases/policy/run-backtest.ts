/** A backtest over stored evidence: bounded, one at a time in a process, its progress in Postgres. */
import { setImmediate as breath } from 'node:timers/promises';
import { codeOf, type Fault, InvalidInputError } from '../../errors.js';
import { backtest } from '../../policy/backtest.js';
import type { Bundle } from '../../policy/bundle.js';
import type { BacktestRow, PolicyPart } from '../../ports/policy.js';
import type { Store } from '../../ports/store.js';
import type { Clock, Ids, Log } from '../../ports.js';
import { type EditorFault, editedBundle, type RuleDraft } from './edited-bundle.js';
import { pastNote } from './past-note.js';

export interface BacktestDeps {
  readonly store: Store & PolicyPart;
  readonly bundle: () => Bundle;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly log: Log;
}
export interface BacktestOrder {
  readonly userId: string;
  readonly since: number;
  readonly most: number;
  /** Null: the rules in force against what was decided then. */
  readonly draft: RuleDraft | null;
}

const PAGE = 200;
/** Without a step for so long, the process that ran it is gone. */
const SILENT_MS = 120_000;

/** As it stands now; one whose process has ended says so. */
export function progressOf(row: BacktestRow, now: number): BacktestRow {
  const silent = row.state === 'running' && now - Date.parse(row.changedAt) > SILENT_MS;
  return silent ? { ...row, state: 'failed' } : row;
}

export function backtestsWith(deps: BacktestDeps): (order: BacktestOrder) => Promise<string> {
  let busy = false;
  return async (order) => {
    if (busy) throw new InvalidInputError('conflict', 'A backtest is running; wait until it has ended.');
    busy = true;
    try {
      const { id, edited } = await begin(deps, order);
      void walk(deps, id, order, edited).finally(() => {
        busy = false;
      });
      return id;
    } catch (error) {
      busy = false;
      throw error;
    }
  };
}

async function begin(
  deps: BacktestDeps,
  { userId, since, most, draft }: BacktestOrder,
): Promise<{ readonly id: string; readonly edited: Bundle | null }> {
  const inForce = deps.bundle();
  const overrides = (await deps.store.policy.inForce())?.overrides ?? [];
  const edited = draft === null ? null : editedBundle(inForce, overrides, draft, deps.clock.now());
  if (edited !== null && edited.bundle === null) {
    throw new InvalidInputError('body_invalid', 'The rule has faults', edited.faults.map(asFault));
  }
  const id = deps.ids.next('bt');
  const ask = { since: new Date(since).toISOString(), most, rule: edited?.rule ?? null };
  await deps.store.policy.startBacktest(id, userId, ask, deps.clock.now());
  return { id, edited: edited?.bundle ?? null };
}

const asFault = ({ file, line, column, message }: EditorFault): Fault => ({
  pointer: '/rule/yaml',
  message: `${line === null ? file : `line ${line}, column ${column}`}: ${message}`,
});

async function walk(deps: BacktestDeps, id: string, order: BacktestOrder, edited: Bundle | null): Promise<void> {
  const { store, clock, log } = deps;
  const inForce = deps.bundle();
  const run = edited === null ? backtest(inForce, null) : backtest(edited, inForce);
  const regions = [...inForce.regions.keys()];
  let done = 0;
  try {
    for (let cursor: string | null = null; done < order.most; ) {
      const limit = Math.min(PAGE, order.most - done);
      const page: Awaited<ReturnType<Store['notes']['judged']>> = await store.notes.judged(
        null,
        order.since,
        cursor,
        limit,
      );
      for (const row of page.items) run.add(pastNote(row, regions));
      done += page.items.length;
      await store.policy.moveBacktest(id, { state: 'running', done, result: null }, clock.now());
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
      // Requests come first.
      await breath();
    }
    await store.policy.moveBacktest(id, { state: 'done', done, result: run.result() }, clock.now());
  } catch (error) {
    log.error('backtest failed', { id, code: codeOf(error), error });
    await store.policy
      .moveBacktest(id, { state: 'failed', done, result: null }, clock.now())
      .catch((cause: unknown) => log.warn('its state could not be written', { id, error: cause }));
  }
}
