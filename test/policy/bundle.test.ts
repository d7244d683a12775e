import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/errors.js';
import { compileBundle } from '../../src/policy/bundle.js';
import { contentOf } from '../../src/policy/bundle-content.js';
import {
  bundleOf,
  checked,
  faultLines,
  filesOf,
  GLOBAL_HEAD,
  global,
  lineOf,
  NOTICE,
  region,
  rule,
  rules,
  tested,
} from './bench-files.js';

const R1 = rule({ id: 'r1' });

describe('a good bundle', () => {
  test('has no faults, and its hash depends on every file but not on their order', () => {
    const files = { 'global.yaml': global(R1), 'regions/de.yaml': region('de'), 'terms/en.yaml': 'terms: []\n' };
    const bundle = bundleOf(files);
    expect([...bundle.regions.keys()]).toEqual(['de', 'global']);
    expect(bundle.hash).toMatch(/^[0-9a-f]{64}$/);
    const reversed = new Map([...filesOf(files)].reverse());
    expect(compileBundle(reversed).hash).toBe(bundle.hash);
    expect(bundleOf({ ...files, 'terms/en.yaml': 'terms: [x]\n' }).hash).not.toBe(bundle.hash);
    expect(bundleOf({ ...files, 'notices/en.yaml': `${NOTICE}  more: "x"\n` }).hash).not.toBe(bundle.hash);
  });

  test('can be compiled again from its content', () => {
    const bundle = bundleOf({ 'global.yaml': global(R1) });
    const files = new Map(JSON.parse(bundle.content) as [string, string][]);
    expect(contentOf(files)).toBe(bundle.content);
    expect(compileBundle(files).hash).toBe(bundle.hash);
  });

  test('regions that see the same share one condition', () => {
    const files = {
      'global.yaml': global(R1, rule({ id: 'r2', when: 'region.id == "de" && note.has_images' })),
      'regions/de.yaml': region('de'),
      'regions/fr.yaml': region('fr', 'thresholds: { hate.attack: { review: 0.7 } }\n'),
    };
    const bundle = bundleOf(files);
    const of = (id: string, name: string) => bundle.regions.get(id)?.rules.find((entry) => entry.id === name)?.variant;
    expect(of('de', 'r1')).toBe(of('global', 'r1'));
    expect(of('fr', 'r1')).not.toBe(of('global', 'r1'));
    expect(of('de', 'r2')).not.toBe(of('global', 'r2'));
  });
});

describe('extends', () => {
  const files = {
    'global.yaml': global(R1, rule({ id: 'r2', mode: 'shadow' })),
    'regions/eu.yaml': region(
      'eu',
      `members: [at, de]\nthresholds: { hate.attack: { review: 0.7, remove: null } }\n${rules('  - id: r1\n    severity: 1\n')}`,
    ),
    'regions/de.yaml': region('de', rules('  - id: r1\n    mode: disabled\n', rule({ id: 'r3' })), 'eu'),
  };
  const bundle = bundleOf(files);
  const de = bundle.regions.get('de');

  test('maps are merged deep, rules by id, null takes a threshold out', () => {
    expect(de?.lineage).toEqual(['de', 'eu', 'global']);
    expect([...(de?.value.thresholds.get('hate.attack') ?? [])]).toEqual([
      ['flag', 0.5],
      ['review', 0.7],
    ]);
    expect(de?.rules.map((entry) => [entry.id, entry.severity, entry.mode.kind])).toEqual([
      ['r1', 1, 'disabled'],
      ['r2', 2, 'shadow'],
      ['r3', 2, 'enforce'],
    ]);
  });

  test('members stay with the group', () => {
    expect(de?.settings.members).toEqual([]);
    expect(bundle.groups.get('at')).toBe('eu');
  });

  test('a mode may be given by region, the nearest file first', () => {
    const made = bundleOf({
      'global.yaml': global(rule({ id: 'r1', mode: '{ de: canary(10), eu: enforce, "*": shadow }' })),
      'regions/eu.yaml': region('eu'),
      'regions/de.yaml': region('de', '', 'eu'),
      'regions/fr.yaml': region('fr', '', 'eu'),
    });
    const modes = [...made.regions.values()].map((entry) => [entry.id, entry.rules[0]?.mode]);
    expect(modes).toEqual([
      ['de', { kind: 'canary', percent: 10 }],
      ['eu', { kind: 'enforce' }],
      ['fr', { kind: 'enforce' }],
      ['global', { kind: 'shadow' }],
    ]);
    const off = bundleOf({
      'global.yaml': global(rule({ id: 'r1', mode: '{ de: enforce }' })),
      'regions/de.yaml': region('de'),
    });
    expect(off.regions.get('global')?.rules[0]?.mode).toEqual({ kind: 'disabled' });
  });
});

/** Each: what is wrong, the files, the part that the message must point at, the message. */
const CASES: readonly (readonly [string, Record<string, string>, string, string, string])[] = [
  [
    'a wrong key',
    { 'global.yaml': `${GLOBAL_HEAD}ruels: []\n` },
    'global.yaml',
    'ruels',
    'unknown word "ruels"; did you mean "rules"?',
  ],
  [
    'a wrong key in a rule',
    { 'global.yaml': global(rule({ id: 'r1', wehn: '"x"' })) },
    'global.yaml',
    'wehn',
    'unknown word "wehn"; did you mean "when"?',
  ],
  [
    'a CEL type error',
    { 'global.yaml': global(rule({ id: 'r1', when: 'note.kind >= 3' })) },
    'global.yaml',
    'note.kind',
    'rule r1, when: text and a whole number cannot stand on the two sides of >=',
  ],
  [
    'an unknown field',
    { 'global.yaml': global(rule({ id: 'r1', when: 'true && note.knd == "note"' })) },
    'global.yaml',
    'knd',
    'did you mean "kind"?',
  ],
  [
    'an error in unless',
    { 'global.yaml': global(rule({ id: 'r1', unless: 'lang_is(3)' })) },
    'global.yaml',
    'lang_is',
    'rule r1, unless',
  ],
  [
    'an unknown category',
    { 'global.yaml': global(rule({ id: 'r1', category: 'hate.atack' })) },
    'global.yaml',
    'hate.atack',
    'did you mean "hate.attack"?',
  ],
  [
    'an unknown action',
    { 'global.yaml': global(rule({ id: 'r1', does: '{ action: hide }' })) },
    'global.yaml',
    'hide',
    'rule r1, then.action: expected allow, warn,',
  ],
  [
    'a mode that is none',
    { 'global.yaml': global(rule({ id: 'r1', mode: 'canary(101)' })) },
    'global.yaml',
    'canary(101)',
    'disabled, shadow, canary(n)',
  ],
  [
    'a duplicate id',
    { 'global.yaml': global(R1, rule({ id: 'r1' })) },
    'global.yaml',
    '',
    'the rule id "r1" is used twice',
  ],
  [
    'a rule that lacks its parts',
    { 'global.yaml': global(), 'regions/de.yaml': region('de', rules('  - id: new\n    severity: 1\n')) },
    'regions/de.yaml',
    'id: new',
    'rule new lacks category, mode, when, then, ground, message, owner',
  ],
  [
    'a rule without action',
    { 'global.yaml': global(rule({ id: 'r1', does: '{ hours: 3 }' })) },
    'global.yaml',
    '{ hours',
    'lacks then.action',
  ],
  [
    'a circle',
    { 'regions/de.yaml': region('de', '', 'fr'), 'regions/fr.yaml': region('fr', '', 'de') },
    'regions/de.yaml',
    'fr',
    'in a circle: de -> fr -> de',
  ],
  [
    'a parent that is not there',
    { 'regions/de.yaml': region('de', '', 'eux') },
    'regions/de.yaml',
    'eux',
    'extends "eux", but there is no such file',
  ],
  [
    'an id that is no region',
    { 'regions/uk.yaml': region('uk') },
    'regions/uk.yaml',
    'uk',
    'neither an ISO 3166-1 country',
  ],
  [
    'an id that is not the file',
    { 'regions/de.yaml': region('fr') },
    'regions/de.yaml',
    'fr',
    'the file is named "de"',
  ],
  [
    'a threshold nobody set',
    { 'global.yaml': global(rule({ id: 'r1', when: 'reaches("hate.attack", "hold")' })) },
    'global.yaml',
    'reaches',
    'no threshold "hold" for hate.attack in global (there: flag, review, remove)',
  ],
  [
    'a category without thresholds',
    { 'global.yaml': global(rule({ id: 'r1', when: 'reaches("fraud.scam", "hold")' })) },
    'global.yaml',
    'reaches',
    '(there: none)',
  ],
  [
    'an unknown law',
    { 'global.yaml': global(rule({ id: 'r1', ground: '{ law: stgb }' })) },
    'global.yaml',
    '{ law',
    'unknown ground "stgb" in global',
  ],
  [
    'an unknown clause',
    { 'global.yaml': global(rule({ id: 'r1', ground: '{ terms: t2 }' })) },
    'global.yaml',
    '{ terms',
    'unknown clause "t2" in global; did you mean "t1"?',
  ],
  [
    'no ground at all',
    { 'global.yaml': global(rule({ id: 'r1', ground: '{}' })) },
    'global.yaml',
    '{}',
    'neither law nor terms',
  ],
  [
    'a severity above the category',
    { 'global.yaml': global(rule({ id: 'r1', severity: '4' })) },
    'global.yaml',
    '4\n',
    'severity 4 is above the 3 of hate.attack',
  ],
  [
    'an action above the ladder',
    { 'global.yaml': global(rule({ id: 'r1', severity: '1', does: '{ action: remove }' })) },
    'global.yaml',
    '{ action',
    'remove is stronger than require_edit, the limit for severity 1',
  ],
  [
    'a removal that nobody confirms',
    { 'global.yaml': global(rule({ id: 'r1', severity: '3', does: '{ action: remove }' })) },
    'global.yaml',
    '{ action',
    'add escalate to side',
  ],
  [
    'a restriction of a person at risk',
    { 'global.yaml': global(rule({ id: 'r1', category: 'selfharm.risk', when: 'any_finding("selfharm.risk")' })) },
    'global.yaml',
    '{ action',
    'answered with help',
  ],
  [
    'an allow without exemptions',
    { 'global.yaml': global(rule({ id: 'r1', does: '{ action: allow }' })) },
    'global.yaml',
    '{ action',
    'must name what it exempts',
  ],
  [
    'exemptions without allow',
    { 'global.yaml': global(rule({ id: 'r1', exempts: '[profanity.mild]' })) },
    'global.yaml',
    '[profanity',
    'only a rule with action allow',
  ],
  [
    'a fallback that is not milder',
    { 'global.yaml': global(rule({ id: 'r1', does: '{ action: limit, fallback: hold }' })) },
    'global.yaml',
    '{ action',
    'the fallback hold is not milder than limit',
  ],
  [
    'an allow that beats severity 4',
    {
      'global.yaml': global(
        rule({
          id: 'a1',
          category: 'profanity.mild',
          severity: '0',
          does: '{ action: allow }',
          exempts: '[violence.threat]',
        }),
        rule({
          id: 'r4',
          category: 'violence.threat',
          severity: '4',
          does: '{ action: hold }',
          when: 'any_finding("violence.threat")',
        }),
      ),
    },
    'global.yaml',
    '[violence.threat]',
    'an allow may not beat severity 4, and r4 has it in global',
  ],
  [
    'an EU limit without notice',
    {
      'global.yaml': global(rule({ id: 'r1', notice: 'null', mode: '{ eu: enforce, "*": enforce }' })).replace(
        'restrictions_need_notice: true',
        'restrictions_need_notice: false',
      ),
      'regions/eu.yaml': region('eu', 'restrictions_need_notice: true\n'),
    },
    'global.yaml',
    'null\n    message',
    'limit without a notice in eu',
  ],
  [
    'an EU file that turns notices off',
    { 'regions/eu.yaml': region('eu', 'restrictions_need_notice: false\n') },
    'regions/eu.yaml',
    'false',
    'must be true in the EU',
  ],
  [
    'a removal on a local law alone',
    {
      'global.yaml': global(rule({ id: 'r1', does: '{ action: remove }', ground: '{ law: l1 }' })).replace(
        'terms:\n',
        "grounds:\n  l1: { law: 'Act 1', article: null, url: 'https://example.org/l1', known: memory }\nterms:\n",
      ),
    },
    'global.yaml',
    '{ action',
    'use geo_withhold',
  ],
  [
    'a missing translation',
    { 'global.yaml': global(rule({ id: 'r1', notice: 'tolld' })) },
    'global.yaml',
    'tolld',
    'the notice "tolld" has no sentence in notices/en.yaml; did you mean "told"?',
  ],
  [
    'a missing notice block',
    { 'global.yaml': GLOBAL_HEAD.replace('notice_blocks: []', 'notice_blocks: [hello]') },
    'global.yaml',
    'hello]',
    'the notice "hello" has no sentence',
  ],
  [
    'a missing notice language',
    { 'global.yaml': GLOBAL_HEAD.replace('[en]', '[en, de]') },
    'global.yaml',
    'de]',
    'there is no notices/de.yaml',
  ],
  [
    'a legal address that is none',
    { 'global.yaml': GLOBAL_HEAD.replace('https://example.org/t1', 'http://example.org') },
    'global.yaml',
    "'http://",
    'terms.t1.url',
  ],
  [
    'a day that is none',
    { 'global.yaml': GLOBAL_HEAD.replace('2026-01-01', '2026-13-01') },
    'global.yaml',
    '2026-13-01',
    'is no day of the calendar',
  ],
  [
    'a required stage that may fail into allow',
    {
      'global.yaml': GLOBAL_HEAD.replace(
        'classify: { required: true, failed: hold',
        'classify: { required: true, failed: allow',
      ),
    },
    'global.yaml',
    'allow, overdue: hold',
    'must lead to review or hold, not allow',
  ],
  [
    'a stage without a default',
    { 'global.yaml': GLOBAL_HEAD.replace('{ default: ignore }', '{ no_text: ignore }') },
    'global.yaml',
    '{ no_text: ignore }',
    'must say what follows by default',
  ],
  [
    'an unknown skip reason',
    { 'global.yaml': GLOBAL_HEAD.replace('not_needed: ignore', 'not_neded: ignore') },
    'global.yaml',
    'not_neded',
    'not_neded',
  ],
  [
    'a region that lacks settings',
    { 'global.yaml': GLOBAL_HEAD.replace('owner: tests\n', '') },
    'global.yaml',
    '',
    'owner: is missing',
  ],
  [
    'a clock on an unknown ground',
    {
      'regions/de.yaml': region(
        'de',
        "clocks:\n  c1: { source: order, categories: '*', hours: 24, starts: order_received, ground: nope }\n",
      ),
    },
    'regions/de.yaml',
    'nope',
    'unknown ground "nope"',
  ],
  [
    'a country in two groups',
    { 'regions/de.yaml': region('de', 'members: [at]\n'), 'regions/fr.yaml': region('fr', 'members: [at]\n') },
    'regions/fr.yaml',
    'at]',
    '"at" is already a member of de',
  ],
  [
    'a notice file under a wrong name',
    { 'notices/de.yaml': NOTICE },
    'notices/de.yaml',
    'en',
    'the language is "en", the file is named "de"',
  ],
  [
    'a notice with other blanks',
    { 'notices/de.yaml': NOTICE.replace('language: en', 'language: de').replace('{date}', '{day}') },
    'notices/de.yaml',
    '"We',
    'has the blanks {day}, English has {date}',
  ],
  [
    'a notice without blanks',
    { 'notices/de.yaml': NOTICE.replace('language: en', 'language: de').replace(' on {date}', '') },
    'notices/de.yaml',
    '"We',
    'has the blanks none',
  ],
  [
    'a notice that English lacks',
    { 'notices/de.yaml': `${NOTICE.replace('language: en', 'language: de')}  other: "x"\n` },
    'notices/de.yaml',
    '"x"',
    'is not in notices/en.yaml',
  ],
  [
    'a broken notice file',
    { 'notices/de.yaml': 'language: de\nsentence: {}\n' },
    'notices/de.yaml',
    'sentence',
    'did you mean "sentences"?',
  ],
  ['YAML that cannot be read', { 'regions/de.yaml': 'id: de\n\tname: x\n' }, 'regions/de.yaml', '\tname', 'a tab'],
];

const DEEP: readonly (readonly [string, Record<string, string>, string])[] = [
  [
    'an unknown category of a threshold',
    { 'regions/de.yaml': region('de', 'thresholds: { hate.atack: { flag: 0.4 } }\n') },
    'unknown word "hate.atack"; did you mean "hate.attack"?',
  ],
  [
    'an unknown step of a threshold',
    { 'regions/de.yaml': region('de', 'thresholds: { hate.attack: { flagg: 0.4 } }\n') },
    'unknown word "flagg"; did you mean "flag"?',
  ],
  [
    'a threshold above 1',
    { 'regions/de.yaml': region('de', 'thresholds: { hate.attack: { flag: 4 } }\n') },
    'thresholds.hate.attack.flag: expected at most 1, found 4',
  ],
  [
    'a label without a language',
    { 'regions/de.yaml': region('de', "disclosure: { German: ['Werbung'] }\n") },
    'disclosure: "German" is no language that exists; did you mean "de" (German)?',
  ],
  [
    'an unknown category in a test',
    { 'global.yaml': global(rule({ id: 'r1', tests: '[{ findings: [fraud.scm], expect: match }]' })) },
    'did you mean "fraud.scam"?',
  ],
  [
    'a wrong word in a contact of a test',
    { 'global.yaml': global(rule({ id: 'r1', tests: '[{ contacts: [{ kind: url, detial: x }], expect: match }]' })) },
    'unknown word "detial"',
  ],
  [
    'a wrong mode of a region',
    { 'global.yaml': global(rule({ id: 'r1', mode: '{ de: enfroce }' })) },
    'disabled, shadow, canary(n)',
  ],
  [
    'a file that is a list',
    { 'regions/de.yaml': '- id: de\n' },
    'expected keys with values, such as { key: value }, found a list',
  ],
  ['an empty file', { 'regions/de.yaml': '' }, 'expected keys with values, such as { key: value }, found nothing'],
];

describe('deeper in the file', () => {
  test.each(DEEP)('%s', (_, files, message) => {
    expect(faultLines(files).join('\n')).toContain(message);
  });
});

describe('bad input gets file, line, column and the nearest right word', () => {
  test.each(CASES)('%s', (_, files, file, part, message) => {
    const lines = faultLines(files);
    const found = lines.find((line) => line.startsWith(`${file}:`) && line.includes(message));
    expect(found, `\n${lines.join('\n')}`).toBeDefined();
    if (part === '') return;
    const text = files[file] ?? '';
    expect(found).toContain(`${file}:${lineOf(text, part)}:`);
    expect(checked(files).bundle).toBeNull();
  });

  test('the column is that of the word inside a folded condition', () => {
    const when = '>-\n      note.has_images &&\n      note.knd == "note"';
    const files = { 'global.yaml': global(rule({ id: 'r1', when })) };
    const [line] = faultLines(files);
    expect(line).toMatch(
      new RegExp(`^global.yaml:${lineOf(files['global.yaml'], 'note.knd')}:12: rule r1, when: unknown field "knd"`),
    );
  });

  test('no global file', () => {
    expect(() => compileBundle(new Map([['notices/en.yaml', NOTICE]]))).toThrow('global.yaml:1:1: the file is missing');
  });

  test('all faults are told together, one of a shared file once, and the code names the kind', () => {
    const codeOf = (files: Record<string, string>): string => {
      try {
        bundleOf(files);
      } catch (error) {
        if (error instanceof InvalidInputError) return error.code;
      }
      return '';
    };
    const broken = global(rule({ id: 'r1', when: 'nte.kind == "x"' }));
    expect(codeOf({ 'global.yaml': broken })).toBe('policy_expression');
    expect(codeOf({ 'regions/de.yaml': region('de', '', 'de') })).toBe('policy_cycle');
    expect(codeOf({ 'global.yaml': `${broken}x: 1\n` })).toBe('policy_invalid');
    const many = {
      'global.yaml': broken,
      'regions/de.yaml': region('de'),
      'regions/fr.yaml': region('fr', 'foo: 1\n'),
    };
    expect(faultLines(many)).toHaveLength(2);
  });
});

describe('lints warn and do not keep a bundle out of force', () => {
  const lint = (files: Record<string, string>, today?: string): readonly string[] => {
    const { bundle, faults } = checked(files, today);
    expect(bundle).not.toBeNull();
    expect(faults.every((fault) => fault.level === 'warning' && fault.kind === 'lint')).toBe(true);
    return faults.map((fault) => `${fault.file}:${fault.line} ${fault.message}`);
  };
  test.each<[string, Record<string, string>, string | undefined, string]>([
    ['an expired review of a file', {}, '2027-02-01', 'the review was due on 2027-01-01'],
    [
      'an expired review of a rule',
      { 'global.yaml': global(rule({ id: 'r1', review_by: '2026-02-01' })) },
      '2026-03-01',
      'rule r1: the review was due on 2026-02-01',
    ],
    [
      'a file that ends before it begins',
      { 'regions/de.yaml': region('de', 'effective_from: 2026-05-01\neffective_until: 2026-04-01\n') },
      undefined,
      'before it begins',
    ],
    [
      'a threshold below a milder one',
      { 'regions/de.yaml': region('de', 'thresholds: { hate.attack: { remove: 0.55 } }\n') },
      undefined,
      'remove (0.55) comes before the milder review (0.6)',
    ],
    [
      'a threshold that says nothing new',
      { 'regions/de.yaml': region('de', 'thresholds: { hate.attack: { review: 0.6 } }\n') },
      undefined,
      'review is 0.6 in global already',
    ],
    [
      'a condition that never changes',
      { 'global.yaml': global(rule({ id: 'r1', when: '1 < 2' })) },
      undefined,
      'the same for every note',
    ],
    [
      'a rule that cannot fire',
      { 'global.yaml': global(rule({ id: 'r1', when: 'note.has_images', unless: 'note.has_images' })) },
      undefined,
      'can never fire',
    ],
    [
      'a rule behind a stronger one',
      { 'global.yaml': global(R1, rule({ id: 'r2', does: '{ action: hold }' })) },
      undefined,
      'rule r1 changes nothing: r2 takes all of its notes',
    ],
    [
      'a rule behind its twin',
      { 'global.yaml': global(R1, rule({ id: 'r2' })) },
      undefined,
      'rule r2 changes nothing: r1',
    ],
  ])('%s', (_, files, today, message) => {
    expect(lint(files, today).join('\n')).toContain(message);
  });

  test('nothing to say about a good file, nor about a rule that is off', () => {
    expect(
      lint({ 'global.yaml': global(tested('r1'), tested('r2', { mode: 'disabled', when: '1 < 2' })) }, '2026-06-01'),
    ).toEqual([]);
  });
});
