import { expect, test } from 'vitest';
import { type LanguageSegment, SCORE_KEYS } from '../../../src/domain.js';
import { judgeTexts } from '../../../src/stages/classify/judge.js';
import type { TextModel } from '../../../src/stages/classify/model.js';
import { MOST_ENCODED, MOST_PASSAGES, MOST_SEGMENTS } from '../../../src/stages/classify/read-view.js';
import { cutWindows, splitWords } from '../../../src/stages/classify/windows.js';
import { type FakeModel, fakeModel, RUDE, textOf } from './fake-model.js';

const EVEN = { encoder: 1, ngrams: 0, b: 0, flag: 0.5, sure: 0.9, clear: 0.2 };
const forever = new AbortController().signal;

test('scores hold every key, the words that carried a score are named, and the part too', async () => {
  const model = fakeModel();
  const read = await judgeTexts(model, [textOf('my day', 'title'), textOf('what a rude person')], 'en', forever);
  expect(Object.keys(read.scores)).toEqual([...SCORE_KEYS]);
  expect(read.scores.toxicity.calibrated).toBeGreaterThan(0.5);
  expect(read.scores['selfharm.risk'].calibrated).toBeLessThan(0.5);
  expect(read.evidence).toEqual([
    { key: 'toxicity', part: 'body', view: 'raw', spans: [{ start: 7, end: 11 }] },
    { key: 'harass.bully', part: 'body', view: 'raw', spans: [{ start: 7, end: 11 }] },
  ]);
  expect(read.certainty).toMatchObject({ toxicity: 'doubtful', 'selfharm.risk': 'clear' });
  expect(read.competence).toMatchObject({ toxicity: 'validated', 'harass.bully': 'weak', 'selfharm.risk': 'none' });
});

test('a threshold of the language decides what is flagged', async () => {
  const german = await judgeTexts(fakeModel(), [textOf('rude')], 'de', forever);
  const english = await judgeTexts(fakeModel(), [textOf('rude')], 'en', forever);
  expect(german.scores.toxicity.p).toBe(english.scores.toxicity.p);
  expect(german.scores.toxicity.calibrated).toBeLessThan(english.scores.toxicity.calibrated);
});

test('a word alone counts for less than the same word in a sentence, and the words that carried it are the same', async () => {
  const plain = fakeModel();
  const short = { toxicity: [3, 1] };
  const model = { ...plain, calibration: { ...plain.calibration, short } };
  const p = async (text: string): Promise<number> =>
    (await judgeTexts(model, [textOf(text)], 'en', forever)).scores.toxicity.p;
  const logit = (share: number): number => Math.log(share / (1 - share));
  expect(logit(await p('rude'))).toBeCloseTo(2 - 3, 6);
  expect(logit(await p('rude person'))).toBeCloseTo(2 - 1, 6);
  expect(logit(await p('a rude person'))).toBeCloseTo(2, 6);
  const long = await judgeTexts(model, [textOf('rude', 'title'), textOf('what a rude person')], 'en', forever);
  expect(long.evidence[0]).toMatchObject({ key: 'toxicity', part: 'body', spans: [{ start: 7, end: 11 }] });
});

test('few words of a language that nobody measured get more off, and longer texts too', async () => {
  const plain = fakeModel();
  const calibrated = { ...plain.calibration, short: { toxicity: [1] }, shortUnmeasured: { toxicity: [3, 2, 1] } };
  const model = { ...plain, calibration: calibrated };
  const logit = async (text: string, language: string): Promise<number> => {
    const { p } = (await judgeTexts(model, [textOf(text)], language, forever)).scores.toxicity;
    return Math.log(p / (1 - p));
  };
  expect(await logit('rude', 'en')).toBeCloseTo(2 - 1, 6);
  expect(await logit('rude', 'it')).toBeCloseTo(2 - 3, 6);
  expect(await logit('rude', 'und')).toBeCloseTo(2 - 3, 6);
  expect(await logit('a rude person', 'en')).toBeCloseTo(2, 6);
  expect(await logit('a rude person', 'it')).toBeCloseTo(2 - 1, 6);
});

test('an empty text is the lowest score and runs nothing', async () => {
  const model = fakeModel();
  const read = await judgeTexts(model, [textOf('  ')], 'und', forever);
  expect(read.scores.toxicity).toEqual({ score: 0, p: 0, calibrated: 0 });
  expect([read.windows, model.runs()]).toEqual([0, 0]);
});

test('what a disguise hid is found, named with its view, and points at the original', async () => {
  const raw = 'you ru\u200bde 👩‍👩‍👧 one';
  const read = await judgeTexts(fakeModel(), [textOf(raw)], 'en', forever);
  const found = read.evidence.find(({ key }) => key === 'toxicity');
  expect(found?.view).toBe('folded');
  expect(found?.spans.map(({ start, end }) => raw.slice(start, end))).toEqual(['ru\u200bde']);
});

test('the rude word of a very long text is read though the encoder reads only part of it', async () => {
  const model = fakeModel();
  const long = `${'fine words all day long '.repeat(3_000)} rude ${'and so on and on '.repeat(3_000)}`;
  const read = await judgeTexts(model, [textOf(long)], 'en', forever);
  expect(read.scores.toxicity.calibrated).toBeGreaterThan(0.5);
  expect(read.windows).toBe(MOST_ENCODED + MOST_PASSAGES);
});

test('a rare harm in a very long text is read though common ones fill every window', async () => {
  const plain = fakeModel();
  const PRIZE = 9;
  const of = (toxicity: number, spam: number): Float32Array =>
    Float32Array.from(SCORE_KEYS, (key) => (key === 'toxicity' ? toxicity : key === 'authentic.spam' ? spam : -4));
  const model: TextModel = {
    ...plain,
    encoder: {
      encode: (word) => (word === 'prize' ? [PRIZE] : plain.encoder.encode(word)),
      logits: async (ids) => of(-4, ids.includes(PRIZE) ? 4 : -4),
    },
    ngrams: { labels: 8, logits: (text) => of(1, text.includes('prize') ? -1 : -3) },
    calibration: { version: 'test', languages: { '*': { 'authentic.spam': EVEN } } },
  };
  const swearing = 'damn fine words all day long ';
  const long = `${swearing.repeat(1_500)} prize ${swearing.repeat(1_500)}`;
  const read = await judgeTexts(model, [textOf(long)], 'en', forever);
  expect(read.windows).toBeLessThanOrEqual(MOST_ENCODED + MOST_PASSAGES + SCORE_KEYS.length);
  expect(read.scores['authentic.spam'].calibrated).toBeGreaterThan(0.5);
});

const drowning = (plain: FakeModel): TextModel => ({
  ...plain,
  encoder: {
    ...plain.encoder,
    logits: async (ids) => Float32Array.from(SCORE_KEYS, () => (ids.includes(RUDE) ? 6 - ids.length / 10 : -4)),
  },
  calibration: { version: 'test', languages: { '*': Object.fromEntries(SCORE_KEYS.map((key) => [key, EVEN])) } },
  competence: { en: Object.fromEntries(SCORE_KEYS.map((key) => [key, 'weak'] as const)) },
});
const flaggedIn = ({ scores }: Awaited<ReturnType<typeof judgeTexts>>) =>
  SCORE_KEYS.filter((key) => scores[key].calibrated >= 0.5);

test('a harmful sentence among harmless ones is read by itself, and its words are named', async () => {
  const note = `${'A fine day by the sea. '.repeat(6)}What a rude person you really are. ${'We had tea and cake. '.repeat(6)}`;
  const read = await judgeTexts(drowning(fakeModel()), [textOf(note)], 'en', forever);
  expect(flaggedIn(read)).toEqual([...SCORE_KEYS]);
  for (const { spans } of read.evidence)
    expect(spans.map(({ start, end }) => note.slice(start, end)).join()).toMatch(/^\S*\s?rude/u);
  expect((await judgeTexts(drowning(fakeModel()), [textOf('rude and fine')], 'en', forever)).windows).toBe(1);
  // Where nobody measured the model, sentences are read for what is grave alone.
  const unmeasured = await judgeTexts(drowning(fakeModel()), [textOf(note)], 'it', forever);
  expect(flaggedIn(unmeasured)).toEqual(['violence.threat', 'selfharm.risk']);
});

test('what strikes the n-gram model in no sentence costs no run more', async () => {
  const quiet = fakeModel();
  const model: TextModel = {
    ...quiet,
    ngrams: { labels: 8, logits: () => new Float32Array(SCORE_KEYS.length).fill(-3) },
  };
  const note = 'A fine day by the sea. '.repeat(10);
  expect((await judgeTexts(model, [textOf(note)], 'en', forever)).windows).toBe(1);
});

test('what is grave is looked for sentence by sentence in a long text, whatever the n-gram model says', async () => {
  const blind: TextModel = {
    ...drowning(fakeModel()),
    ngrams: { labels: 8, logits: () => new Float32Array(SCORE_KEYS.length).fill(-3) },
  };
  const note = `${'A fine day by the sea. '.repeat(9)}What a rude person you really are. ${'We had tea and cake. '.repeat(9)}`;
  expect(flaggedIn(await judgeTexts(blind, [textOf(note)], 'en', forever))).toContain('selfharm.risk');
});

test('each window of a long text is a chance of a false alarm: the more, the more they get off', async () => {
  const model: TextModel = {
    ...fakeModel(),
    ngrams: { labels: 8, logits: () => new Float32Array(SCORE_KEYS.length).fill(-3) },
  };
  const logit = async (raw: string) => {
    const { p } = (await judgeTexts(model, [textOf(raw)], 'en', forever)).scores.toxicity;
    return Math.log(p / (1 - p));
  };
  const filler = 'fine words all day long ';
  expect(await logit(`rude ${filler.repeat(3)}`)).toBeCloseTo(2, 6);
  const windows = cutWindows(splitWords(`rude ${filler.repeat(60)}`, model.encoder.encode)).length;
  expect(windows).toBeGreaterThan(3);
  expect(await logit(`rude ${filler.repeat(60)}`)).toBeCloseTo(2 - Math.log2(windows) / 4, 6);
});

test('an aborted signal stops the reading', async () => {
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await expect(judgeTexts(fakeModel(), [textOf('a b c')], 'en', stop.signal)).rejects.toThrow('enough');
});

test('figures need no words: without explanations a flagged text is read once', async () => {
  const model = fakeModel();
  const read = await judgeTexts({ ...model, explains: false }, [textOf('what a rude person')], 'en', forever);
  expect(read.scores.toxicity.calibrated).toBeGreaterThan(0.5);
  expect([read.evidence, model.runs()]).toEqual([[], 1]);
});

const segment = (raw: string, words: string, tag: string): LanguageSegment => {
  const start = raw.indexOf(words);
  return { tag, confidence: 1, part: 'body', span: { start, end: start + words.length }, script: 'Latn' };
};

test('a line in another language is also read by itself, against the thresholds of that language', async () => {
  const raw = 'ein schöner Tag am See. what a rude person you are';
  const [host, guest] = [
    segment(raw, 'ein schöner Tag am See.', 'de'),
    segment(raw, 'what a rude person you are', 'en'),
  ];
  const read = (segments: readonly LanguageSegment[]) =>
    judgeTexts(fakeModel(), [textOf(raw)], 'de', forever, segments);
  const [whole, apart] = [await read([]), await read([host, guest])];
  expect(whole.scores.toxicity.calibrated).toBeLessThan(0.5);
  expect(whole.evidence.map(({ key }) => key)).not.toContain('toxicity');
  expect(apart.scores.toxicity.calibrated).toBeGreaterThan(0.5);
  expect(apart.windows).toBe(whole.windows + 1);
  const found = apart.evidence.find(({ key }) => key === 'toxicity');
  expect(found?.spans.map(({ start, end }) => raw.slice(start, end))).toEqual(['rude']);
  // German was not measured in this table: the model is believed no further for having found English.
  expect(apart.competence.toxicity).toBe('none');
});

test('no name, no other script of the same language and no language that nobody measured is read by itself', async () => {
  const raw = 'a fine day with rude Paul and so many rude friends';
  const others = [
    segment(raw, 'rude Paul', 'en'),
    segment(raw, 'so many rude friends', 'it'),
    segment(raw, raw, 'de-AT'),
  ];
  const read = await judgeTexts(fakeModel(), [textOf(raw)], 'de', forever, others);
  expect(read.windows).toBe(1);
});

test('of many segments the encoder reads the most striking', async () => {
  const line = 'so many fine words here. ';
  const raw = `${line.repeat(40)}you are a rude person. ${line.repeat(40)}`;
  const segments = [...raw.matchAll(/[^.]+\. /g)].map(({ 0: words, index }): LanguageSegment => {
    const span = { start: index, end: index + words.length };
    return { tag: 'en', confidence: 1, part: 'body', span, script: 'Latn' };
  });
  const plain = await judgeTexts(fakeModel(), [textOf(raw)], 'de', forever);
  const read = await judgeTexts(fakeModel(), [textOf(raw)], 'de', forever, segments);
  expect(read.windows).toBe(plain.windows + MOST_SEGMENTS);
  expect(read.scores.toxicity.calibrated).toBeGreaterThan(0.5);
});
