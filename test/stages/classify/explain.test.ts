import { expect, test } from 'vitest';
import { type Asked, explain, groupWords } from '../../../src/stages/classify/explain.js';
import type { Reading, TextModel } from '../../../src/stages/classify/model.js';
import { fakeModel, textOf } from './fake-model.js';

const asked = (model: TextModel): Asked => ({ model, language: 'en', signal: new AbortController().signal });
const encoder = new Float32Array(8);

test('at most a dozen groups, in order, over words of any script', () => {
  const groups = groupWords('one two three four five six seven eight nine ten eleven twelve thirteen fourteen', 100);
  expect(groups.length).toBeLessThanOrEqual(12);
  expect(groups[0]).toEqual({ start: 100, end: 107 });
  expect(groupWords('我今天去超市买菜', 0).length).toBeGreaterThan(1);
  expect(groupWords('🤡', 0)).toEqual([{ start: 0, end: 2 }]);
  expect(groupWords('…', 0)).toEqual([]);
});

test('neighbouring words that carried the score are one span', async () => {
  const source = textOf('so rude rude you');
  const reading: Reading = {
    source,
    view: 'raw',
    language: 'en',
    start: 0,
    end: 16,
    logits: [8, -4, 8, -4, -4, -4, -4, -4],
    encoder,
    discounts: [],
  };
  const [found] = await explain(asked(fakeModel()), ['toxicity'], new Map([['toxicity', reading]]));
  expect(found?.spans).toEqual([{ start: 3, end: 12 }]);
});

test('one reading is left out word by word only once, however many heads it flags', async () => {
  const model = fakeModel();
  const source = textOf('so rude');
  const reading: Reading = {
    source,
    view: 'raw',
    language: 'en',
    start: 0,
    end: 7,
    logits: [2, -4, 2, -4, -4, -4, -4, -4],
    encoder,
    discounts: [],
  };
  const best = new Map([
    ['toxicity', reading],
    ['harass.bully', reading],
  ] as const);
  await explain(asked(model), ['toxicity', 'harass.bully'], best);
  expect(model.runs()).toBe(2);
});

test('a score that no single word carried points at the whole', async () => {
  const source = textOf('fine words');
  const reading: Reading = {
    source,
    view: 'raw',
    language: 'en',
    start: 0,
    end: 10,
    logits: [-9, -4, -4, -4, -4, -4, -4, -4],
    encoder,
    discounts: [],
  };
  const [found] = await explain(asked(fakeModel()), ['toxicity'], new Map([['toxicity', reading]]));
  expect(found?.spans).toEqual([{ start: 0, end: 10 }]);
});

test('where the n-gram model is clear, the encoder is not asked again', async () => {
  const model = fakeModel();
  const head = { encoder: 1, ngrams: 1, b: 0, flag: 0.5, sure: 0.9, clear: 0.2 };
  const clear = { ...model, calibration: { version: 'test', languages: { '*': { toxicity: head } } } };
  const source = textOf('such a rude day');
  const reading: Reading = {
    source,
    view: 'raw',
    language: 'en',
    start: 0,
    end: 15,
    logits: [3, -4, 3, -4, -4, -4, -4, -4],
    encoder,
    discounts: [],
  };
  const [found] = await explain(asked(clear), ['toxicity'], new Map([['toxicity', reading]]));
  expect(found?.spans).toEqual([{ start: 7, end: 11 }]);
  expect(model.runs()).toBe(0);
});
