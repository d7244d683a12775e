/** Figures of speech explain a false alarm of the model, and never hide what anything else saw. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import type { Finding, IdiomHit, Span } from '../../src/domain.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { onlyIdioms } from '../../src/policy/idioms.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { compileBanks } from '../../src/stages/match/matcher.js';
import { parseTermBank } from '../../src/stages/match/term-bank.js';
import { normaliseText } from '../../src/stages/normalise/text.js';

const seen = (spans: readonly Span[], rest: Partial<Finding> = {}): Finding => ({
  category: 'violence.threat',
  score: 0.9,
  calibrated: 0.9,
  severity: 3,
  source: 'classifier',
  detector: 'violence.threat',
  part: 'body',
  spans,
  view: 'raw',
  ...rest,
});
const idiom = (spans: readonly Span[], rest: Partial<IdiomHit> = {}): IdiomHit => ({
  id: 'en.idiom.kitchen',
  part: 'body',
  spans,
  excuses: ['violence.threat'],
  ...rest,
});
const HEAT = { start: 10, end: 23 };

describe('only idioms', () => {
  test.each<[string, readonly Finding[], readonly IdiomHit[], boolean]>([
    ['every place is an idiom', [seen([HEAT])], [idiom([HEAT])], true],
    ['the place is a little wider', [seen([{ start: 4, end: 30 }])], [idiom([HEAT])], true],
    ['the place is far wider', [seen([{ start: 0, end: 90 }])], [idiom([HEAT])], false],
    ['one place lies outside', [seen([HEAT, { start: 40, end: 50 }])], [idiom([HEAT])], false],
    ['known words saw it too', [seen([HEAT]), seen([HEAT], { source: 'term' })], [idiom([HEAT])], false],
    ['the model did not say where', [seen([])], [idiom([HEAT])], false],
    ['another part of the note', [seen([HEAT])], [idiom([HEAT], { part: 'title' })], false],
    ['an idiom for another category', [seen([HEAT])], [idiom([HEAT], { excuses: ['harass.bully'] })], false],
    ['nothing was seen', [], [idiom([HEAT])], false],
    ['no idioms', [seen([HEAT])], [], false],
  ])('%s', (_, findings, idioms, answer) => {
    expect(onlyIdioms('violence.threat', findings, idioms)).toBe(answer);
  });

  test('one more finding never turns no into yes', () => {
    const span = fc
      .tuple(fc.nat(60), fc.integer({ min: 1, max: 20 }))
      .map(([start, size]) => ({ start, end: start + size }));
    const findings = fc.array(
      fc.array(span, { maxLength: 3 }).map((spans) => seen(spans)),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(findings, fc.array(span, { maxLength: 4 }), fc.array(span, { maxLength: 3 }), (all, places, more) => {
        const idioms = [idiom(places)];
        if (!onlyIdioms('violence.threat', all, idioms)) {
          expect(onlyIdioms('violence.threat', [...all, seen(more)], idioms)).toBe(false);
        }
      }),
    );
  });
});

describe('idioms of a bank', () => {
  const BANK = `language: en
terms:
  - { id: en.scam.x, patterns: [easy money], category: fraud.scam, severity: 3, source: test }
idioms:
  - { id: en.idiom.k, patterns: ["kill the {heat|lights}"], excuses: [violence.threat], source: test }
`;
  test('are told apart from findings, with their places', () => {
    const matcher = compileBanks([parseTermBank(BANK, 'terms/en.yaml')]);
    const labelled = { part: 'body', text: normaliseText('Now KILL the heat, easy money.') } as const;
    expect(matcher.scan(labelled).map(({ detector }) => detector)).toEqual(['en.scam.x']);
    expect(matcher.idioms(labelled)).toEqual([
      { id: 'en.idiom.k', part: 'body', spans: [{ start: 4, end: 17 }], excuses: ['violence.threat'] },
    ]);
    expect(matcher.ids.has('en.idiom.k')).toBe(false);
  });
  test('a bank without any has none', async () => {
    const text = await readFile('policies/terms/he.yaml', 'utf8');
    const matcher = compileBanks([parseTermBank(text, 'terms/he.yaml')]);
    expect(matcher.idioms({ part: 'body', text: normaliseText('x') })).toEqual([]);
  });
  test.each([
    ['an unknown key', BANK.replace('excuses:', 'excuse:'), 'unknown key "excuse"; did you mean "excuses"?'],
    ['an unknown category', BANK.replace('[violence.threat]', '[violence.thread]'), 'did you mean "violence.threat"?'],
    ['an id that a term has', BANK.replace('en.idiom.k', 'en.scam.x'), 'id "en.scam.x" is used twice'],
    ['a choice that is not closed', BANK.replace('lights}', 'lights'), 'without its "}"'],
  ])('%s', (_, text, message) => {
    expect(() => parseTermBank(text, 'terms/en.yaml')).toThrow(message);
  });
});

describe('places with unlucky names', () => {
  const BODY = 'We had tea in Scunthorpe and walked on to Penistone.';
  test('are no attack on a group, unless the model points elsewhere too', async () => {
    const bundle = await loadBundle('policies');
    const matcher = compileBanks([parseTermBank(await readFile('policies/terms/en.yaml', 'utf8'), 'terms/en.yaml')]);
    const actionFor = (...words: readonly string[]): string | undefined => {
      const input = testInput({ expect: 'match', language: 'en', scores: { 'hate.attack': 0.7 } }, Date.now());
      const { classify } = input.evidence;
      if (classify.status !== 'found') throw new Error('no scores');
      const spans = words.map((word) => ({ start: BODY.indexOf(word), end: BODY.indexOf(word) + word.length }));
      const findings = classify.value.findings.map((finding) => ({ ...finding, spans }));
      const idioms = matcher.idioms({ part: 'body', text: normaliseText(BODY) });
      const match = { status: 'found', value: { findings: [], contacts: [], idioms }, ms: 0, version: '1' } as const;
      const found = { ...classify, value: { ...classify.value, findings } };
      const evidence = { ...input.evidence, match, classify: found };
      return evaluate({ ...input, evidence }, bundle, ['us']).decisions[0]?.action;
    };
    expect(actionFor('Scunthorpe', 'Penistone')).toBe('allow');
    expect(actionFor('Scunthorpe', 'walked')).toBe('review');
  });
});
