/**
 * For developers: `node dist/scripts/migration.js check` proves that prisma/schema.prisma and
 * prisma/migrations describe the same tables; `... write <name>` writes the difference as a new migration.
 * Uses the schema engine as WebAssembly, so nothing is downloaded. DATABASE_URL names a server on which it
 * may create and drop a database of its own.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import { migrate } from '../src/adapters/migrate.js';
import { connect, quoteName } from '../src/adapters/postgres.js';

interface Engine {
  diff(params: unknown): Promise<{ exitCode: number; stdout: string | null }>;
  diagnoseMigrationHistory(
    params: unknown,
  ): Promise<{ failedMigrationNames: string[]; editedMigrationNames: string[] }>;
  applyMigrations(params: unknown): Promise<{ appliedMigrationNames: string[] }>;
  free(): void;
}
interface EngineModule {
  /** Its constructor is a static method by the name of `new`. */
  SchemaEngine: { new: (options: unknown, log: (line: string) => void, adapter: object) => Promise<Engine> };
  __wbg_set_wasm(exports: WasmExports): void;
}
type WasmExports = Readonly<Record<string, unknown>>;
/** The part of the WebAssembly API that is used; the DOM library that declares it is not loaded. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<{ readonly exports: WasmExports }>;
};

let loaded: Promise<EngineModule> | null = null;

/** Once per process: the glue keeps views into one memory. */
async function loadEngine(): Promise<EngineModule> {
  const gluePath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const glue = (await import(gluePath)) as EngineModule;
  const module = await WebAssembly.compile(await readFile(gluePath.replace(/\.js$/, '.wasm')));
  const { exports } = await WebAssembly.instantiate(module, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(exports);
  (exports['__wbindgen_start'] as () => void)();
  // The engine writes the reason of a panic here before it traps.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => console.error(text) } });
  return glue;
}

async function openEngine(databaseUrl: string, schema: string): Promise<Engine> {
  loaded ??= loadEngine();
  const { SchemaEngine } = await loaded;
  const factory = bindMigrationAwareSqlAdapterFactory(new EnginePg({ connectionString: databaseUrl }));
  return SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => undefined, factory);
}

const CHAR_COLUMN = /\b(\w+\.(?:contype|confdeltype|confupdtype|attidentity|attgenerated|relkind))\s+AS\s+(\w+)/gi;

/** The adapter refuses one-byte "char" columns of the catalogue, so they are asked for as text and named again. */
class EnginePg extends PrismaPg {
  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const sql = query.sql.replace(/\bcon\.(confdeltype|confupdtype),/g, 'con.$1 AS $1,');
      const chars = new Set([...sql.matchAll(CHAR_COLUMN)].map((match) => match[2]));
      const result = await queryRaw({ ...query, sql: sql.replace(CHAR_COLUMN, '$1::text AS $2') });
      const columnTypes = result.columnTypes.map((type, i) =>
        chars.has(result.columnNames[i]) ? ColumnTypeEnum.Character : type,
      );
      return { ...result, columnTypes };
    };
    return adapter;
  }
}

async function migrationList(root: string): Promise<object> {
  const baseDir = path.join(root, 'prisma/migrations');
  const folders = (await readdir(baseDir, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const migrationDirectories = await Promise.all(
    folders.map(async ({ name }) => {
      const value = await readFile(path.join(baseDir, name, 'migration.sql'), 'utf8');
      return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } } };
    }),
  );
  const content = await readFile(path.join(baseDir, 'migration_lock.toml'), 'utf8');
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content },
    shadowDbInitScript: '',
    migrationDirectories: migrationDirectories.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** What Prisma's own engine makes of a migrated database: names that it would apply, holds failed, or finds edited. */
export async function migrationState(databaseUrl: string, root: string) {
  const engine = await openEngine(databaseUrl, await readFile(path.join(root, 'prisma/schema.prisma'), 'utf8'));
  const migrationsList = await migrationList(root);
  const filters = { externalTables: [], externalEnums: [] };
  const seen = await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters });
  const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
  engine.free();
  return { applied: appliedMigrationNames, failed: seen.failedMigrationNames, edited: seen.editedMigrationNames };
}

/** The SQL that leads from the migrations to the schema; empty when they agree. */
export async function differenceSql(serverUrl: string, root: string): Promise<string> {
  const name = `shadow_${process.pid}_${Date.now()}`;
  const scratchUrl = new URL(serverUrl);
  scratchUrl.pathname = `/${name}`;
  const admin = await connect(serverUrl);
  await admin.query(`CREATE DATABASE ${quoteName(name)}`);
  try {
    await migrate(scratchUrl.href, path.join(root, 'prisma/migrations'));
    const schemaPath = path.join(root, 'prisma/schema.prisma');
    const schema = await readFile(schemaPath, 'utf8');
    const engine = await openEngine(scratchUrl.href, schema);
    const files = [{ path: schemaPath, content: schema }];
    const result = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: root },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    engine.free();
    const sql = (result.stdout ?? '').trim();
    return sql === '-- This is an empty migration.' ? '' : sql;
  } finally {
    await admin.query(`DROP DATABASE ${quoteName(name)} WITH (FORCE)`);
    await admin.end();
  }
}

async function main(verb: string | undefined, name: string | undefined): Promise<number> {
  const serverUrl = process.env['DATABASE_URL'];
  if (serverUrl === undefined || (verb !== 'check' && (verb !== 'write' || name === undefined))) {
    console.error('DATABASE_URL=postgresql://... node dist/scripts/migration.js check | write <name>');
    return 2;
  }
  const root = process.cwd();
  const sql = await differenceSql(serverUrl, root);
  if (sql === '') {
    console.log('schema and migrations agree');
    return 0;
  }
  if (verb === 'check') {
    console.log(sql);
    return 1;
  }
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = path.join(root, 'prisma/migrations', `${stamp}_${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'migration.sql'), `${sql}\n`);
  console.log(path.relative(root, path.join(folder, 'migration.sql')));
  return 0;
}

if (process.argv[1] !== undefined && import.meta.filename === path.resolve(process.argv[1])) {
  process.exitCode = await main(process.argv[2], process.argv[3]);
}
