/** A picture that was read in part is not read: every kind of lack is a gap of its own, none of them twice. */
import { expect, test } from 'vitest';
import type { Gap, ImageReading, Outcome } from '../../src/domain.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { bundleOf, GLOBAL_HEAD } from './bench-files.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const bundle = bundleOf({ 'global.yaml': GLOBAL_HEAD });
const found = <T>(value: T) => ({ status: 'found', value, ms: 0, version: '1' }) as const;
const skipped = (why: 'no_model' | 'not_needed' | 'not_configured') => ({ status: 'skipped', why }) as const;
const failed = { status: 'failed', code: 'image_unreadable', message: 'quotes a vendor' } as const;
const facts: ImageReading['facts'] = found({
  format: 'png',
  width: 9,
  height: 9,
  frames: 1,
  framesRead: [0],
  bytes: 9,
  sha256: 'ab',
});
const whole: ImageReading = {
  index: 0,
  facts,
  ocr: found({ text: '', words: [], confidence: 0, languages: [] }),
  codes: found([]),
  hash: found({ pdq: '0'.repeat(64), quality: 0 }),
  model: found({ model: 'm', labels: {}, scores: {} }),
};

function gapsOf(...readings: readonly Partial<ImageReading>[]): readonly string[] {
  const input = testInput({ expect: 'match' }, NOW);
  const images = found({ readings: readings.map((part, index) => ({ ...whole, ...part, index })), findings: [] });
  const asked = { ...input, facts: { ...input.facts, hasImages: true }, evidence: { ...input.evidence, images } };
  const gaps = evaluate(asked, bundle, ['global']).decisions.flatMap((decision): readonly Gap[] => decision.gaps);
  return gaps
    .filter(({ stage }) => stage === 'images')
    .map(({ status, why, action }) => `${status} ${why} -> ${action}`);
}

test.each<readonly [string, readonly Partial<ImageReading>[], readonly string[]]>([
  ['read as a whole', [{}], []],
  ['that says so itself', [{ ocr: skipped('not_needed') }], []],
  ['whose words no model reads', [{ ocr: skipped('no_model') }], ['skipped ocr: no_model -> review']],
  ['whose model broke', [{ model: failed }], ['failed model: image_unreadable -> review']],
  [
    'that cannot be opened: one lack, not five',
    [{ facts: failed, ocr: failed, codes: failed, hash: failed, model: failed }],
    ['failed image_unreadable -> review'],
  ],
  [
    'whose reading never ended',
    [{ ocr: { status: 'due', until: new Date(NOW).toISOString() } }],
    ['overdue ocr: not there by the deadline -> review'],
  ],
  [
    'beside another that lacks the same',
    [{ ocr: skipped('no_model') }, { ocr: skipped('no_model'), model: skipped('not_configured') }],
    ['skipped model: not_configured -> review', 'skipped ocr: no_model -> review'],
  ],
])('a picture %s', (_name, readings, expected) => expect(gapsOf(...readings)).toEqual(expected));

test('a stage that says there are no pictures is not believed where the note has some', () => {
  const input = testInput({ expect: 'match' }, NOW);
  const images: Outcome<never> = { status: 'skipped', why: 'no_images' };
  const asked = { ...input, facts: { ...input.facts, hasImages: true }, evidence: { ...input.evidence, images } };
  const [decision] = evaluate(asked, bundle, ['global']).decisions;
  expect(decision?.gaps).toMatchObject([{ stage: 'images', status: 'skipped', why: 'no_images', action: 'review' }]);
});

test('what an author chose to ignore is no gap', () => {
  const lenient = bundleOf({
    'global.yaml': GLOBAL_HEAD.replace(
      'images: { required: true, failed: review',
      'images: { required: false, failed: ignore',
    ),
  });
  const input = testInput({ expect: 'match' }, NOW);
  const images = found({ readings: [{ ...whole, model: failed }], findings: [] });
  const asked = { ...input, facts: { ...input.facts, hasImages: true }, evidence: { ...input.evidence, images } };
  expect(evaluate(asked, lenient, ['global']).decisions.map(({ action, gaps }) => [action, gaps])).toEqual([
    ['allow', []],
  ]);
});

const NONE = { label: 'x', score: 0, calibrated: 0 };
const UNSEEN = GLOBAL_HEAD.replace(
  'unseen: { categories: []',
  'unseen: { categories: [sexual.explicit, violence.graphic]',
);
const unseen = (percent: number, model: ImageReading['model']): readonly Gap[] => {
  const seen = bundleOf({ 'global.yaml': UNSEEN.replace('sample_percent: 0', `sample_percent: ${percent}`) });
  const input = testInput({ expect: 'match' }, NOW);
  const images = found({ readings: [{ ...whole, model }], findings: [] });
  const asked = { ...input, facts: { ...input.facts, hasImages: true }, evidence: { ...input.evidence, images } };
  return evaluate(asked, seen, ['global']).decisions.flatMap(({ gaps }) =>
    gaps.filter(({ stage }) => stage === 'images'),
  );
};
test('pictures that nobody read have a gap of their own, not this one', () => {
  const seen = bundleOf({ 'global.yaml': UNSEEN });
  const input = testInput({ expect: 'match' }, NOW);
  const images: Outcome<never> = { status: 'failed', code: 'image_unreadable', message: 'none' };
  const asked = { ...input, facts: { ...input.facts, hasImages: true }, evidence: { ...input.evidence, images } };
  const gaps = evaluate(asked, seen, ['global']).decisions.flatMap((decision) => decision.gaps);
  expect(gaps.filter(({ stage }) => stage === 'images').map(({ why }) => why)).toEqual(['image_unreadable']);
});

test.each<readonly [string, number, ImageReading['model'], readonly Partial<Gap>[]]>([
  [
    'a model that looks for both',
    100,
    found({ model: 'm', labels: {}, scores: { 'sexual.explicit': NONE, 'violence.graphic': NONE } }),
    [],
  ],
  [
    'a model that looks for one',
    0,
    found({ model: 'm', labels: {}, scores: { 'sexual.explicit': NONE } }),
    [{ why: 'model: none looks for violence.graphic', action: 'allow' }],
  ],
  [
    'a model that gives no scores, and every picture is drawn',
    100,
    found({ model: 'm', labels: {} }),
    [{ why: 'model: none looks for sexual.explicit, violence.graphic, drawn for review', action: 'review' }],
  ],
  [
    'a model that broke has a gap of its own',
    100,
    failed,
    [{ why: 'model: image_unreadable', action: 'review', status: 'failed' }],
  ],
])('harms that no image model looked for: %s', (_name, percent, model, expected) => {
  expect(unseen(percent, model)).toMatchObject(expected);
  expect(unseen(percent, model)).toHaveLength(expected.length);
});
