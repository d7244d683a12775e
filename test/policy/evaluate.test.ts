import { describe, expect, test } from 'vitest';
import type { Decision, Evaluation, Evidence, ImageModelReading, NoteFacts } from '../../src/domain.js';
import { evaluate } from '../../src/policy/evaluate.js';
import type { Bundle } from '../../src/policy/model.js';
import type { RuleTest } from '../../src/policy/schema-rule.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { bundleOf, GLOBAL_HEAD, global, region, rule, rules } from './bench-files.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
interface Changes {
  readonly facts?: Partial<NoteFacts>;
  readonly evidence?: Partial<Evidence>;
}
function judge(
  bundle: Bundle,
  fields: Partial<RuleTest>,
  regions: readonly string[] = ['global'],
  changes: Changes = {},
): Evaluation {
  const input = testInput({ expect: 'match', ...fields }, NOW);
  const facts = { ...input.facts, ...changes.facts };
  return evaluate({ ...input, facts, evidence: { ...input.evidence, ...changes.evidence } }, bundle, regions);
}
function only(evaluation: Evaluation): Decision {
  const [decision] = evaluation.decisions;
  if (decision === undefined || evaluation.decisions.length > 1) throw new Error('not one decision');
  return decision;
}
const HATE = { scores: { 'hate.attack': 0.7 } } as const;

describe("the model's word", () => {
  const bundle = bundleOf({ 'global.yaml': global(rule({ id: 'flagged', does: '{ action: review }' })) });
  /** A scarce label: flagged at calibrated .7, though one flagged text in five is harmful. */
  const flaggedAt = (p: number, competence: 'validated' | 'weak' | 'none'): string => {
    const { classify } = testInput({ expect: 'match', ...HATE, competence }, NOW).evidence;
    if (classify.status !== 'found') throw new Error('the test has no scores');
    const scores = { ...classify.value.scores, 'hate.attack': { score: p, p, calibrated: 0.7 } };
    const evidence = { classify: { ...classify, value: { ...classify.value, scores } } };
    return only(judge(bundle, { ...HATE, competence }, ['global'], { evidence })).action;
  };
  test.each([
    [0.2, 'none', 'allow'],
    [0.2, 'weak', 'allow'],
    [0.5, 'none', 'allow'],
    [0.75, 'none', 'review'],
    [0.5, 'weak', 'review'],
    [0.2, 'validated', 'review'],
  ] as const)('at p %d, %s -> %s', (p, competence, action) => {
    expect(flaggedAt(p, competence)).toBe(action);
  });
});

describe('lists that a rule walks', () => {
  const bundle = bundleOf({
    'global.yaml': global(
      rule({ id: 'a', when: 'findings.exists(f, f.category == "hate.attack" && f.source == "image_model")' }),
      rule({ id: 'b', when: 'contacts.exists(c, c.kind == "messenger" && c.view != "raw")' }),
      rule({ id: 'c', when: 'has_contact("email")' }),
    ),
  });
  const hits = (fields: Partial<RuleTest>) => only(judge(bundle, fields)).rules.map((hit) => hit.rule);
  test('do not lose one kind to a flood of another', () => {
    const seen = { category: 'hate.attack', severity: 1, source: 'image_model', score: 0.8 } as const;
    const flood = Array.from({ length: 80 }, () => 'goods.drugs' as const);
    expect(hits({ findings: [...flood, seen] })).toEqual(['a']);
    const cloaked = { kind: 'messenger', view: 'skeleton' } as const;
    const tags = Array.from({ length: 80 }, () => 'hashtag' as const);
    expect(hits({ contacts: [...tags, cloaked, 'email'] })).toEqual(['b', 'c']);
  });
});

describe('merging', () => {
  const bundle = bundleOf({
    'global.yaml': global(
      rule({ id: 'label', does: '{ action: label, side: [escalate] }', severity: '1' }),
      rule({ id: 'limit', does: '{ action: limit, hours: 24, fallback: allow, side: [demonetise] }' }),
      rule({ id: 'grave', does: '{ action: limit, hours: 12, fallback: allow }', severity: '3', message: 'Grave.' }),
      rule({ id: 'seen', does: '{ action: remove, side: [ban] }', mode: 'shadow' }),
      rule({ id: 'off', does: '{ action: hold }', mode: 'disabled' }),
    ),
  });

  test('the strongest action wins, the graver rule leads, all reasons are kept', () => {
    const decision = only(judge(bundle, HATE));
    expect(decision).toMatchObject({ action: 'limit', severity: 3, category: 'hate.attack', policy: 'global' });
    expect(decision.rules.map((hit) => hit.rule)).toEqual(['grave', 'limit', 'label']);
    expect(decision.ground).toEqual({ kind: 'terms', ref: 't1', url: 'https://example.org/t1', version: '1' });
    expect(decision.rules[0]?.findings).toHaveLength(1);
  });

  test('side actions are added beside, those of shadow rules are not', () => {
    expect(only(judge(bundle, HATE)).sideActions).toEqual(['demonetise', 'escalate']);
    expect(only(judge(bundle, HATE)).shadow.map((hit) => [hit.rule, hit.mode])).toEqual([['seen', 'shadow']]);
  });

  test('the end is that of the leading rule', () => {
    expect(only(judge(bundle, HATE)).end).toBe('2026-06-01T12:00:00.000Z');
    expect(only(judge(bundle, {})).end).toBeNull();
  });

  test('nothing found is allowed, with nothing to say', () => {
    expect(only(judge(bundle, {}))).toEqual({
      regions: ['global'],
      policy: 'global',
      action: 'allow',
      sideActions: [],
      severity: 0,
      category: null,
      ground: null,
      rules: [],
      shadow: [],
      gaps: [],
      end: null,
    });
  });

  test('the bundle is pinned', () => {
    expect(judge(bundle, {}).bundleHash).toBe(bundle.hash);
  });
});

describe('exceptions', () => {
  const allow = (exempts: string) =>
    rule({
      id: 'own',
      category: 'hate.attack',
      severity: '0',
      when: 'has_flag("self_reference")',
      does: '{ action: allow }',
      exempts,
      notice: 'null',
    });
  const bundle = bundleOf({
    'global.yaml': global(
      allow('[hate.attack]'),
      rule({ id: 'hate', does: '{ action: review }' }),
      rule({ id: 'scam', category: 'fraud.scam', when: 'any_finding("fraud.scam")', does: '{ action: review }' }),
    ),
  });

  test('let their categories through, and say so', () => {
    const decision = only(judge(bundle, { ...HATE, flags: ['self_reference'] }));
    expect(decision).toMatchObject({ action: 'allow', category: 'hate.attack' });
    expect(decision.rules.map((hit) => hit.rule)).toEqual(['own']);
    expect(decision.shadow.map((hit) => hit.rule)).toEqual(['hate']);
  });

  test('leave other categories and gaps alone', () => {
    const flags = ['self_reference'] as const;
    const both = only(judge(bundle, { ...HATE, flags: [...flags], findings: ['fraud.scam'] }));
    expect(both).toMatchObject({ action: 'review', category: 'fraud.scam' });
    expect(only(judge(bundle, { ...HATE, flags: [...flags], failed: ['match'] })).action).toBe('review');
  });
});

describe('modes', () => {
  const bundle = bundleOf({ 'global.yaml': global(rule({ id: 'c', mode: 'canary(40)' })) });
  const asAuthor = (id: string | null): Decision =>
    only(judge(bundle, HATE, ['global'], { facts: { author: id === null ? null : { id } } }));

  test('a canary takes its share of authors, always the same ones', () => {
    const ids = Array.from({ length: 500 }, (_, index) => `author-${index}`);
    const inside = ids.filter((id) => asAuthor(id).action === 'limit');
    expect(inside.length).toBeGreaterThan(150);
    expect(inside.length).toBeLessThan(250);
    expect(ids.filter((id) => asAuthor(id).action === 'limit')).toEqual(inside);
    const [first = ''] = inside;
    expect(asAuthor(first).rules[0]?.mode).toBe('canary');
  });

  test('outside the canary, or without an author, the hit is only recorded', () => {
    expect(asAuthor(null)).toMatchObject({ action: 'allow', rules: [], shadow: [{ rule: 'c', mode: 'canary' }] });
  });
});

describe('a broken rule', () => {
  const broken = (fields: Record<string, string>) =>
    bundleOf({ 'global.yaml': global(rule({ id: 'b', when: 'findings[2].score > 0.5', ...fields })) });
  test.each([
    [{ severity: '2' }, 'review'],
    [{ severity: '3' }, 'hold'],
    [{ severity: '3', mode: 'shadow' }, 'allow'],
    [{ severity: '3', mode: 'disabled' }, 'allow'],
  ])('%o -> %s', (fields, action) => {
    const decision = only(judge(broken(fields), {}));
    expect(decision.action).toBe(action);
    expect(decision.gaps.map((gap) => gap.status)).toEqual(
      'mode' in fields && fields.mode === 'disabled' ? [] : ['rule_error'],
    );
  });
  test('unless that breaks is an error too', () => {
    const bundle = broken({ when: '1 < 2', unless: 'findings[2].score > 0.5' });
    expect(only(judge(bundle, {})).gaps[0]).toMatchObject({ stage: 'policy', status: 'rule_error', action: 'review' });
    expect(only(judge(bundle, {})).gaps[0]?.why).toMatch(/^b: /);
  });
});

describe('the word of the model alone', () => {
  const bundle = bundleOf({
    'global.yaml': global(
      rule({
        id: 'm',
        severity: '3',
        does: '{ action: remove, side: [escalate, ban] }',
        when: 'reaches("hate.attack", "remove")',
      }),
    ),
  });
  const scores = { 'hate.attack': 0.95 } as const;
  test.each([
    ['validated', 'remove'],
    ['weak', 'review'],
    ['none', 'review'],
  ] as const)('competence %s -> %s', (competence, action) => {
    const decision = only(judge(bundle, { scores, competence, language: 'de' }));
    expect(decision.rules[0]?.action).toBe(action);
    expect(decision.sideActions).toEqual(action === 'remove' ? ['ban', 'escalate'] : ['escalate']);
  });
  test('another detector lifts the cap', () => {
    const decision = only(judge(bundle, { scores, competence: 'none', findings: ['hate.attack'] }));
    expect(decision.rules[0]?.action).toBe('remove');
  });
  test.each([
    'any_finding("hate.attack")',
    'found_by("hate.attack", "classifier")',
    'max_severity("hate.attack") > 0',
    'findings.exists(f, f.category == "hate.attack")',
  ])('is capped as well where a rule asks for findings: %s', (when) => {
    const asks = bundleOf({ 'global.yaml': global(rule({ id: 'f', does: '{ action: remove }', when })) });
    expect(only(judge(asks, { scores, competence: 'none' })).action).toBe('review');
    expect(only(judge(asks, { scores, competence: 'validated' })).action).toBe('remove');
    expect(only(judge(asks, { scores, competence: 'none', findings: ['hate.attack'] })).action).toBe('remove');
  });
  test('a rule that asks for no word of the model is not capped by what the model found beside it', () => {
    const link = bundleOf({
      'global.yaml': global(rule({ id: 'c', does: '{ action: remove }', when: 'has_contact("url")' })),
    });
    const beside = only(judge(link, { scores, competence: 'none', contacts: ['url'] }));
    expect(beside.rules.find(({ rule: id }) => id === 'c')?.action).toBe('remove');
  });
  test('what fires without the model keeps its action, whatever the model finds beside it', () => {
    const either = bundleOf({
      'global.yaml': global(
        rule({
          id: 'e',
          category: 'hate.attack',
          does: '{ action: remove }',
          when: 'any_finding("hate.attack") || any_finding("goods.drugs")',
        }),
      ),
    });
    const known = ['goods.drugs' as const];
    expect(only(judge(either, { competence: 'none', findings: known })).action).toBe('remove');
    expect(only(judge(either, { scores, competence: 'none', findings: known })).action).toBe('remove');
    expect(only(judge(either, { scores, competence: 'none' })).action).toBe('review');
  });
  test('a rule of one category that fires on what the model found in another is capped', () => {
    const other = bundleOf({
      'global.yaml': global(
        rule({ id: 'o', category: 'fraud.scam', does: '{ action: remove }', when: 'any_finding("hate.attack")' }),
      ),
    });
    expect(only(judge(other, { scores, competence: 'none' })).action).toBe('review');
  });
  test.each([
    ['harass.bully', 'review'],
    ['hate.attack', 'remove'],
  ] as const)(
    'a head that was not validated lends no strength to a rule of one that was: %s -> %s',
    (heard, action) => {
      const when = `max_score("${heard}") >= 0.9`;
      const bundle = bundleOf({ 'global.yaml': global(rule({ id: 'o', does: '{ action: remove }', when })) });
      const { classify } = testInput({ expect: 'match', scores: { [heard]: 0.95 } }, NOW).evidence;
      if (classify.status !== 'found') throw new Error('the test has no scores');
      const competence = { ...classify.value.competence, 'harass.bully': 'none' as const };
      const evidence = { classify: { ...classify, value: { ...classify.value, competence } } };
      expect(only(judge(bundle, {}, ['global'], { evidence })).action).toBe(action);
    },
  );
  test('a category that is no head of the model asks for the umbrella', () => {
    const scam = bundleOf({
      'global.yaml': global(
        rule({
          id: 's',
          category: 'fraud.scam',
          does: '{ action: remove }',
          when: 'scores["toxicity"].calibrated > 0.5',
        }),
      ),
    });
    expect(only(judge(scam, { scores: { toxicity: 0.9 } })).action).toBe('remove');
    expect(only(judge(scam, { scores: { toxicity: 0.9 }, competence: 'weak' })).action).toBe('review');
  });
});

describe('regions', () => {
  const bundle = bundleOf({
    'global.yaml': global(rule({ id: 'r' })),
    'regions/eu.yaml': region('eu', 'members: [at, fr]\n'),
    'regions/de.yaml': region('de', rules('  - id: r\n    then: { action: label }\n'), 'eu'),
    'regions/us.yaml': region('us'),
    'regions/br.yaml': region('br', 'effective_from: 2026-07-01\nthresholds: { hate.attack: { review: 0.9 } }\n'),
  });

  test('one decision per distinct outcome; the nearest common file speaks for it', () => {
    const { decisions } = judge(bundle, HATE, ['us', 'de', 'at', 'eu']);
    expect(decisions.map(({ regions, policy, action }) => [regions, policy, action])).toEqual([
      [['at', 'eu', 'us'], 'global', 'limit'],
      [['de'], 'de', 'label'],
    ]);
    expect(judge(bundle, HATE, ['at', 'fr']).decisions[0]).toMatchObject({ regions: ['at', 'fr'], policy: 'eu' });
  });

  test('no regions means every file, each region once', () => {
    const { decisions } = judge(bundle, {}, []);
    expect(decisions.flatMap((decision) => decision.regions).sort()).toEqual(['br', 'de', 'eu', 'global', 'us']);
    expect(only(judge(bundle, {}, ['de', 'de'])).regions).toEqual(['de']);
  });

  test('a country without file or group is judged by global, and the gap says so', () => {
    const decision = only(judge(bundle, {}, ['zw']));
    expect(decision).toMatchObject({ policy: 'global', action: 'allow' });
    expect(decision.gaps).toEqual([
      { stage: 'policy', status: 'no_region_file', why: 'no file for zw, global speaks', action: 'allow' },
    ]);
    expect(judge(bundle, {}, ['zw', 'ke']).decisions).toHaveLength(1);
  });

  test('a file that is not in force leaves the word to the one that it extends', () => {
    expect(only(judge(bundle, HATE, ['br']))).toMatchObject({ policy: 'global', action: 'limit' });
    expect(only(judge(bundle, HATE, ['br'])).gaps[0]?.why).toBe('the file of br is not in force, global speaks');
    const july = { facts: { now: '2026-07-02T00:00:00Z', acceptedAt: '2026-07-02T00:00:00Z' } };
    expect(only(judge(bundle, HATE, ['br'], july))).toMatchObject({ policy: 'br', action: 'allow' });
  });
});

describe('missing evidence', () => {
  const bundle = bundleOf({ 'global.yaml': global(rule({ id: 'r' })) });
  const gaps = (decision: Decision): readonly string[] =>
    decision.gaps.map((gap) => `${gap.stage} ${gap.status} ${gap.why} ${gap.action}`);

  test.each<[string, Changes, string, readonly string[]]>([
    [
      'a failed stage',
      { evidence: { classify: { status: 'failed', code: 'model_missing', message: '' } } },
      'hold',
      ['classify failed model_missing hold'],
    ],
    [
      'a stage left out',
      { evidence: { match: { status: 'skipped', why: 'not_selected' } } },
      'review',
      ['match skipped not_selected review'],
    ],
    [
      'no model',
      { evidence: { classify: { status: 'skipped', why: 'no_model' } } },
      'review',
      ['classify skipped no_model review'],
    ],
    [
      'no store for the campaign',
      { evidence: { campaign: { status: 'skipped', why: 'no_store' } } },
      'allow',
      ['campaign skipped no_store allow'],
    ],
    [
      'pictures that nobody read',
      { facts: { hasImages: true }, evidence: { images: { status: 'skipped', why: 'not_supported' } } },
      'review',
      ['images skipped not_supported review'],
    ],
    ['pictures said to be none', { facts: { hasImages: true } }, 'review', ['images skipped no_images review']],
    ['no pictures to read', { evidence: { images: { status: 'skipped', why: 'not_selected' } } }, 'allow', []],
    [
      'no text to read',
      { facts: { textLength: 0 }, evidence: { classify: { status: 'skipped', why: 'not_selected' } } },
      'allow',
      [],
    ],
    [
      'an opinion nobody asked for',
      { evidence: { deliberate: { status: 'skipped', why: 'not_configured' } } },
      'allow',
      [],
    ],
    [
      'an opinion that failed',
      { evidence: { deliberate: { status: 'failed', code: 'stage_failed', message: '' } } },
      'review',
      ['deliberate failed stage_failed review'],
    ],
  ])('%s', (_, changes, action, expected) => {
    const decision = only(judge(bundle, {}, ['global'], changes));
    expect(decision.action).toBe(action);
    expect(gaps(decision)).toEqual(expected);
  });

  const due = { status: 'due', until: '2026-06-01T00:30:00Z' } as const;
  test('required evidence that is due: pending, and no allow', () => {
    const evaluation = judge(bundle, {}, ['global'], { evidence: { images: due } });
    expect(evaluation).toMatchObject({ pending: true, decisions: [] });
  });
  test('what is grave already is decided while evidence is due', () => {
    const evaluation = judge(bundle, HATE, ['global'], { evidence: { images: due } });
    expect(evaluation.pending).toBe(true);
    expect(only(evaluation).action).toBe('limit');
  });
  test('past the deadline it is a gap', () => {
    const facts = { now: '2026-06-01T00:15:00Z', acceptedAt: '2026-06-01T00:00:00Z' };
    const evaluation = judge(bundle, {}, ['global'], { facts, evidence: { images: due } });
    expect(evaluation.pending).toBe(false);
    expect(gaps(only(evaluation))).toEqual(['images overdue not there by the deadline review']);
    expect(
      judge(bundle, {}, ['global'], { facts: { ...facts, now: '2026-06-01T00:14:59Z' }, evidence: { images: due } })
        .pending,
    ).toBe(true);
  });
  test('a date that cannot be read ends the waiting', () => {
    const evaluation = judge(bundle, {}, ['global'], { facts: { acceptedAt: 'soon' }, evidence: { images: due } });
    expect(evaluation.pending).toBe(false);
  });
  test('evidence that is only wished for is not waited for', () => {
    const evaluation = judge(bundle, {}, ['global'], { evidence: { campaign: due } });
    expect(evaluation.pending).toBe(false);
    expect(only(evaluation).action).toBe('allow');
  });
  test('a hold for want of evidence ends', () => {
    const evidence = { classify: { status: 'failed', code: 'model_missing', message: '' } } as const;
    expect(only(judge(bundle, {}, ['global'], { evidence })).end).toBe('2026-06-04T00:00:00.000Z');
  });
});

describe('a language that nobody can vouch for', () => {
  const strict = bundleOf({ 'global.yaml': GLOBAL_HEAD.replace('sample_percent: 5', 'sample_percent: 0') });
  const drawn = bundleOf({ 'global.yaml': GLOBAL_HEAD.replace('sample_percent: 5', 'sample_percent: 100') });
  const unread = (bundle: Bundle, fields: Partial<RuleTest>, changes: Changes = {}): readonly string[] =>
    only(judge(bundle, fields, ['global'], changes)).gaps.map((gap) => `${gap.why} -> ${gap.action}`);

  test.each<[string, Bundle, Partial<RuleTest>, readonly string[]]>([
    ['und is allowed with a gap', strict, { language: 'und' }, ['no model was validated for und -> allow']],
    ['und, drawn by hash', drawn, { language: 'und' }, ['no model was validated for und, drawn for review -> review']],
    [
      'und, high score',
      strict,
      { language: 'und', scores: { toxicity: 0.6 } },
      ['no model was validated for und, high score -> review'],
    ],
    [
      'a language without any measurement',
      strict,
      { language: 'am', competence: 'none' },
      ['no model was validated for am -> allow'],
    ],
    ['a weak language is read, though weakly', strict, { language: 'sw', competence: 'weak' }, []],
    ['a validated one', strict, { language: 'en' }, []],
  ])('%s', (_, bundle, fields, expected) => {
    expect(unread(bundle, fields)).toEqual(expected);
  });
  test('the umbrella score alone may ask for more, a narrower head never does', () => {
    const calm = bundleOf({
      'global.yaml': GLOBAL_HEAD.replace('sample_percent: 5', 'sample_percent: 0, umbrella_score: 0.7'),
    });
    const allowed = ['no model was validated for und -> allow'];
    const doubted = ['no model was validated for und, high score -> review'];
    expect(unread(calm, { language: 'und', scores: { toxicity: 0.69 } })).toEqual(allowed);
    expect(unread(calm, { language: 'und', scores: { toxicity: 0.7 } })).toEqual(doubted);
    expect(unread(calm, { language: 'und', scores: { 'violence.threat': 0.5 } })).toEqual(doubted);
  });
  test('a figure of speech explains its head and the umbrella, and no other head', () => {
    const span = { start: 3, end: 9 };
    const idioms = [{ id: 'it.idiom.x', part: 'body', spans: [span], excuses: ['violence.threat'] }] as const;
    const match = { status: 'found', value: { findings: [], contacts: [], idioms }, ms: 0, version: '3' } as const;
    const withSpan = (scores: RuleTest['scores']): readonly string[] => {
      const fields = { expect: 'match', language: 'und', scores } as const;
      const { classify } = testInput(fields, Date.parse('2026-06-01')).evidence;
      if (classify.status !== 'found') throw new Error('no scores');
      const findings = classify.value.findings.map((finding) => ({ ...finding, spans: [span] }));
      const value = { ...classify.value, findings };
      return unread(strict, fields, { evidence: { match, classify: { ...classify, value } } });
    };
    expect(withSpan({ toxicity: 0.9, 'violence.threat': 0.9 })).toEqual(['no model was validated for und -> allow']);
    expect(withSpan({ toxicity: 0.9, 'violence.threat': 0.9, 'harass.bully': 0.9 })).toEqual([
      'no model was validated for und, high score -> review',
    ]);
  });
  test('a word or two is not a text', () => {
    expect(unread(strict, { language: 'und' }, { facts: { textLength: 9 } })).toEqual([]);
  });
  test('without the model the gap of the model speaks', () => {
    expect(only(judge(strict, { language: 'und', failed: ['classify'] })).gaps).toHaveLength(1);
  });
});

describe('a picture in which no model looked for some harm', () => {
  const unseen = (percent: number): Bundle =>
    bundleOf({
      'global.yaml': GLOBAL_HEAD.replace(
        'unseen: { categories: [], sample_percent: 0 }',
        `unseen: { categories: [violence.graphic, sexual.explicit], sample_percent: ${percent} }`,
      ),
    });
  const found = <T>(value: T) => ({ status: 'found', value, ms: 0, version: '1' }) as const;
  const reading = (scores: ImageModelReading['scores']) => ({
    index: 0,
    facts: found({
      format: 'png' as const,
      width: 9,
      height: 9,
      frames: 1,
      framesRead: [0],
      bytes: 9,
      sha256: 'ab',
    }),
    ocr: found({ text: '', words: [], confidence: 0, languages: [] }),
    codes: found([]),
    hash: found({ pdq: '0'.repeat(64), quality: 0 }),
    model: found({ model: 'm', labels: {}, scores }),
  });
  const gapsOf = (percent: number, scores: ImageModelReading['scores']): readonly string[] => {
    const images = found({ readings: [reading(scores)], findings: [] });
    const changes = { facts: { hasImages: true }, evidence: { images } };
    return only(judge(unseen(percent), {}, ['global'], changes)).gaps.map(({ why, action }) => `${why} -> ${action}`);
  };

  const nudity = { 'sexual.explicit': { label: 'Porn', score: 0.1, calibrated: 0.1 } };
  test.each([
    ['is allowed, on record', 0, nudity, ['model: none looks for violence.graphic -> allow']],
    ['is drawn for a person', 100, nudity, ['model: none looks for violence.graphic, drawn for review -> review']],
    ['names all that was missed', 0, {}, ['model: none looks for violence.graphic, sexual.explicit -> allow']],
  ])('%s', (_name, percent, scores, expected) => {
    expect(gapsOf(percent, scores)).toEqual(expected);
  });
  test('the same picture falls the same way', () => {
    expect(gapsOf(50, {})).toEqual(gapsOf(50, {}));
  });
});

test('many findings: the hit keeps sixteen, the walk sixty-four, the functions all', () => {
  const findings = Array.from({ length: 64 }, (_, index) => ({
    category: 'fraud.scam' as const,
    detector: `en.private.d${index}`,
    severity: index % 3,
  }));
  const bundle = bundleOf({
    'global.yaml': global(
      rule({
        id: 'r',
        category: 'fraud.scam',
        when: 'size(findings) == 64 && found_term("en.private.d63") && findings[0].severity == 2',
      }),
    ),
  });
  const decision = only(judge(bundle, { findings }));
  expect(decision.rules[0]?.findings).toHaveLength(16);
});

test.each<[string, Partial<RuleTest>, string]>([
  ['the model alone', { scores: { 'hate.attack': 0.9 } }, 'Seen by the text model.'],
  ['words alone', { findings: [{ category: 'hate.attack', score: 0.9 }] }, 'Seen by known words.'],
  [
    'both',
    { scores: { 'hate.attack': 0.9 }, findings: [{ category: 'hate.attack', score: 0.9 }] },
    'Seen by known words and the text model.',
  ],
])('a message names what saw it: %s', (_, fields, message) => {
  const bundle = bundleOf({ 'global.yaml': global(rule({ id: 'r', message: 'Seen by {by}.' })) });
  expect(only(judge(bundle, fields)).rules[0]?.message).toBe(message);
});

test('a condition that asks for a contact alone is not said to have been seen by the text model', () => {
  const asking = rule({ id: 'r', message: 'Seen by {by}.', when: 'has_contact("url")' });
  const bundle = bundleOf({ 'global.yaml': global(asking) });
  expect(only(judge(bundle, { contacts: ['url'] })).rules[0]?.message).toBe('Seen by the rule itself.');
});
