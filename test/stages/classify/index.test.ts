import { expect, test } from 'vitest';
import { SCORE_KEYS, type Score, type ScoreKey } from '../../../src/domain.js';
import type { ClassifiedText, Classifier } from '../../../src/ports.js';
import { classifyStage, severityOf } from '../../../src/stages/classify/index.js';
import type { StageInput } from '../../../src/stages/stage.js';
import { textOf } from './fake-model.js';

const every = <T>(value: T): Record<ScoreKey, T> =>
  Object.fromEntries(SCORE_KEYS.map((key) => [key, value])) as Record<ScoreKey, T>;
const low: Score = { score: 0.1, p: 0.1, calibrated: 0.1 };
const high: Score = { score: 0.9, p: 0.8, calibrated: 0.9 };

function recording(): Classifier & { readonly asked: string[] } {
  const asked: string[] = [];
  const read: Omit<ClassifiedText, 'language'> = {
    scores: { ...every(low), toxicity: high, 'harass.bully': high },
    evidence: [
      { key: 'toxicity', part: 'body', spans: [{ start: 0, end: 4 }], view: 'raw' },
      { key: 'harass.bully', part: 'body', spans: [{ start: 0, end: 4 }], view: 'folded' },
    ],
    competence: every('weak'),
    windows: 1,
  };
  return {
    asked,
    model: 'fake@1',
    classify: async (_, language) => {
      asked.push(language);
      return { ...read, language };
    },
    close: async () => {},
  };
}

const input = (evidence: StageInput['evidence'], languageHint?: string): StageInput => ({
  sourceId: 'src_1',
  revisionId: 'rev_1',
  note: { kind: 'note', title: '', body: 'rude', regions: [], context: {}, images: [], languageHint },
  texts: [textOf('rude')],
  evidence,
  repaired: false,
  now: 0,
});
const signal = new AbortController().signal;

test('one finding a flagged category; the umbrella is evidence and never a finding', async () => {
  const classifier = recording();
  const found = await classifyStage(classifier).run(input({}), signal);
  expect(found.findings.map(({ category, detector, view }) => [category, detector, view])).toEqual([
    ['harass.bully', 'text-model:harass.bully', 'folded'],
  ]);
  expect(found).toMatchObject({ model: 'fake@1', windows: 1, language: 'und' });
});

test("the language's own threshold of certainty decides how bad a finding can be", async () => {
  const severity = async (verdict: 'sure' | 'doubtful' | null): Promise<number | undefined> => {
    const plain = recording();
    const classify: Classifier['classify'] = async (...asked) => {
      const read = await plain.classify(...asked);
      const spans = [{ start: 0, end: 4 }];
      const evidence = [{ key: 'violence.threat', part: 'body', spans, view: 'raw' }] as const;
      const scores = { ...read.scores, 'violence.threat': { score: 0.9, p: 0.75, calibrated: 0.75 } };
      return { ...read, scores, evidence, ...(verdict === null ? {} : { certainty: every(verdict) }) };
    };
    const found = await classifyStage({ ...plain, classify }).run(input({}), signal);
    if (verdict !== null) expect(found.certainty?.['violence.threat']).toBe(verdict);
    return found.findings[0]?.severity;
  };
  expect([await severity('sure'), await severity('doubtful'), await severity(null)]).toEqual([3, 2, 2]);
});

test('the detected language is read first, then the hint, then nobody knows', async () => {
  const classifier = recording();
  const stage = classifyStage(classifier);
  const language = {
    status: 'found',
    ms: 1,
    version: '1',
    value: { languages: [{ tag: 'pl', confidence: 0.9 }], segments: [], mixed: false },
  } as const;
  await stage.run(input({ language }, 'de'), signal);
  await stage.run(input({}, 'de'), signal);
  await stage.run(input({}), signal);
  expect(classifier.asked).toEqual(['pl', 'de', 'und']);
});

test('a mixed note is trusted no further than in the language that the model knows least', async () => {
  const known = { en: 'validated', ro: 'weak', it: 'none' } as const;
  const competence = (tag: string) => every(Object.entries(known).find(([name]) => name === tag)?.[1] ?? 'none');
  const plain = recording();
  const classify: Classifier['classify'] = async (texts, tag, stop) => ({
    ...(await plain.classify(texts, tag, stop)),
    competence: competence(tag),
  });
  const mixed = async (second: string, length: number) => {
    const part = 'body' as const;
    const segments = [
      { tag: 'en', confidence: 1, span: { start: 0, end: 60 }, script: 'Latn', part },
      { tag: second, confidence: 1, span: { start: 60, end: 60 + length }, script: 'Latn', part },
    ];
    const languages = [{ tag: 'en', confidence: 0.6 }];
    const language = { status: 'found', ms: 1, version: '1', value: { languages, segments, mixed: true } } as const;
    const stage = classifyStage({ ...plain, classify, competence: async (tag) => competence(tag) });
    const found = await stage.run(input({ language }), signal);
    return [found.language, found.competence.toxicity];
  };
  expect(await mixed('it', 40)).toEqual(['en', 'none']);
  expect(await mixed('ro', 40)).toEqual(['en', 'weak']);
  expect(await mixed('it', 10)).toEqual(['en', 'validated']);
});

test('a note that may as well be in another language is trusted no further than in that one', async () => {
  const competence = (tag: string) => every(tag === 'ro' ? ('validated' as const) : ('none' as const));
  const plain = recording();
  const classify: Classifier['classify'] = async (texts, tag, stop) => ({
    ...(await plain.classify(texts, tag, stop)),
    competence: competence(tag),
  });
  const guessed = async (ro: number, it: number) => {
    const languages = [
      { tag: 'ro', confidence: ro },
      { tag: 'it', confidence: it },
    ];
    const value = { languages, segments: [], mixed: false };
    const stage = classifyStage({ ...plain, classify, competence: async (tag) => competence(tag) });
    const found = await stage.run(input({ language: { status: 'found', ms: 1, version: '1', value } }), signal);
    return [found.language, found.competence.toxicity];
  };
  expect(await guessed(0.25, 0.2)).toEqual(['ro', 'none']);
  expect(await guessed(0.9, 0.05)).toEqual(['ro', 'validated']);
});

test('it runs when there is text', () => {
  const stage = classifyStage(recording());
  expect(stage.when(input({}), { wanted: new Set() })).toEqual({ run: true });
  expect(stage.when({ ...input({}), texts: [] }, { wanted: new Set() })).toEqual({ run: false, why: 'no_text' });
});

test('a model alone never claims the highest severity', () => {
  expect([severityOf('violence.threat', true), severityOf('violence.threat', false)]).toEqual([3, 2]);
  expect([severityOf('profanity.mild', true), severityOf('authentic.spam', false)]).toEqual([0, 1]);
});

test.each([
  ['a score is missing', (read: ClassifiedText) => ({ ...read, scores: {} })],
  [
    'a score is no number',
    (read: ClassifiedText) => ({ ...read, scores: { ...read.scores, toxicity: { ...low, p: Number.NaN } } }),
  ],
  [
    'a score lies beyond 1',
    (read: ClassifiedText) => ({ ...read, scores: { ...read.scores, toxicity: { ...low, p: 7 } } }),
  ],
  ['the competence is missing', (read: ClassifiedText) => ({ ...read, competence: {} })],
])('is a failure when %s', async (_name, spoil) => {
  const sound = recording();
  const spoilt: Classifier = {
    ...sound,
    classify: async (...asked) => spoil(await sound.classify(...asked)) as unknown as ClassifiedText,
  };
  const evidence = { language: { status: 'skipped', why: 'no_text' } } as const;
  await expect(classifyStage(spoilt).run(input(evidence), new AbortController().signal)).rejects.toThrow('gives no');
});
