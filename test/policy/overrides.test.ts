/** Kill switch, shadow and canary laid over a bundle: which of them speaks, where, and until when. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/policy/evaluate.js';
import type { Bundle } from '../../src/policy/model.js';
import { modeFrom, modeText, overlayOf, overrideOf, reachOfMode, withOverrides } from '../../src/policy/overrides.js';
import { mergedFile, summarise } from '../../src/policy/summary.js';
import { testInput } from '../../src/policy/test-evidence.js';
import type { Override } from '../../src/ports/policy.js';
import { bundleOf, global, region, rule } from './bench-files.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const HOUR = 3_600_000;
const over = (mode: string, more: Partial<Override> = {}): Override => ({
  rule: 'r',
  region: '*',
  mode,
  why: 'a test',
  by: { kind: 'user', id: 'usr_ana' },
  at: new Date(NOW).toISOString(),
  until: null,
  ...more,
});
const bundle = bundleOf({
  'global.yaml': global(rule({ id: 'r' }), rule({ id: 'other', category: 'fraud.scam', when: 'mixed' })),
  'regions/de.yaml': region('de'),
});
const decided = (under: Bundle, where: string) => {
  const [decision] = evaluate(testInput({ expect: 'match', scores: { 'hate.attack': 0.7 } }, NOW), under, [
    where,
  ]).decisions;
  return { action: decision?.action, shadow: decision?.shadow.map(({ rule: id }) => id) };
};

test.each(['disabled', 'shadow', 'canary(0)', 'canary(10)', 'enforce'])('%s is read and written alike', (mode) => {
  expect(modeText(modeFrom(mode))).toBe(mode);
});

test('modes are told apart by how much they do', () => {
  const reach = ['disabled', 'shadow', 'canary(0)', 'canary(10)', 'enforce'].map((mode) => reachOfMode(modeFrom(mode)));
  expect(reach).toEqual([...reach].sort((a, b) => a - b));
  expect(new Set(reach).size).toBe(reach.length);
});

describe('which override speaks', () => {
  const here = over('canary(5)', { region: 'de' });
  test.each<[string, readonly Override[], string, string | null]>([
    ['none for the rule', [over('shadow', { rule: 'other' })], 'de', null],
    ['that of all regions', [over('shadow')], 'de', 'shadow'],
    ['that of the region before that of all', [over('shadow'), here], 'de', 'canary(5)'],
    ['that of all where the region has none', [over('shadow'), here], 'fr', 'shadow'],
    ['a kill switch for all before everything', [here, over('disabled')], 'de', 'disabled'],
    ['none in another region', [here], 'fr', null],
  ])('%s', (_name, overrides, where, mode) => {
    expect(overrideOf(overrides, 'r', where)?.mode ?? null).toBe(mode);
  });
});

describe('a bundle under overrides', () => {
  test('is the same where nothing is overridden', () => {
    expect(withOverrides(bundle, [])).toBe(bundle);
    const laid = withOverrides(bundle, [over('disabled', { region: 'de' })]);
    expect(laid.regions.get('global')).toBe(bundle.regions.get('global'));
  });

  test('acts, records or is silent by the mode', () => {
    expect(decided(bundle, 'de')).toEqual({ action: 'limit', shadow: [] });
    expect(decided(withOverrides(bundle, [over('shadow')]), 'de')).toEqual({ action: 'allow', shadow: ['r'] });
    expect(decided(withOverrides(bundle, [over('disabled')]), 'de')).toEqual({ action: 'allow', shadow: [] });
    const there = withOverrides(bundle, [over('disabled', { region: 'de' })]);
    expect([decided(there, 'de').action, decided(there, 'global').action]).toEqual(['allow', 'limit']);
  });

  test('reads only what rules in force read', () => {
    const reads = (under: Bundle) => [...(under.regions.get('global')?.reads ?? [])];
    expect(reads(bundle)).toContain('language');
    expect(reads(withOverrides(bundle, [over('disabled', { rule: 'other' })]))).not.toContain('language');
  });

  test('is shown and counted with them', () => {
    const laid = withOverrides(bundle, [over('canary(7)'), over('shadow', { rule: 'other' })]);
    const de = laid.regions.get('de');
    if (de === undefined) throw new Error('no de');
    const merged = mergedFile(de) as { rules: readonly { id: string; mode: string }[] };
    expect(merged.rules.map(({ id, mode }) => [id, mode])).toEqual([
      ['other', 'shadow'],
      ['r', 'canary(7)'],
    ]);
    expect(summarise(laid, de).rules).toMatchObject({ all: 2, shadow: 1, canary: 1 });
  });
});

describe('over time', () => {
  test('an override runs out at its time, and is not laid anew for every note', () => {
    const at = overlayOf(bundle, [
      over('disabled', { until: new Date(NOW + HOUR).toISOString() }),
      over('shadow', { rule: 'other' }),
    ]);
    expect(decided(at(NOW), 'de').action).toBe('allow');
    expect(at(NOW + 1)).toBe(at(NOW));
    expect(decided(at(NOW + HOUR), 'de').action).toBe('limit');
    expect(at(NOW + HOUR)).not.toBe(at(NOW));
  });
  test('without overrides it is the bundle itself', () => {
    expect(overlayOf(bundle, [])(NOW)).toBe(bundle);
  });
});
