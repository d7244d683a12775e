import { expect, test } from 'vitest';
import type { Action } from '../../src/domain.js';
import { backtest, type PastNote } from '../../src/policy/backtest.js';
import { compileBundle } from '../../src/policy/bundle.js';
import { compareBundles } from '../../src/policy/compare.js';
import type { RuleTest } from '../../src/policy/schema-rule.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { global, NOTICE, rule } from './bench-files.js';

const AT = Date.parse('2026-06-01');
const bundleOf = (change: Parameters<typeof rule>[0]) =>
  compileBundle(
    new Map([
      ['global.yaml', global(rule(change))],
      ['notices/en.yaml', NOTICE],
    ]),
  );
const strict = bundleOf({ id: 'r1' });
const lenient = bundleOf({ id: 'r1', mode: 'shadow' });

const actions = (...pairs: readonly (readonly [string, Action])[]) => new Map(pairs);
const past = (id: string, given: Partial<RuleTest>, rest: Partial<PastNote> = {}): PastNote => ({
  id,
  language: given.language ?? 'en',
  input: testInput({ expect: 'match', ...given }, AT),
  regions: ['de', 'us'],
  past: actions(['de', 'allow'], ['us', 'allow']),
  human: new Map(),
  ...rest,
});
const harmful = { scores: { 'hate.attack': 0.7 } } as const;

test('a comparison counts what changes, with a bounded number of samples', () => {
  const comparison = compareBundles(lenient, strict, 1);
  expect(comparison.add(past('n1', harmful))).toBe(true);
  expect(comparison.add(past('n2', { ...harmful, language: 'de' }))).toBe(false);
  expect(comparison.add(past('n3', {}))).toBe(false);
  expect(comparison.result()).toEqual({
    notes: 3,
    notesChanged: 2,
    answers: 6,
    answersChanged: 4,
    moves: [{ before: 'allow', after: 'limit', count: 4 }],
    byRegion: { de: { answers: 3, changed: 2 }, us: { answers: 3, changed: 2 } },
    byLanguage: { de: { answers: 2, changed: 2 }, en: { answers: 4, changed: 2 } },
    byCategory: { 'hate.attack': { answers: 4, changed: 4 }, none: { answers: 2, changed: 0 } },
    samples: [
      {
        id: 'n1',
        region: 'de',
        language: 'en',
        category: 'hate.attack',
        before: 'allow',
        after: 'limit',
        gone: [],
        come: ['r1'],
      },
    ],
  });
  const same = compareBundles(strict, strict, 1);
  expect(same.add(past('n1', harmful))).toBe(false);
  expect(same.result()).toMatchObject({ notesChanged: 0, moves: [], samples: [] });
});

test('a backtest sets the answers beside what people decided', () => {
  const run = backtest(strict, null);
  run.add(past('caught', harmful, { human: actions(['de', 'remove']) }));
  run.add(past('wronged', harmful, { past: actions(['de', 'limit']), human: actions(['de', 'allow']) }));
  run.add(past('missed', { language: 'fr' }, { human: actions(['de', 'hold'], ['us', 'allow']) }));
  run.add(past('fresh', {}, { past: new Map() }));
  const { notes, all, byLanguage, byRegion, byRule } = run.result();
  expect(notes).toBe(4);
  expect(all).toEqual({
    answers: 5,
    changed: 2,
    upheld: 1,
    overturned: 3,
    neverReviewed: 1,
    rightlyActed: 1,
    wronglyActed: 1,
    rightlyAllowed: 1,
    wronglyAllowed: 1,
    unknownActed: 1,
    unknownAllowed: 0,
  });
  expect(Object.keys(byLanguage)).toEqual(['en', 'fr']);
  expect(byRegion['us']).toMatchObject({ answers: 2, rightlyAllowed: 1, unknownActed: 1 });
  expect(byRule).toEqual({ r1: { hits: 3, upheld: 1, overturned: 1, neverReviewed: 1 } });
});

test('a backtest names the first stored notes whose answer differs', () => {
  const run = backtest(strict, null);
  const before = actions(['de', 'allow']);
  for (let index = 0; index < 25; index += 1) {
    run.add({ ...past(`r${index}`, harmful, { past: before }), noteId: `n${index}` });
  }
  run.add(past('of a file', harmful, { past: before }));
  const { all, firstChanged } = run.result();
  expect(all.changed).toBe(26);
  expect(firstChanged).toHaveLength(20);
  expect(firstChanged?.[0]).toEqual({ noteId: 'n0', region: 'de', before: 'allow', after: 'limit' });
});

test('a rule that only records has a record of its own: what people did where it would have acted', () => {
  const run = backtest(bundleOf({ id: 'r1', mode: 'shadow' }), null);
  run.add(past('caught', harmful, { human: actions(['de', 'remove']) }));
  run.add(past('harmless', harmful, { human: actions(['de', 'allow']) }));
  const { byRule, byShadowRule } = run.result();
  expect(byRule).toEqual({});
  expect(byShadowRule).toEqual({ r1: { hits: 4, upheld: 1, overturned: 1, neverReviewed: 2 } });
});

test('against another bundle the answers of then do not count', () => {
  const run = backtest(strict, lenient);
  run.add(past('n1', harmful, { past: new Map(), human: actions(['de', 'remove']) }));
  expect(run.result().all).toMatchObject({ answers: 2, changed: 2, overturned: 1, neverReviewed: 1, rightlyActed: 1 });
});
