/** The runner of migrations, on real PostgreSQL. */
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { differenceSql, migrationState } from '../../scripts/migration.js';
import { migrate } from '../../src/adapters/migrate.js';
import { connect } from '../../src/adapters/postgres.js';
import { codeOf, sayError } from '../../src/errors.js';
import { emptyDatabase, MIGRATIONS_DIR } from '../support/services.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'polywarden-migrations-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function write(folder: string, name: string, sql: string): Promise<string> {
  const home = path.join(dir, folder);
  await mkdir(path.join(home, name), { recursive: true });
  await writeFile(path.join(home, name, 'migration.sql'), sql);
  return home;
}

async function query<T extends object>(databaseUrl: string, sql: string): Promise<readonly T[]> {
  const connection = await connect(databaseUrl);
  try {
    return (await connection.query<T>(sql)).rows;
  } finally {
    await connection.end();
  }
}

it('applies every migration once, also when ten processes start at once', async () => {
  const databaseUrl = await emptyDatabase();
  const answers = await Promise.all(Array.from({ length: 10 }, () => migrate(databaseUrl, MIGRATIONS_DIR)));
  const names = (await readdir(MIGRATIONS_DIR, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(answers.filter((applied) => applied.length > 0)).toEqual([names.map(({ name }) => name).toSorted()]);
  expect(await migrate(databaseUrl, MIGRATIONS_DIR)).toEqual([]);
});

it('takes no bank of a severity that is none', async () => {
  const databaseUrl = await emptyDatabase();
  await migrate(databaseUrl, MIGRATIONS_DIR);
  const insert = (severity: number) =>
    query(
      databaseUrl,
      `INSERT INTO image_banks (id, holds, name, kind, category, severity, owner, origin, created_at)
       VALUES ('b${severity}', 'texts', 'b${severity}', 'block', 'fraud.scam', ${severity}, '', '', now())`,
    );
  await insert(4);
  await expect(insert(9)).rejects.toThrow(/image_banks_severity_check/);
});

it('puts texts that somebody wrote into the table by hand into banks of what they say', async () => {
  const databaseUrl = await emptyDatabase();
  const names = (await readdir(MIGRATIONS_DIR, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const home = path.join(dir, 'before-text-banks');
  for (const { name } of names.filter(({ name }) => name < '20261122131000')) {
    await cp(path.join(MIGRATIONS_DIR, name), path.join(home, name), { recursive: true });
  }
  await migrate(databaseUrl, home);
  const row = (id: string, severity: number, exact: string) =>
    `('${id}', 'fraud.scam', ${severity}, false, '${exact}', '00ff00ff00ff00ff', 'own', 'ada', now(), NULL)`;
  await query(
    databaseUrl,
    `INSERT INTO text_bank_entries VALUES ${row('a', 3, 'x')}, ${row('b', 3, 'x')}, ${row('c', 3, 'y')}, ${row('d', 9, 'x')}`,
  );
  await migrate(databaseUrl, MIGRATIONS_DIR);
  const banked = `SELECT e.id, b.name, b.holds, b.kind, b.category, b.severity, b.owner, b.origin
    FROM text_bank_entries e JOIN image_banks b ON b.id = e.bank_id ORDER BY e.id`;
  const said = { holds: 'texts', kind: 'block', category: 'fraud.scam', owner: 'ada', origin: 'own' };
  expect(await query(databaseUrl, banked)).toEqual([
    { id: 'a', name: 'texts-by-hand-1', severity: 3, ...said },
    { id: 'c', name: 'texts-by-hand-1', severity: 3, ...said },
    { id: 'd', name: 'texts-by-hand-2', severity: 4, ...said },
  ]);
});

it('leaves a table in which the schema engine of Prisma finds nothing to do', async () => {
  const databaseUrl = await emptyDatabase();
  await migrate(databaseUrl, MIGRATIONS_DIR);
  expect(await migrationState(databaseUrl, ROOT)).toEqual({ applied: [], failed: [], edited: [] });
});

it('has migrations that lead to the schema and to nothing else', async () => {
  expect(await differenceSql(inject('databaseUrl'), ROOT)).toBe('');
});

it('sees a schema that has moved on without a migration', async () => {
  const root = path.join(dir, 'moved');
  await cp(path.join(ROOT, 'prisma'), path.join(root, 'prisma'), { recursive: true });
  await appendFile(path.join(root, 'prisma/schema.prisma'), '\nmodel Later {\n  id String @id\n}\n');
  expect(await differenceSql(inject('databaseUrl'), root)).toContain('CREATE TABLE "Later"');
});

it('records a failed migration, changes nothing else, and stops until a person has looked', async () => {
  const databaseUrl = await emptyDatabase();
  await write('bad', '1_good', 'CREATE TABLE good (id int)');
  const home = await write('bad', '2_bad', 'CREATE TABLE half (id int); SELECT 1 / 0');
  await write('bad', '3_never', 'CREATE TABLE never (id int)');
  await expect(migrate(databaseUrl, home)).rejects.toMatchObject({ code: 'migration_failed', message: /2_bad.*zero/s });
  await expect(migrate(databaseUrl, home)).rejects.toMatchObject({
    code: 'migration_failed',
    message: /failed earlier/,
  });
  const tables = await query<{ name: string }>(
    databaseUrl,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
  );
  expect(tables.map(({ name }) => name)).toEqual(['_prisma_migrations', 'good']);
  await query(databaseUrl, `UPDATE "_prisma_migrations" SET rolled_back_at = now() WHERE finished_at IS NULL`);
  await write('bad', '2_bad', 'CREATE TABLE whole (id int)');
  expect(await migrate(databaseUrl, home)).toEqual(['2_bad', '3_never']);
});

it('calls a wrong DATABASE_URL no defect, and says what the server said', async () => {
  const wrong = (change: (url: URL) => void): string => {
    const url = new URL(inject('databaseUrl'));
    change(url);
    return url.href;
  };
  const mute = createServer().listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const urls = [
    [wrong((url) => (url.pathname = '/nowhere')), '"nowhere" does not exist'],
    [wrong((url) => (url.password = 'wrong')), 'password authentication failed'],
    [wrong((url) => url.searchParams.set('sslmode', 'require')), 'SSL'],
    [wrong((url) => (url.port = String((mute.address() as AddressInfo).port))), 'timeout'],
  ] as const;
  const thrown = await Promise.all(urls.map(([url]) => migrate(url, MIGRATIONS_DIR).catch((error: unknown) => error)));
  mute.close();
  expect(thrown.map(codeOf)).toEqual(urls.map(() => 'store_unavailable'));
  for (const [at, [, word]] of urls.entries()) expect(sayError(thrown[at])).toContain(word);
});

it('refuses a migration that was changed after it had been applied', async () => {
  const databaseUrl = await emptyDatabase();
  const home = await write('edited', '1_first', 'CREATE TABLE first (id int)');
  await migrate(databaseUrl, home);
  await write('edited', '1_first', 'CREATE TABLE first (id bigint)');
  await expect(migrate(databaseUrl, home)).rejects.toMatchObject({ code: 'migration_failed', message: /was changed/ });
});

it('tells an older program that the database is newer, and changes nothing', async () => {
  const databaseUrl = await emptyDatabase();
  const older = await write('older', '1_first', 'CREATE TABLE first (id int)');
  await write('newer', '1_first', 'CREATE TABLE first (id int)');
  const newer = await write('newer', '2_second', 'CREATE TABLE second (id int)');
  const heard: unknown[] = [];
  const onNewer = (names: readonly string[]) => void heard.push(names);
  await migrate(databaseUrl, newer, { onNewer });
  expect(await migrate(databaseUrl, older, { onNewer })).toEqual([]);
  expect(heard).toEqual([['2_second']]);
});

it('waits in turns for a table that somebody holds, and gives up in the end', async () => {
  const databaseUrl = await emptyDatabase();
  const home = await write('held', '1_first', 'CREATE TABLE busy (id int)');
  await migrate(databaseUrl, home);
  await write('held', '2_second', 'ALTER TABLE busy ADD COLUMN name text');
  const holder = await connect(databaseUrl);
  await holder.query('BEGIN');
  await holder.query('SELECT * FROM busy');
  const soon = migrate(databaseUrl, home, { patience: { tries: 2, pauseMs: 10 } });
  await expect(soon).rejects.toMatchObject({ code: 'store_unavailable' });
  const waiting = migrate(databaseUrl, home, { patience: { tries: 20, pauseMs: 50 } });
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await holder.query('COMMIT');
  await holder.end();
  expect(await waiting).toEqual(['2_second']);
});

it('names a folder that is not there and a database that is away', async () => {
  const missing = migrate(inject('databaseUrl'), path.join(dir, 'none'));
  await expect(missing).rejects.toMatchObject({ code: 'migration_failed' });
  await expect(migrate('postgresql://u:p@127.0.0.1:9/none', MIGRATIONS_DIR)).rejects.toMatchObject({
    code: 'store_unavailable',
  });
});
