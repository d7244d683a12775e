import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFromProcess, Env, readConfig } from '../src/config.js';

const root = path.resolve(import.meta.dirname, '..');

const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
const lines = example.split('\n');
const assignments = lines.flatMap((line) => {
  const match = /^([A-Z_]+)=(.*)$/u.exec(line);
  return match?.[1] === undefined ? [] : [[match[1], match[2] ?? ''] as const];
});

describe('.env.example', () => {
  it('lists every variable once and no other', () => {
    expect(assignments.map(([name]) => name).sort()).toEqual(Object.keys(Env.shape).sort());
  });

  it('says what each is for in the words of the code', () => {
    for (const [name, schema] of Object.entries(Env.shape)) {
      const at = lines.findIndex((line) => line.startsWith(`${name}=`));
      expect(lines[at - 1], name).toContain(schema.description);
    }
  });

  it('holds the defaults', () => {
    expect(readConfig(Object.fromEntries(assignments))).toEqual(readConfig({}));
  });
});

describe('readConfig', () => {
  it.each(['proxy', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', 'fe80::1/129', '10.0.0.1;10.0.0.2', '0.0.0.0/0'])(
    'takes %s for no proxy',
    (text) => {
      expect(() => readConfig({ TRUST_PROXY: text })).toThrowError(/TRUST_PROXY: Not addresses or ranges/);
    },
  );
  it('reads a list of proxies', () => {
    expect(readConfig({ TRUST_PROXY: '127.0.0.1, ::1/128,10.0.0.0/8' }).TRUST_PROXY).toEqual([
      '127.0.0.1',
      '::1/128',
      '10.0.0.0/8',
    ]);
  });

  it('reports all faults together', () => {
    expect(() => readConfig({ PORT: 'many', WORKERS: '0' })).toThrowError(
      expect.objectContaining({
        code: 'config_invalid',
        message: expect.stringMatching(/PORT: Not a number\nWORKERS/u),
      }),
    );
  });

  it('tells an address of the wrong kind from a server that is away, and shows no password', () => {
    for (const path of ['/abc', '/-1', '/1.5', '/0/1']) {
      expect(() => readConfig({ REDIS_URL: `redis://127.0.0.1${path}` })).toThrowError(/REDIS_URL: .*number/);
    }
    const wrong = { DATABASE_URL: 'db.example.org', REDIS_URL: 'http://:s3cret@127.0.0.1', PUBLIC_URL: 'example.org' };
    expect(() => readConfig(wrong)).toThrowError(
      expect.objectContaining({
        message: expect.stringMatching(/DATABASE_URL: .*postgres[\s\S]*REDIS_URL[\s\S]*PUBLIC_URL/u),
      }),
    );
    expect(() => readConfig(wrong)).not.toThrowError(/s3cret/u);
    const right = { DATABASE_URL: 'postgresql:///app?host=/run/postgresql', REDIS_URL: 'rediss://:word@cache:6380/1' };
    expect(readConfig(right)).toMatchObject({ databaseUrl: right.DATABASE_URL, redisUrl: right.REDIS_URL });
  });

  it('takes an empty value for unset', () => {
    expect(readConfig({ DATABASE_URL: '' }).databaseUrl).toBeNull();
    const blank = { PORT: ' ', IMAGE_WORKERS: '\t', UNDO_SECONDS: '  ', LLM_PRICE_PROMPT: ' ' };
    expect(readConfig(blank)).toEqual(readConfig({}));
  });

  it('says what a list or a name looks like', () => {
    const names = ['WORKER_QUEUES', 'TRANSLATION_TO', 'TRANSLATION_LOCAL_MODEL', 'IMAGE_MODEL', 'LLM_REGION'];
    for (const name of names) expect(() => readConfig({ [name]: '?!' })).toThrowError(`${name}: Expected`);
  });

  it('takes PUBLIC_URL with a slash at its end, since addresses are put behind it', () => {
    expect(readConfig({ PUBLIC_URL: 'https://mod.example.org/' }).PUBLIC_URL).toBe('https://mod.example.org');
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });
});

describe('configFromProcess', () => {
  it('reads .env of the working folder; the environment comes first', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'polywarden-config-'));
    try {
      writeFileSync(path.join(folder, '.env'), 'PORT=8123\nWORKERS=3\nREDIS_URL=\n');
      const config = configFromProcess(folder, { WORKERS: '2' });
      expect(config).toMatchObject({ PORT: 8123, WORKERS: 2, redisUrl: null });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('finds the shipped models and policies whatever the working folder; a named one is relative to it', () => {
    const unset = readConfig({});
    expect(unset.MODELS_DIR).toBe(path.join(root, 'models'));
    expect(unset.POLICIES_DIR).toBe(path.join(root, 'policies'));
    expect(readConfig({ MODELS_DIR: 'others' }).MODELS_DIR).toBe(path.resolve('others'));
  });
});
