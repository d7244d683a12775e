import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Env, readConfig } from '../src/config.js';

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
  it('reports all faults together', () => {
    expect(() => readConfig({ PORT: 'many', WORKERS: '0' })).toThrowError(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(/PORT[\s\S]*WORKERS/u) }),
    );
  });

  it('takes an empty value for unset', () => {
    expect(readConfig({ DATABASE_URL: '' }).databaseUrl).toBeNull();
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });
});
