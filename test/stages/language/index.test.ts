import { expect, test } from 'vitest';
import { loadLanguageModel } from '../../../src/adapters/language-ngrams.js';
import type { LabelledText, NormalisedText, Note } from '../../../src/domain.js';
import { languageStage } from '../../../src/stages/language/index.js';
import type { StageInput } from '../../../src/stages/stage.js';

const textOf = (raw: string): NormalisedText => ({
  raw,
  view: () => {
    throw new Error('detection reads the raw text only');
  },
});
const labelled = (part: LabelledText['part'], raw: string): LabelledText => ({ part, text: textOf(raw) });
const note = (languageHint?: string): Note => ({
  kind: 'note',
  title: '',
  body: '',
  regions: [],
  context: {},
  images: [],
  languageHint,
});
const input = (texts: readonly LabelledText[], hint?: string): StageInput => ({
  sourceId: 'source_1',
  revisionId: 'rev_1',
  note: note(hint),
  texts,
  evidence: {},
  repaired: false,
  now: 0,
});
/** Says what the first word tells it, with a confidence of twentieths after the tag: "de9 ...". */
const told = {
  guess: (text: string) => {
    const [, tag = 'und', twentieths = '9'] = /^([a-z]{2})(\d)/u.exec(text) ?? [];
    const confidence = Number(twentieths) / 20;
    return [
      { tag, confidence },
      { tag: 'zz', confidence: confidence / 4 },
    ];
  },
};
const stage = languageStage(told);
const run = (texts: readonly LabelledText[], hint?: string) =>
  stage.run(input(texts, hint), AbortSignal.timeout(1_000));

test('title and body are both read, segments name their part', async () => {
  const value = await run([labelled('title', 'de9 eins zwei'), labelled('body', 'en9 one two three four five')]);
  expect(value.segments.map(({ part, tag }) => [part, tag])).toEqual([
    ['title', 'de'],
    ['body', 'en'],
  ]);
  expect(value.mixed).toBe(true);
  expect(value.languages.map((guess) => guess.tag).slice(0, 2)).toEqual(['en', 'de']);
});

test('text read from images does not colour the note', async () => {
  const value = await run([labelled('body', 'en9 one two'), labelled('image:0', 'de9 eins zwei drei vier')]);
  expect(value.languages[0]?.tag).toBe('en');
  expect(value.mixed).toBe(false);
});

test('a guess of little confidence is und, and no guess of it remains', async () => {
  const value = await run([labelled('body', 'aa2 bbb ccc')], 'aa');
  expect(value.languages).toEqual([{ tag: 'und', confidence: expect.closeTo(0.9) }]);
  expect(value.segments).toEqual([expect.objectContaining({ tag: 'und', span: { start: 0, end: 11 } })]);
  expect(value.mixed).toBe(false);
});

test('a note without letters is und without segments', async () => {
  const value = await run([labelled('title', ''), labelled('body', '123 👍')]);
  expect(value).toEqual({ languages: [{ tag: 'und', confidence: 1 }], segments: [], mixed: false });
});

test('the stage runs when there is text and says why when not', () => {
  const needs = { wanted: new Set([stage.name]) };
  expect(stage.when(input([labelled('body', 'x')]), needs)).toEqual({ run: true });
  expect(stage.when(input([labelled('body', '')]), needs)).toEqual({ run: false, why: 'no_text' });
});

test.each([
  ['no tag', { tag: 'not a tag', confidence: 0.9 }],
  ['no number', { tag: 'en', confidence: Number.NaN }],
  ['no share', { tag: 'en', confidence: 2 }],
])('is a failure when the model answers %s', async (_name, guess) => {
  const stage = languageStage({ guess: () => [guess] });
  const long = labelled('body', 'A sentence that is long enough to be asked about.');
  await expect(async () => stage.run(input([long]), new AbortController().signal)).rejects.toThrow('no guesses');
});

test('a short title without a telling letter is in the script of the body', async () => {
  const real = languageStage(loadLanguageModel('models/language/language.bin.gz'));
  const parts = (body: string) => [labelled('title', '晚上好'), labelled('body', body)];
  const read = (body: string) => real.run(input(parts(body)), AbortSignal.timeout(5_000));
  const tags = async (body: string) => {
    const { segments, mixed } = await read(body);
    return [...segments.map(({ tag }) => tag), mixed];
  };
  expect(await tags('我们家后面的花园今年开满了花。')).toEqual(['zh-Hans', 'zh-Hans', false]);
  expect(await tags('我們家後面的花園今年開滿了花。')).toEqual(['zh-Hant', 'zh-Hant', false]);
});
