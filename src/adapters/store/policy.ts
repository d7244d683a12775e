/** The life of a rule in PostgreSQL; what must hold together is a function of the migration. */
import type {
  BacktestRow,
  BundleRow,
  InForce,
  Moved,
  Override,
  PolicyStore,
  Proposed,
  Removals,
} from '../../ports/policy.js';
import { cursorOf, pageOf, positionOf } from './cursor.js';
import type { Database } from './database.js';
import { ruleFiguresWith } from './policy-figures.js';

interface Row {
  readonly hash: string;
  readonly state: BundleRow['state'];
  readonly author: string;
  readonly base_hash: string | null;
  readonly diff: BundleRow['diff'];
  readonly needs_approval: boolean;
  readonly approvals: BundleRow['approvals'];
  readonly reason: string | null;
  readonly proposed_at: Date;
  readonly activated_at: Date | null;
  readonly changed_at: Date;
}

const VERSION = { name: 'policy_version', text: 'SELECT version FROM policy_force WHERE id = 1' };
const BUNDLE = `SELECT b.*, coalesce((SELECT json_agg(json_build_object('userId', a.user_id, 'why', a.why, 'at', a.at)
  ORDER BY a.at) FROM policy_approvals a WHERE a.hash = b.hash), '[]') AS approvals FROM policy_bundles b`;

const isoOf = (text: string): string => new Date(text).toISOString();

const bundleOf = (row: Row): BundleRow => ({
  hash: row.hash,
  state: row.state,
  author: row.author,
  base: row.base_hash,
  diff: row.diff,
  needsApproval: row.needs_approval,
  approvals: row.approvals.map((entry) => ({ ...entry, at: isoOf(entry.at) })),
  reason: row.reason,
  proposedAt: row.proposed_at.toISOString(),
  activatedAt: row.activated_at?.toISOString() ?? null,
});

/** The database writes times in its own way. */
const overrideOf = (entry: Override): Override => ({
  ...entry,
  at: isoOf(entry.at),
  until: entry.until === null ? null : isoOf(entry.until),
});

interface VersionRow {
  readonly version: number;
  readonly bundle_hash: string;
  readonly overrides: readonly Override[];
}

function forceWith(database: Database): Pick<PolicyStore, 'version' | 'inForce' | 'atVersion'> {
  return {
    async version() {
      const [row] = await database.repeatable<{ version: number }>(VERSION, []);
      return row?.version ?? 0;
    },
    async inForce(): Promise<InForce | null> {
      const [row] = await database.repeatable<VersionRow & { pinned: boolean; changed_at: Date }>(
        `SELECT v.version, v.bundle_hash, v.overrides, f.pinned, f.changed_at
         FROM policy_force f JOIN policy_versions v ON v.version = f.version WHERE f.id = 1`,
        [],
      );
      if (row === undefined) return null;
      const { version, bundle_hash: bundleHash, pinned } = row;
      const changedAt = row.changed_at.toISOString();
      return { version, bundleHash, pinned, overrides: row.overrides.map(overrideOf), changedAt };
    },
    async atVersion(version) {
      const [row] = await database.repeatable<VersionRow>(
        'SELECT version, bundle_hash, overrides FROM policy_versions WHERE version = $1',
        [version],
      );
      if (row === undefined) return null;
      return { version: row.version, bundleHash: row.bundle_hash, overrides: row.overrides.map(overrideOf) };
    },
  };
}

function bundlesWith(database: Database): Pick<PolicyStore, 'propose' | 'takeBack' | 'bundle' | 'bundles' | 'former'> {
  return {
    async propose(proposal, now) {
      const [row] = await database.repeatable<{ result: Proposed }>('SELECT policy_propose($1::jsonb) AS result', [
        JSON.stringify({ ...proposal, now }),
      ]);
      return row?.result ?? 'known';
    },
    async bundle(hash) {
      const [row] = await database.repeatable<Row>(`${BUNDLE} WHERE b.hash = $1`, [hash]);
      return row === undefined ? null : bundleOf(row);
    },
    async bundles(cursor, limit) {
      const after = positionOf('bundles', cursor);
      const rows = await database.repeatable<Row>(
        `${BUNDLE} WHERE $2::timestamptz IS NULL OR b.changed_at < $2 OR (b.changed_at = $2 AND b.hash > $3)
         ORDER BY b.changed_at DESC, b.hash LIMIT $1`,
        [limit + 1, after?.at ?? null, after?.id ?? null],
      );
      return pageOf(rows, limit, bundleOf, (row) => cursorOf('bundles', row.changed_at, row.hash));
    },
    async takeBack(hash, now) {
      await database.rows('SELECT policy_take_back($1, $2)', [hash, new Date(now)]);
    },
    async former() {
      const [row] = await database.repeatable<{ hash: string }>(
        `WITH present AS (SELECT f.pinned, min(v.version) AS first FROM policy_force f
           JOIN policy_versions v ON v.bundle_hash = f.bundle_hash WHERE f.id = 1 GROUP BY f.pinned)
         SELECT b.hash FROM present JOIN policy_versions v ON NOT present.pinned OR v.version < present.first
         JOIN policy_bundles b ON b.hash = v.bundle_hash
         WHERE b.state = 'retired' ORDER BY v.version DESC LIMIT 1`,
        [],
      );
      return row?.hash ?? null;
    },
  };
}

function movesWith(
  database: Database,
): Pick<PolicyStore, 'approve' | 'activate' | 'refuse' | 'setOverride' | 'dropOverride'> {
  const moved = async (text: string, values: readonly unknown[]): Promise<Moved> => {
    const [row] = await database.rows<{ result: Moved }>(text, values);
    return row?.result ?? 'unknown';
  };
  return {
    approve: (hash, user, why, now) =>
      moved('SELECT policy_approve($1, $2, $3, $4, $5) AS result', [hash, user.id, user.login, why, new Date(now)]),
    activate: (hash, { pin, why }, actor, now) =>
      moved('SELECT policy_activate($1, $2, $3, $4, $5, $6) AS result', [
        hash,
        pin,
        actor.kind,
        actor.id,
        why,
        new Date(now),
      ]),
    refuse: (hash, why, actor, now) =>
      moved('SELECT policy_refuse($1, $2, $3, $4, $5) AS result', [hash, actor.kind, actor.id, why, new Date(now)]),
    async setOverride({ rule, region, mode, why, until }, actor, now) {
      const values = [rule, region, mode, why, until, actor.kind, actor.id, new Date(now)];
      await database.rows('SELECT policy_override($1, $2, $3, $4, $5, $6, $7, $8)', values);
    },
    async dropOverride(rule, region, actor, now) {
      const [row] = await database.rows<{ result: boolean }>(
        'SELECT policy_override_drop($1, $2, $3, $4, $5) AS result',
        [rule, region, actor.kind, actor.id, new Date(now)],
      );
      return row?.result ?? false;
    },
  };
}

function breakerWith(database: Database): Pick<PolicyStore, 'count' | 'removalsOf' | 'trip'> {
  return {
    async count(most, now) {
      const [row] = await database.rows<{ result: number }>('SELECT policy_count($1, $2) AS result', [
        most,
        new Date(now),
      ]);
      return Math.max(0, row?.result ?? 0);
    },
    removalsOf: (day) =>
      database.repeatable<Removals>(
        `SELECT rule, region, sum(removals)::int AS removals FROM policy_days WHERE day = $1::date AND removals > 0
         GROUP BY rule, region ORDER BY rule, region`,
        [day],
      ),
    async trip({ rule, region, day, removals, limit }, now) {
      const [row] = await database.rows<{ result: boolean }>(
        'SELECT policy_break($1, $2, $3::date, $4, $5, $6) AS result',
        [rule, region, day, removals, limit, new Date(now)],
      );
      return row?.result ?? false;
    },
  };
}

interface BacktestDbRow {
  readonly id: string;
  readonly user_id: string;
  readonly state: BacktestRow['state'];
  readonly ask: BacktestRow['ask'];
  readonly done: number;
  readonly result: unknown;
  readonly created_at: Date;
  readonly changed_at: Date;
}

function backtestsWith(database: Database): Pick<PolicyStore, 'startBacktest' | 'moveBacktest' | 'backtest'> {
  return {
    async startBacktest(id, userId, ask, now) {
      await database.rows(
        `INSERT INTO policy_backtests (id, user_id, state, ask, done, created_at, changed_at)
         VALUES ($1, $2, 'running', $3::jsonb, 0, $4, $4)`,
        [id, userId, JSON.stringify(ask), new Date(now)],
      );
    },
    async moveBacktest(id, { state, done, result }, now) {
      await database.repeatable(
        'UPDATE policy_backtests SET state = $2, done = $3, result = $4::jsonb, changed_at = $5 WHERE id = $1',
        [id, state, done, result === null ? null : JSON.stringify(result), new Date(now)],
      );
    },
    async backtest(id) {
      const [row] = await database.repeatable<BacktestDbRow>('SELECT * FROM policy_backtests WHERE id = $1', [id]);
      if (row === undefined) return null;
      const { user_id: userId, created_at: createdAt, changed_at: changedAt, ...rest } = row;
      return { ...rest, userId, createdAt: createdAt.toISOString(), changedAt: changedAt.toISOString() };
    },
  };
}

export const policyWith = (database: Database): PolicyStore => ({
  ...forceWith(database),
  ...bundlesWith(database),
  ...movesWith(database),
  ...breakerWith(database),
  ...ruleFiguresWith(database),
  ...backtestsWith(database),
});
