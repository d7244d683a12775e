/** A decision is explained by the rules and the overrides of its time, not by those of now. */
import { describe, expect, test } from 'vitest';
import { withOverrides } from '../../../src/policy/overrides.js';
import type { Override } from '../../../src/ports/policy.js';
import { bundlesWith, momentOf } from '../../../src/usecases/review/bundles.js';
import { bundleOf, global, rule } from '../../policy/bench-files.js';
import { decision } from '../../support/store.js';

const AT = '2026-06-01T00:00:00.000Z';
const by = { kind: 'user', id: 'usr_ana' } as const;
const override = (mode: string, until: string | null = null): Override => ({
  rule: 'r1',
  region: '*',
  mode,
  why: 'a test',
  by,
  at: AT,
  until,
});
const base = bundleOf({ 'global.yaml': global(rule({ id: 'r1' })) });
const former = bundleOf({ 'global.yaml': global(rule({ id: 'r1' }), rule({ id: 'r2' })) });
const versions = new Map([
  [3, { version: 3, bundleHash: base.hash, overrides: [override('shadow')] }],
  [4, { version: 4, bundleHash: base.hash, overrides: [override('shadow', '2026-05-31T00:00:00.000Z')] }],
]);
const told: string[] = [];
const say = (message: string): number => told.push(message);
const bundleAt = bundlesWith({
  bundles: {
    put: async () => undefined,
    get: async (hash) =>
      hash === former.hash ? former.content : hash === 'old' ? '[["global.yaml", "no: rules"]]' : null,
  },
  versions: { atVersion: async (version) => versions.get(version) ?? null },
  current: () => withOverrides(base, [override('disabled')]),
  base: () => base,
  log: { debug: say, info: say, warn: say, error: say },
});
test('a bundle of before that several ask for at once is read once, and again after a failure', async () => {
  let asked = 0;
  const reader = bundlesWith({
    bundles: {
      put: async () => undefined,
      get: async () => {
        asked += 1;
        if (asked === 1) throw new Error('away');
        return former.content;
      },
    },
    versions: { atVersion: async () => null },
    current: () => base,
    log: { debug: say, info: say, warn: say, error: say },
  });
  await expect(reader(former.hash)).rejects.toThrow('away');
  const [one, two] = await Promise.all([reader(former.hash), reader(former.hash)]);
  expect([one?.hash, one === two, asked]).toEqual([former.hash, true, 2]);
});

const modeOf = async (...asked: Parameters<typeof bundleAt>): Promise<string | undefined> =>
  (await bundleAt(...asked))?.regions.get('global')?.rules.find(({ id }) => id === 'r1')?.mode.kind;

describe('the bundle of a time', () => {
  test.each([
    ['nothing asked: as it stands now', [null], 'disabled'],
    ['no version known: as it stands now', [base.hash, { version: null, at: AT }], 'disabled'],
    ['the overrides of that version', [base.hash, { version: 3, at: AT }], 'shadow'],
    ['an override that had run out by then', [base.hash, { version: 4, at: AT }], 'enforce'],
    ['a version of another bundle lays nothing over this one', [former.hash, { version: 3, at: AT }], 'enforce'],
    ['a version that nobody knows', [base.hash, { version: 9, at: AT }], 'enforce'],
    ['a bundle that is gone', ['gone', { version: 3, at: AT }], undefined],
    ['a bundle in a form that is no longer read', ['old', { version: 3, at: AT }], undefined],
  ] as const)('%s', async (_name, [hash, moment], mode) => expect(await modeOf(hash, moment)).toBe(mode));

  test('says that a bundle cannot be read', () => expect(told.length).toBeGreaterThan(0));
});

test('the moment is that of the decision asked for, else of the last one of the policy', () => {
  const made = (id: string, policyVersion: number | null, kind: 'policy' | 'person' = 'policy') => ({
    ...decision(),
    decisionId: id,
    revision: 1,
    sequence: 1,
    by: { kind, id: 'x' },
    bundleHash: base.hash,
    policyVersion,
    supersedes: null,
    supersededBy: null,
    createdAt: AT,
  });
  const all = [made('d1', 3), made('d2', 4), made('d3', null, 'person')];
  expect(momentOf(all, 'd1')).toEqual({ version: 3, at: AT });
  expect(momentOf(all, 'unknown').version).toBe(4);
  expect(momentOf([], null)).toEqual({ version: null, at: null });
});
