/** What is in force, from the command line: on the store in memory. */
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPolicyFiles } from '../../src/adapters/policy-folder.js';
import type { PolicyIo } from '../../src/cli/policy/policy-io.js';
import { runPolicy } from '../../src/cli/policy.js';
import { type Bundle, compileBundle } from '../../src/policy/bundle.js';
import { noDifference } from '../../src/policy/bundle-diff.js';
import { type MemoryStore, storeMemory } from '../support/store-memory.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const POLICIES = path.resolve(import.meta.dirname, '../../policies');
let base: Bundle;
let store: MemoryStore;
let out = '';

const io = (): PolicyIo => ({
  out: (text) => {
    out += text;
  },
  err: () => undefined,
  moderate: async () => {
    throw new Error('no pipeline here');
  },
  moderateWith: async () => {
    throw new Error('no pipeline here');
  },
  withStore: (use) => use(store),
  now: () => NOW,
  policiesDir: POLICIES,
  fixturesDir: '',
  today: '2026-11-20',
  isTerminal: false,
  untilStopped: () => new AbortController().signal,
});
const run = async (...args: readonly string[]): Promise<{ code: number; out: string }> => {
  out = '';
  const code = await runPolicy(args, io());
  return { code, out };
};
const propose = (hash: string, needsApproval: boolean, author = 'files') =>
  store.policy.propose({ hash, content: base.content, author, diff: noDifference, needsApproval, replace: false }, NOW);

beforeAll(async () => {
  base = compileBundle(await readPolicyFiles(POLICIES));
});
beforeEach(async () => {
  store = storeMemory();
  await propose(base.hash, false);
});
const grave = (): string =>
  base.regions.get('de')?.rules.find((rule) => rule.severity >= 3 && rule.mode.kind === 'enforce')?.id ?? '';

describe('bundles', () => {
  it('are listed, approved by a named person who may, and gone back from', async () => {
    await propose('abc123', true, 'ana');
    expect((await run('bundles')).out).toContain('needs a second person');
    expect(await run('activate', 'abc')).toMatchObject({ code: 1, out: expect.stringContaining('second person') });
    await expect(run('approve', 'abc', '--as', 'eve')).rejects.toMatchObject({ code: 'forbidden' });
    for (const login of ['ana', 'ben']) {
      await store.access.createUser({ login, passwordHash: 'x', role: 'policy_author' }, NOW);
    }
    expect(await run('approve', 'abc', '--as', 'ana')).toMatchObject({
      code: 1,
      out: expect.stringContaining('author'),
    });
    expect(await run('approve', 'abc', '--as', 'ben')).toMatchObject({ code: 0 });
    expect((await store.policy.inForce())?.bundleHash).toBe('abc123');
    expect(await run('rollback', '--why', 'too many hits')).toMatchObject({ code: 0 });
    expect(await store.policy.inForce()).toMatchObject({ bundleHash: base.hash, pinned: true });
    await expect(run('activate', 'zzz')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('overrides', () => {
  it('switch a rule off, stand in policy show, and are taken back', async () => {
    const rule = grave();
    expect((await run('override', rule, '--why', 'hits harmless notes')).out).toContain('every region: disabled');
    const shown = await run('show', '--region', 'de', '--overrides', '--json');
    const merged = JSON.parse(shown.out);
    expect(merged.rules.find((one: { id: string }) => one.id === rule).mode).toBe('disabled');
    expect(merged.overrides).toMatchObject([{ rule, region: '*', why: 'hits harmless notes' }]);
    expect((await run('override', rule, '--drop')).code).toBe(0);
    await expect(run('override', rule, '--drop')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('need a reason, a mode that exists and a rule that exists', async () => {
    await expect(run('override', grave())).rejects.toMatchObject({ code: 'usage' });
    await expect(run('override', grave(), '--why', 'so', '--mode', 'off')).rejects.toMatchObject({ code: 'usage' });
    await expect(run('override', `${grave()}x`, '--why', 'so')).rejects.toThrow(grave());
  });
});
