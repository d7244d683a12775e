/** The life of a rule in memory: the same answers as PostgreSQL gives, which the contract suite holds. */
import type {
  BacktestRow,
  BundleRow,
  InForce,
  Moved,
  Override,
  PolicyStore,
  RuleDay,
  RuleOutcome,
  ShadowSample,
} from '../../../src/ports/policy.js';
import type { Actor, Store } from '../../../src/ports/store.js';
import { pageOf } from './page.js';
import { iso, stored, type Tables } from './rows.js';

interface World {
  readonly tables: Tables;
  readonly check: () => Promise<void>;
  readonly audit: Store['audit'];
  readonly bundles: Map<string, string>;
}
interface BundleRecord extends Omit<BundleRow, 'approvals'> {
  readonly approvals: { userId: string; why: string; at: string }[];
  readonly changed: number;
}
interface State {
  version: number;
  hash: string | null;
  pinned: boolean;
  seen: string | null;
  changedAt: number;
  changes: number;
  readonly rows: Map<string, BundleRecord>;
  readonly overrides: Map<string, Override>;
  readonly versions: Map<number, Pick<InForce, 'version' | 'bundleHash' | 'overrides'>>;
  readonly counted: Set<string>;
  readonly days: Map<string, RuleDay & { rule: string }>;
  readonly samples: (ShadowSample & { rule: string })[];
  readonly broken: Set<string>;
  readonly backtests: Map<string, BacktestRow>;
}
const SYSTEM: Actor = { kind: 'system', id: 'policy' };

export function memoryPolicy(world: World): PolicyStore {
  const state: State = {
    version: 0,
    hash: null,
    pinned: false,
    seen: null,
    changedAt: 0,
    changes: 0,
    rows: new Map(),
    overrides: new Map(),
    versions: new Map(),
    counted: new Set(),
    days: new Map(),
    samples: [],
    broken: new Set(),
    backtests: new Map(),
  };
  return {
    ...force(world, state),
    ...bundles(world, state),
    ...overridesOf(world, state),
    ...figures(world, state),
    ...backtests(world, state),
  };
}

const sorted = (state: State): readonly Override[] =>
  [...state.overrides.values()].toSorted((a, b) => (`${a.rule} ${a.region}` < `${b.rule} ${b.region}` ? -1 : 1));

function bump(tables: Tables, state: State, now: number): void {
  state.version += 1;
  tables.policyVersion = state.version;
  state.changedAt = now;
  if (state.hash === null) return;
  const overrides = stored(sorted(state));
  state.versions.set(state.version, { version: state.version, bundleHash: state.hash, overrides });
}

function change(state: State, hash: string, change: Partial<BundleRecord>): void {
  const row = state.rows.get(hash);
  state.changes += 1;
  if (row !== undefined) state.rows.set(hash, { ...row, ...change, changed: state.changes });
}

async function enforce(
  world: World,
  state: State,
  order: { hash: string; pin: boolean; verb: string; why: string; actor: Actor },
  now: number,
): Promise<void> {
  const former = state.hash;
  for (const row of state.rows.values()) {
    if (row.state === 'active' && row.hash !== order.hash) change(state, row.hash, { state: 'retired' });
  }
  change(state, order.hash, { state: 'active', activatedAt: iso(now), reason: order.why || null });
  state.hash = order.hash;
  state.pinned = order.pin;
  bump(world.tables, state, now);
  const detail = { former, pinned: order.pin, why: order.why };
  await world.audit.append({ actor: order.actor, verb: order.verb, subject: order.hash, detail }, now);
}

function force({ check }: World, state: State): Pick<PolicyStore, 'version' | 'inForce' | 'atVersion'> {
  return {
    version: async () => {
      await check();
      return state.version;
    },
    inForce: async () => {
      await check();
      const known = state.versions.get(state.version);
      return known === undefined ? null : { ...known, pinned: state.pinned, changedAt: iso(state.changedAt) };
    },
    atVersion: async (version) => {
      await check();
      return state.versions.get(version) ?? null;
    },
  };
}

function bundles(
  world: World,
  state: State,
): Pick<PolicyStore, 'propose' | 'takeBack' | 'bundle' | 'bundles' | 'former' | 'approve' | 'activate' | 'refuse'> {
  const { check, audit } = world;
  const rowOf = ({ changed: _, ...row }: BundleRecord): BundleRow => stored(row);
  return {
    propose: async (proposal, now) => {
      await check();
      const { hash, content, author, diff, needsApproval, replace } = proposal;
      const known = state.hash === hash || state.seen === hash;
      state.seen = hash;
      if (known) return 'known';
      if (!world.bundles.has(hash)) world.bundles.set(hash, content);
      for (const row of state.rows.values()) {
        if (row.state !== 'candidate') continue;
        change(state, row.hash, { state: 'retired', reason: 'replaced by a later candidate' });
      }
      const activatedAt = state.rows.get(hash)?.activatedAt ?? null;
      const row = { hash, state: 'candidate' as const, author, base: state.hash, diff, needsApproval, approvals: [] };
      state.rows.set(hash, { ...row, reason: null, proposedAt: iso(now), activatedAt, changed: 0 });
      change(state, hash, {});
      const detail = { author, base: state.hash, needsApproval };
      await audit.append({ actor: SYSTEM, verb: 'policy.proposed', subject: hash, detail }, now);
      if (state.hash !== null && !replace && (needsApproval || state.pinned)) return 'waits';
      const order = { hash, pin: false, verb: 'policy.activated', why: 'files changed', actor: SYSTEM };
      await enforce(world, state, order, now);
      return 'activated';
    },
    bundle: async (hash) => {
      await check();
      const row = state.rows.get(hash);
      return row === undefined ? null : rowOf(row);
    },
    bundles: async (cursor, limit) => {
      await check();
      const id = (row: BundleRecord): string => `bundle_${String(row.changed).padStart(8, '0')}`;
      return pageOf([...state.rows.values()], cursor, limit, { id, item: rowOf });
    },
    takeBack: async (hash) => {
      await check();
      if (state.hash !== hash) return;
      state.seen = hash;
      for (const row of state.rows.values()) {
        if (row.state === 'candidate')
          change(state, row.hash, { state: 'retired', reason: 'its files were taken back' });
      }
    },
    former: async () => {
      await check();
      const known = [...state.versions.values()];
      const first = known.find(({ bundleHash }) => bundleHash === state.hash)?.version ?? 0;
      const before = known.filter(({ version }) => !state.pinned || version < first);
      const last = before.findLast(({ bundleHash }) => state.rows.get(bundleHash)?.state === 'retired');
      return last?.bundleHash ?? null;
    },
    approve: async (hash, user, why, now) => {
      await check();
      const row = state.rows.get(hash);
      if (row === undefined) return 'unknown';
      if (row.state !== 'candidate') return 'not_waiting';
      if (row.author === user.id || row.author === user.login) return 'own';
      row.approvals.push({ userId: user.id, why, at: iso(now) });
      const actor: Actor = { kind: 'user', id: user.id };
      await audit.append({ actor, verb: 'policy.approved', subject: hash, detail: { why } }, now);
      await enforce(world, state, { hash, pin: false, verb: 'policy.activated', why, actor }, now);
      return 'done';
    },
    activate: async (hash, { pin, why }, actor, now): Promise<Moved> => {
      await check();
      const row = state.rows.get(hash);
      if (row === undefined) return 'unknown';
      if (pin && row.activatedAt === null) return 'never_active';
      if (row.state === 'refused') return 'refused';
      if (row.needsApproval && row.activatedAt === null && row.approvals.length === 0) return 'needs_approval';
      if (state.hash === hash && state.pinned === pin) return 'unchanged';
      const verb = pin ? 'policy.rolled_back' : 'policy.activated';
      await enforce(world, state, { hash, pin, verb, why, actor }, now);
      return 'done';
    },
    refuse: async (hash, why, actor, now) => {
      await check();
      const row = state.rows.get(hash);
      if (row === undefined) return 'unknown';
      if (row.state !== 'candidate') return 'not_waiting';
      change(state, hash, { state: 'refused', reason: why });
      await audit.append({ actor, verb: 'policy.refused', subject: hash, detail: { why } }, now);
      return 'done';
    },
  };
}

function overridesOf(
  { tables, check, audit }: World,
  state: State,
): Pick<PolicyStore, 'setOverride' | 'dropOverride' | 'trip'> {
  const set: PolicyStore['setOverride'] = async (override, actor, now) => {
    await check();
    const { rule, region, mode, why, until } = override;
    state.overrides.set(`${rule} ${region}`, { rule, region, mode, why, until, by: actor, at: iso(now) });
    bump(tables, state, now);
    const detail = { region, mode, why, until };
    await audit.append({ actor, verb: 'policy.override_set', subject: rule, detail }, now);
  };
  return {
    setOverride: set,
    dropOverride: async (rule, region, actor, now) => {
      await check();
      if (!state.overrides.delete(`${rule} ${region}`)) return false;
      bump(tables, state, now);
      await audit.append({ actor, verb: 'policy.override_dropped', subject: rule, detail: { region } }, now);
      return true;
    },
    trip: async ({ rule, region, day, removals, limit }, now) => {
      await check();
      const key = `${rule} ${region} ${day}`;
      if (state.broken.has(key)) return false;
      state.broken.add(key);
      const actor: Actor = { kind: 'system', id: 'breaker' };
      const detail = { region, day, removals, limit };
      await audit.append({ actor, verb: 'policy.breaker_tripped', subject: rule, detail }, now);
      const known = state.overrides.get(`${rule} ${region}`);
      const live = known !== undefined && (known.until === null || Date.parse(known.until) > now);
      if (live && (known.mode === 'disabled' || known.mode === 'shadow')) return true;
      const why = `circuit breaker: ${removals} automatic removals, the limit of a day is ${limit}`;
      await set({ rule, region, mode: 'shadow', why, until: null }, actor, now);
      return true;
    },
  };
}

function figures(
  { check, tables }: World,
  state: State,
): Pick<PolicyStore, 'count' | 'removalsOf' | 'ruleDays' | 'shadowOf' | 'outcomesOf'> {
  const add = (row: RuleDay & { rule: string }): void => {
    const key = JSON.stringify([row.rule, row.region, row.day, row.mode, row.acted]);
    const known = state.days.get(key);
    const hits = (known?.hits ?? 0) + row.hits;
    state.days.set(key, { ...row, hits, removals: (known?.removals ?? 0) + row.removals });
  };
  const days = (): readonly (RuleDay & { rule: string })[] => [...state.days.values()];
  return {
    count: async (most) => {
      await check();
      const due = [...tables.notes.values()].flatMap((note) =>
        note.decisions
          .filter(({ by, rules, shadow }) => by.kind === 'policy' && rules.length + shadow.length > 0)
          .filter(({ decisionId }) => !state.counted.has(decisionId))
          .map((decision) => ({ note, decision })),
      );
      const taken = due.slice(0, most);
      for (const { note, decision } of taken) {
        state.counted.add(decision.decisionId);
        const day = decision.createdAt.slice(0, 10);
        for (const region of decision.regions) {
          for (const hit of decision.rules) {
            const removals = hit.action === 'remove' ? 1 : 0;
            add({ rule: hit.rule, region, day, mode: hit.mode, acted: true, hits: 1, removals });
          }
          for (const hit of decision.shadow) {
            add({ rule: hit.rule, region, day, mode: hit.mode, acted: false, hits: 1, removals: 0 });
            const sample = { noteId: note.noteId, region, would: hit.action, real: decision.action };
            state.samples.push({ ...sample, rule: hit.rule, at: decision.createdAt });
          }
        }
      }
      return taken.length;
    },
    removalsOf: async (day) => {
      await check();
      const sums = new Map<string, { rule: string; region: string; removals: number }>();
      for (const row of days().filter((one) => one.day === day && one.removals > 0)) {
        const key = `${row.rule} ${row.region}`;
        const removals = (sums.get(key)?.removals ?? 0) + row.removals;
        sums.set(key, { rule: row.rule, region: row.region, removals });
      }
      return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    },
    ruleDays: async (rule, since) => {
      await check();
      const mine = days().filter((row) => row.rule === rule && row.day >= since.slice(0, 10));
      return mine.map(({ rule: _, ...row }) => row);
    },
    shadowOf: async (rule, since) => {
      await check();
      const mine = state.samples.filter(
        (row) => row.rule === rule && row.at >= since && tables.notes.get(row.noteId)?.erased !== true,
      );
      const counts = new Map<
        string,
        { region: string; would: ShadowSample['would']; real: ShadowSample['real']; count: number }
      >();
      for (const { region, would, real } of state.samples.filter((row) => row.rule === rule && row.at >= since)) {
        const key = `${region} ${would} ${real}`;
        counts.set(key, { region, would, real, count: (counts.get(key)?.count ?? 0) + 1 });
      }
      const samples = mine.map(({ rule: _, ...row }) => row).toReversed();
      return { counts: [...counts.values()].toSorted((a, b) => b.count - a.count), samples: samples.slice(0, 20) };
    },
    outcomesOf: async (rule, since) => {
      await check();
      const counts = new Map<string, RuleOutcome & { count: number }>();
      for (const { decisions, revisions } of tables.notes.values()) {
        const language = revisions.at(-1)?.record?.language ?? 'und';
        for (const [index, one] of decisions.entries()) {
          const replacing = decisions.findIndex(({ decisionId }) => decisionId === one.supersededBy);
          // What was taken back points at what stood before it.
          const undone = replacing >= 0 && replacing <= index;
          const about = decisions.some(
            ({ by, revision, regions, rules }) =>
              by.kind === 'policy' &&
              revision === one.revision &&
              regions.some((region) => one.regions.includes(region)) &&
              rules.some((hit) => hit.rule === rule),
          );
          if (one.by.kind !== 'person' || undone || !about || one.createdAt < since) continue;
          const key = `${language} ${one.action}`;
          counts.set(key, { language, action: one.action, count: (counts.get(key)?.count ?? 0) + 1 });
        }
      }
      return [...counts.values()].sort(
        (a, b) => b.count - a.count || (`${a.language} ${a.action}` < `${b.language} ${b.action}` ? -1 : 1),
      );
    },
  };
}

function backtests({ check }: World, state: State): Pick<PolicyStore, 'startBacktest' | 'moveBacktest' | 'backtest'> {
  return {
    startBacktest: async (id, userId, ask, now) => {
      await check();
      const times = { createdAt: iso(now), changedAt: iso(now) };
      state.backtests.set(id, { id, userId, state: 'running', ask, done: 0, result: null, ...times });
    },
    moveBacktest: async (id, step, now) => {
      await check();
      const row = state.backtests.get(id);
      if (row !== undefined) state.backtests.set(id, stored({ ...row, ...step, changedAt: iso(now) }));
    },
    backtest: async (id) => {
      await check();
      return state.backtests.get(id) ?? null;
    },
  };
}
