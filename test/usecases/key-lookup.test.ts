import { describe, expect, it } from 'vitest';
import { keyLookup } from '../../src/usecases/key-lookup.js';
import type { StoredKey } from '../../src/usecases/keys.js';

const keyOf = (label: string): StoredKey => ({
  keyId: 'key_1',
  sourceId: 'src_1',
  sourceName: 'app',
  scopes: [],
  label,
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: null,
  revokedAt: null,
  secretHash: '',
});

/** A table whose answers leave when the test says so; each holds what was true when the query began. */
function slowTable() {
  const waiting: (() => void)[] = [];
  const table = {
    label: 'first',
    queries: 0,
    findKey: (_id: string) => {
      table.queries += 1;
      const seen = keyOf(table.label);
      return new Promise<StoredKey>((resolve) => waiting.push(() => resolve(seen)));
    },
    answer: async () => {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return table;
}

describe('keyLookup', () => {
  it('whoever asks after a change sees it, even while an older query runs', async () => {
    const table = slowTable();
    const find = keyLookup(table);
    const before = find('key_1');
    table.label = 'revoked';
    const after = [find('key_1'), find('key_1'), find('key_1')];
    expect(table.queries).toBe(1);
    await table.answer();
    expect(table.queries).toBe(2);
    await table.answer();
    expect((await before)?.label).toBe('first');
    expect((await Promise.all(after)).map((key) => key?.label)).toEqual(['revoked', 'revoked', 'revoked']);
    const later = find('key_1');
    expect(table.queries).toBe(3);
    await table.answer();
    expect((await later)?.label).toBe('revoked');
  });

  it('a failing query harms only those who waited for it', async () => {
    let calls = 0;
    const find = keyLookup({
      findKey: async () => {
        calls += 1;
        if (calls === 1) throw new Error('away');
        return keyOf('fine');
      },
    });
    const [first, second] = await Promise.allSettled([find('key_1'), find('key_1')]);
    expect(first.status).toBe('rejected');
    expect(second).toMatchObject({ status: 'fulfilled', value: { label: 'fine' } });
    expect((await find('key_1'))?.label).toBe('fine');
  });

  it('keys do not wait for each other', async () => {
    const table = slowTable();
    const find = keyLookup(table);
    const both = Promise.all([find('key_1'), find('key_2')]);
    expect(table.queries).toBe(2);
    await table.answer();
    await table.answer();
    await both;
  });
});
