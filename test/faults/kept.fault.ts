/** What is kept and what is not: erasure, the audit chain, retention, migrations beside old and new code. */
import { cp, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { migrate } from '../../src/adapters/migrate.js';
import { type Connection, connect } from '../../src/adapters/postgres.js';
import { upkeepWith } from '../../src/usecases/upkeep.js';
import { noteBody, type System } from '../support/running.js';
import { emptyDatabase, MIGRATIONS_DIR } from '../support/services.js';
import { startOwnPostgres } from './support/own-postgres.js';
import { row } from './support/row.js';
import { quantile } from './support/traffic.js';
import { inWorld } from './support/world.js';

const MARK = 'heronmark7f3a';

row(28, 'Erasure, audit, retention', { short: 150, full: 240 }, (form) =>
  inWorld({}, async ({ system, receiver }) => {
    const authors = form.of(30, 100);
    const worker = system.startWorker();
    const ids: string[] = [];
    for (let n = 0; n < authors; n += 1) {
      const body = {
        body: `${MARK} number ${n}`,
        title: MARK,
        author: { id: `${MARK}-${n}` },
        context: { replyTo: MARK },
      };
      const answer = await system.post('/v1/notes', noteBody(`erase-note-${n}`, body), {
        'idempotency-key': `${MARK}-${n}`,
      });
      const { id }: { id: string } = answer.json();
      ids.push(id);
    }
    for (const id of ids) await system.decided(id);
    await pause(500);
    await worker.close(3_000);
    const before = await residues(system);
    for (let n = 0; n < authors; n += 1) {
      const answer = await system.server.inject({
        method: 'DELETE',
        url: `/v1/authors/${MARK}-${n}`,
        headers: { authorization: `Bearer ${system.key}` },
      });
      if (answer.statusCode >= 300) throw new Error(`not erased: ${answer.statusCode}`);
    }
    const left = await residues(system);
    const inLogs = JSON.stringify(system.logs).includes(MARK) ? 1 : 0;
    const inHooks = receiver.received.filter(({ body }) => body.includes(`${MARK} number`)).length;
    const chain = await system.app.store.audit.verify();
    const found = await tampering(system);
    const kept = await retention(system);
    return {
      figure: `${authors} authors erased: residues ${left.length}${left.length > 0 ? ` (${left.join(', ')})` : ''} of ${before.length} places before, in logs ${inLogs}, text in webhooks ${inHooks}; chain of ${chain.checked} valid ${chain.broken.length === 0}, tampering found ${found}/3; retention purged ${kept.purged} rows in ${kept.ms} ms, left ${kept.left}, ${kept.walMb.toFixed(1)} MB of WAL`,
      holds: {
        'it was there before': before.length >= 3,
        'nothing is left': left.length === 0 && inLogs === 0,
        'webhooks carry no text': inHooks === 0,
        'the chain holds': chain.broken.length === 0 && chain.checked > authors,
        'tampering is found': found === 3,
        'retention deletes': kept.purged > 0 && kept.left === 0,
      },
    };
  }),
);

/** Tables and Redis keys in which the mark still stands. */
async function residues(system: System): Promise<readonly string[]> {
  const found: string[] = [];
  await withAdmin(system, async (admin) => {
    const { rows } = await admin.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    for (const { name } of rows) {
      const { rowCount } = await admin.query(`SELECT 1 FROM "${name}" t WHERE strpos(to_jsonb(t)::text, $1) > 0`, [
        MARK,
      ]);
      if ((rowCount ?? 0) > 0) found.push(name);
    }
  });
  const redis = new Redis(system.redisUrl);
  for (const key of await redis.keys('*')) {
    const dump = await redis.dumpBuffer(key);
    if (key.includes(MARK) || dump?.includes(MARK) === true) found.push(`redis ${key}`);
  }
  await redis.quit();
  return found;
}

async function withAdmin<T>(system: System, use: (admin: Connection) => Promise<T>): Promise<T> {
  const admin = await connect(system.databaseUrl);
  try {
    return await use(admin);
  } finally {
    await admin.end();
  }
}

/** One row changed, one deleted, two swapped: each in a transaction that is rolled back after the look. */
async function tampering(system: System): Promise<number> {
  const acts = [
    `UPDATE audit_events SET detail = '{"changed":true}' WHERE (lane, sequence) = (SELECT lane, max(sequence) FROM audit_events GROUP BY lane ORDER BY lane LIMIT 1)`,
    'DELETE FROM audit_events WHERE (lane, sequence) = (SELECT lane, max(sequence) FROM audit_events GROUP BY lane ORDER BY lane LIMIT 1)',
    `UPDATE audit_events a SET sequence = b.other FROM (SELECT lane, sequence, CASE sequence WHEN 1 THEN 2 ELSE 1 END + 1000000 AS other
      FROM audit_events WHERE lane = (SELECT lane FROM audit_events GROUP BY lane HAVING count(*) > 1 ORDER BY lane LIMIT 1) AND sequence IN (1, 2)) b
      WHERE a.lane = b.lane AND a.sequence = b.sequence;
     UPDATE audit_events SET sequence = sequence - 1000000 WHERE sequence > 1000000`,
  ];
  return withAdmin(system, async (admin) => {
    let found = 0;
    for (const act of acts) {
      await admin.query('BEGIN');
      await admin.query('ALTER TABLE audit_events DISABLE TRIGGER ALL');
      await admin.query(act);
      const { rows } = await admin.query<{ lane: string | null }>('SELECT lane FROM audit_verify()');
      if (rows.some(({ lane }) => lane !== null)) found += 1;
      await admin.query('ROLLBACK');
    }
    return found;
  });
}

/** Notes of two years ago, and what is left of their text after upkeep. */
async function retention(system: System) {
  const old = 50;
  for (let n = 0; n < old; n += 1) await system.post('/v1/notes', noteBody(`old-${n}`, { body: `oldtext ${n}` }));
  const worker = system.startWorker();
  await pause(200);
  return withAdmin(system, async (admin) => {
    for (let n = 0; n < 200; n += 1) {
      const { rows } = await admin.query<{ due: number }>(
        "SELECT count(*)::int AS due FROM revisions WHERE state = 'due'",
      );
      if (rows[0]?.due === 0) break;
      await pause(100);
    }
    await worker.close(3_000);
    const past = "now() - interval '2 years'";
    await admin.query(`UPDATE notes SET created_at = ${past}, decided_at = ${past} WHERE external_id LIKE 'old-%'`);
    await admin.query(
      `UPDATE revisions SET accepted_at = ${past}, decided_at = ${past} WHERE note_id IN (SELECT id FROM notes WHERE external_id LIKE 'old-%')`,
    );
    const wal = async () => {
      const { rows } = await admin.query<{ at: string }>(
        "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text AS at",
      );
      return Number(rows[0]?.at ?? 0);
    };
    const [walBefore, started] = [await wal(), performance.now()];
    const { store, clock, log } = system.app;
    await upkeepWith({ upkeep: store.upkeep, clock, log })(
      { jobId: 'x', subjectId: 'x', lastAttempt: true },
      AbortSignal.timeout(30_000),
    );
    const ms = Math.round(performance.now() - started);
    const { rows } = await admin.query<{ left: number }>(
      "SELECT count(*)::int AS left FROM revisions WHERE note::text LIKE '%oldtext%'",
    );
    const left = rows[0]?.left ?? old;
    return { purged: old - left, left, ms, walMb: ((await wal()) - walBefore) / 2 ** 20 };
  });
}

/** What a migration may not do without saying so: hold a table against its readers or writers for long. */
const LINTS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'rewrites a table', pattern: /ALTER TABLE[^;]*ALTER COLUMN[^;]*\bTYPE\b/iu },
  { name: 'renames what old code reads', pattern: /ALTER TABLE[^;]*\bRENAME\b(?! CONSTRAINT)/iu },
  { name: 'drops what old code reads', pattern: /ALTER TABLE[^;]*DROP COLUMN/iu },
  { name: 'a column that must be there without a default', pattern: /ADD COLUMN[^,;]*NOT NULL(?![^,;]*DEFAULT)/iu },
  { name: 'truncates', pattern: /^\s*TRUNCATE/gimu },
];

/** Statements that a lint names and that cannot hurt, with the reason. */
const EXCUSED: ReadonlyMap<string, string> = new Map([
  ['20261121090000_image_hash_banks', 'image_bank_entries had never been read or written'],
]);

row(29, 'Migration under load', { short: 150, full: 200 }, async () => {
  const names = (await readdir(MIGRATIONS_DIR, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const findings: string[] = [];
  const excused = new Set<string>();
  // The first one makes the tables: nothing runs beside it.
  for (const name of names.slice(1)) {
    const sql = await readFile(path.join(MIGRATIONS_DIR, name, 'migration.sql'), 'utf8');
    for (const lint of LINTS.filter(({ pattern }) => pattern.test(sql))) {
      if (EXCUSED.has(name)) excused.add(name);
      else findings.push(`${name}: ${lint.name}`);
    }
  }
  const postgres = await startOwnPostgres();
  try {
    const cell = await migrateUnderLoad(postgres.databaseUrl);
    const fresh = await emptyDatabase();
    const applied = await migrate(fresh, MIGRATIONS_DIR);
    const again = await migrate(fresh, MIGRATIONS_DIR);
    return {
      figure: `${applied.length} migrations forward, again ${again.length}; a change of a busy table under load and an open report: longest blocked query ${cell.longestMs} ms, errors ${cell.errors}; lint findings ${findings.length}${findings.length > 0 ? ` (${findings.join('; ')})` : ''}, excused with a reason ${excused.size}`,
      holds: {
        'all apply, once': applied.length === names.length && again.length === 0,
        'no query is blocked for 2 s': cell.longestMs < 2_000,
        'no error': cell.errors === 0,
        'no lint finding': findings.length === 0,
        'no excuse without a need': excused.size === EXCUSED.size,
      },
    };
  } finally {
    await postgres.close();
  }
});

/** Intake at work and a long report open, while a migration of the kind that adds a column is applied. */
async function migrateUnderLoad(databaseUrl: string) {
  const dir = await mkdtemp(path.join(tmpdir(), 'polywarden-migrations-'));
  await cp(MIGRATIONS_DIR, dir, { recursive: true });
  await mkdir(path.join(dir, '29990101000000_trial'));
  await writeFile(
    path.join(dir, '29990101000000_trial', 'migration.sql'),
    'ALTER TABLE revisions ADD COLUMN trial text',
  );
  return inWorld({ databaseUrl }, async ({ system }) => {
    system.startWorker();
    const report = await connect(databaseUrl);
    await report.query('BEGIN');
    await report.query('SELECT count(*) FROM revisions');
    let isOver = false;
    let errors = 0;
    const times: number[] = [];
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; !isOver; n += 1) {
        const started = performance.now();
        const { status } = await system.post('/v1/notes', noteBody(`m-${writer}-${n}`));
        times.push(performance.now() - started);
        if (status !== 202) errors += 1;
        await pause(20);
      }
    };
    const writers = [1, 2, 3].map(write);
    await pause(1_000);
    const release = setTimeout(() => void report.query('COMMIT'), 4_000);
    await migrate(databaseUrl, dir);
    clearTimeout(release);
    await report.query('COMMIT').catch(() => undefined);
    await report.end();
    await pause(500);
    isOver = true;
    await Promise.all(writers);
    return { errors, longestMs: Math.round(Math.max(...times)), p50: quantile(times, 0.5) };
  });
}
