import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  certaintyOf,
  competenceFor,
  headFor,
  lookUpTags,
  rescale,
  toScore,
} from '../../../src/stages/classify/calibration.js';
import { calibration } from './fake-model.js';

test('tags are looked up from the longest to the shortest; a bare zh is Simplified', () => {
  expect(lookUpTags('zh-Hant-TW')).toEqual(['zh-Hant-TW', 'zh-Hant', 'zh']);
  expect(lookUpTags('zh')).toEqual(['zh-Hans', 'zh']);
  expect(lookUpTags('zh-TW')).toEqual(['zh-Hant-TW', 'zh-Hant', 'zh']);
  expect(lookUpTags('zh-HK')).toContain('zh-Hant');
  expect(lookUpTags('zh-CN')).toContain('zh-Hans');
  expect(headFor(calibration, 'de-AT', 'toxicity').flag).toBe(0.9);
  expect(headFor(calibration, 'it', 'toxicity').flag).toBe(0.5);
  expect(headFor(calibration, 'it', 'authentic.spam').flag).toBe(0.5);
});

test('a language in letters that nobody measured it in has no competence, whatever it has in its own', () => {
  const table = { ar: { toxicity: 'weak' }, tr: { toxicity: 'validated' }, 'ur-Latn': { toxicity: 'weak' } } as const;
  const levels = ['ar', 'ar-EG', 'ar-Arab', 'ar-Latn', 'ar-Latn-EG', 'tr-Latn', 'tr-Cyrl', 'ur-Latn', 'ur', 'und'];
  expect(levels.map((tag) => competenceFor(table, tag, 'toxicity'))).toEqual([
    ...['weak', 'weak', 'weak', 'none', 'none'],
    ...['validated', 'none', 'weak', 'none', 'none'],
  ]);
  expect(competenceFor({ 'zh-Hans': { toxicity: 'validated' } }, 'zh-CN', 'toxicity')).toBe('validated');
});

test('the flag threshold is .5 on the calibrated scale, and order is kept', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const flags = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(share, share, flags, (a, b, flag) => {
      expect(rescale(flag, flag)).toBeCloseTo(0.5);
      expect(Math.sign(rescale(a, flag) - rescale(b, flag)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
      expect(rescale(a, flag)).toBeGreaterThanOrEqual(0);
      expect(rescale(a, flag)).toBeLessThanOrEqual(1 + 1e-9);
    }),
  );
});

test('sure, doubtful, clear', () => {
  const head = headFor(calibration, 'en', 'toxicity');
  expect([4, 1, -4].map((z) => certaintyOf(head, toScore(head, z, z)))).toEqual(['sure', 'doubtful', 'clear']);
});

test('competence is none where nothing was measured', () => {
  const table = { zh: { toxicity: 'weak' }, 'zh-Hans': { toxicity: 'validated' } } as const;
  expect(competenceFor(table, 'zh-Hans-CN', 'toxicity')).toBe('validated');
  expect(competenceFor(table, 'zh-Hant', 'toxicity')).toBe('weak');
  expect(competenceFor(table, 'it', 'toxicity')).toBe('none');
});
