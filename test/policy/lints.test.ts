/** Every lint, each at its place: `▸` in a file marks where the fault must point, and is taken out before the check. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { strayFiles } from '../../src/adapters/policy-folder.js';
import { checkFiles } from '../../src/policy/check-files.js';
import { formatFault } from '../../src/policy/faults.js';
import { LINT_IDS, LINTS, type LintId } from '../../src/policy/lints.js';
import { YAML_LIMIT_BYTES } from '../../src/policy/yaml.js';
import { filesOf, GLOBAL_HEAD, global, NOTICE, region, rule, rules, tested } from './bench-files.js';

type Files = Readonly<Record<string, string>>;
interface Case {
  readonly lint: LintId;
  readonly files: Files;
  /** A part of the message: what was expected, and where there is one the nearest right word. */
  readonly says: string;
  readonly today?: string;
}
const one = (lint: LintId, fields: Readonly<Record<string, string>>, says: string): Case => ({
  lint,
  files: { 'global.yaml': global(rule({ id: 'r1', ...fields })) },
  says,
});
const of = (lint: LintId, id: string, rest: string, says: string): Case => ({
  lint,
  files: { [`regions/${id}.yaml`]: region(id, rest) },
  says,
});
const head = (lint: LintId, from: string, to: string, says: string): Case => ({
  lint,
  files: { 'global.yaml': GLOBAL_HEAD.replace(from, to) },
  says,
});
const bank = (lint: LintId, entry: string, says: string): Case => ({
  lint,
  files: {
    'terms/en.yaml': `language: en\nterms:\n  - id: en.scam.x\n    category: fraud.scam\n    severity: 3\n    source: test\n${entry}`,
  },
  says,
});
const GRAVE = rule({
  id: 'r4',
  category: 'violence.threat',
  severity: '4',
  does: '{ action: hold }',
  when: 'any_finding("violence.threat")',
});
const LAW = "grounds: { l1: { law: 'Act 1', article: null, url: 'https://example.org/l1', known: memory } }\nterms:\n";

const CASES: readonly Case[] = [
  of('yaml', 'de', 'owner: "open\n▸', 'a quotation mark is opened and never closed'),
  of('tab', 'de', 'age:\n▸\tmin: 16\n', 'indent with spaces'),
  {
    lint: 'too-big',
    files: { 'regions/de.yaml': `▸# ${'x'.repeat(5_000_000)}\n` },
    says: `the limit is ${YAML_LIMIT_BYTES}`,
  },
  of('encoding', 'de', 'owner: caf▸\uFFFD\n', 'save the file as UTF-8'),
  of('turned-text', 'de', 'owner: tr▸\u202Etsu\n', 'take it out'),
  of('turned-text', 'de', 'owner: "tr▸\\u202Etsu"\n', 'take it out'),
  of('too-deep', 'de', `name: ▸${'['.repeat(70)}${']'.repeat(70)}\n`, 'nested too deeply'),
  {
    lint: 'aliases',
    files: {
      'regions/de.yaml': `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array.from({ length: 9 }, (_, at) => `${name === 'i' && at === 1 ? '▸' : ''}*${'abcdefgh'[index]}`).join(', ')}]\n`).join('')}`,
    },
    says: 'more than 64 repeats',
  },
  of('unknown-word', 'de', '▸rulez: []\n', 'did you mean "rules"?'),
  of('wrong-value', 'de', 'effective_from: ▸2026-02-30\n', 'is no day of the calendar'),
  of('unknown-word', 'de', 'disclosure: { ▸german: [Ad] }\n', 'did you mean "de" (German)?'),
  of('wrong-value', 'de', 'rules:\n  - id: r1\n    category: ▸fraud.scan\n', 'did you mean "fraud.scam"?'),
  { lint: 'file-name', files: { 'regions/de.yaml': 'id: ▸fr\nname: France\n' }, says: 'the file is named "de"' },
  {
    lint: 'unknown-region',
    files: { 'regions/uk.yaml': 'id: ▸uk\nname: UK\n' },
    says: 'neither an ISO 3166-1 country',
  },
  of('unknown-region', 'eu', 'members: [at, ▸UK]\n'.replace('UK', 'uk'), 'did you mean "gb" (United Kingdom)?'),
  one('unknown-region', { mode: '{ ▸dee: enforce, "*": shadow }' }, 'no file "dee" builds on global'),
  {
    lint: 'unknown-region',
    files: {
      'regions/de.yaml': region('de', rules(rule({ id: 'r9', mode: '{ ▸fr: enforce }' }))),
      'regions/fr.yaml': region('fr'),
    },
    says: 'no file "fr" builds on de',
  },
  {
    lint: 'unknown-region',
    files: { 'global.yaml': global(tested('r1').replace('expect: match', 'region: ▸dee, expect: match')) },
    says: 'rule r1, test 1: "dee" is neither an ISO 3166-1 country',
  },
  {
    lint: 'file-name',
    files: {
      'terms/de.yaml':
        'language: ▸fr\nterms:\n  - id: fr.scam.x\n    category: fraud.scam\n    severity: 3\n    source: test\n    patterns: [double money]\n',
    },
    says: 'the language is "fr", the file is named "de"',
  },
  {
    lint: 'unknown-parent',
    files: { 'regions/de.yaml': 'id: de\nname: D\nextends: ▸globel\n' },
    says: 'did you mean "global"?',
  },
  {
    lint: 'cycle',
    files: {
      'regions/de.yaml': 'id: de\nname: D\nextends: fr\n',
      'regions/fr.yaml': 'id: fr\nname: F\nextends: ▸de\n',
    },
    says: 'in a circle',
  },
  {
    lint: 'two-groups',
    files: { 'regions/eu.yaml': region('eu', 'members: [▸at]\n'), 'regions/ch.yaml': region('ch', 'members: [at]\n') },
    says: '"at" is already a member of',
  },
  {
    lint: 'duplicate-rule',
    files: { 'global.yaml': `${global(rule({ id: 'r1' }))}  - id: ▸r1\n` },
    says: '"r1" is used twice',
  },
  of('incomplete-rule', 'de', 'rules:\n  - ▸id: new\n    severity: 1\n', 'lacks category, mode, when'),
  one('cel-syntax', { when: 'note.has_images &&▸' }, 'rule r1, when'),
  one('cel-type', { when: 'note.▸has_imagse' }, 'did you mean "has_images"?'),
  one('cel-word', { when: 'any_finding(▸"fraud.scan")' }, 'did you mean "fraud.scam"?'),
  {
    lint: 'cel-term',
    files: {
      'global.yaml': global(rule({ id: 'r1', when: 'found_in(▸"en.scan")' })),
      'terms/en.yaml': bank('yaml', '    patterns: [double money]\n', '').files['terms/en.yaml'] ?? '',
    },
    says: 'there is no bank or group of entries "en.scan" in terms/; did you mean "en.scam"?',
  },
  one('cel-pattern', { when: '\'re(text, ▸"(a)(?=b)")\'' }, 'not RE2 syntax'),
  one('cel-refused', { when: '\'▸text.matches("a+")\'' }, 'use re(text, "pattern")'),
  one('cel-range', { when: 'max_score("fraud.scam") >= ▸70' }, 'for 70 % write 0.7'),
  one('cel-word', { when: 'note.kind == ▸"lsiting"' }, 'did you mean "listing"?'),
  one('cel-equality', { when: '▸max_score("fraud.scam") == 0.5' }, 'compare with >= or <'),
  one(
    'cel-cost',
    { when: 'findings.all(a, findings.all(b, ▸findings.all(c, c.spans > 0)))' },
    'one list walk inside another',
  ),
  one(
    'unknown-threshold',
    { when: '▸reaches("hate.attack", "hold")' },
    'no threshold "hold" for hate.attack in global',
  ),
  one('unknown-ground', { ground: '▸{ law: l1 }' }, 'unknown ground "l1"'),
  of(
    'unknown-ground',
    'de',
    'preserve: { p1: { categories: [violence.threat], days: 21, starts: decided, ground: ▸l1 } }\n',
    'unknown ground "l1"',
  ),
  one('unknown-clause', { ground: '▸{ terms: t2 }' }, 'did you mean "t1"?'),
  one('unknown-source', { cites: '▸t2' }, 'did you mean "t1"?'),
  of('unknown-source', 'de', 'age: { min: 16, cites: ▸t2 }\n', 'did you mean "t1"?'),
  one('no-ground', { ground: '▸{}' }, 'names neither law nor terms'),
  one('severity', { severity: '▸4' }, 'above the 3 of hate.attack'),
  one('ladder', { severity: '1', does: '▸{ action: remove }' }, 'stronger than require_edit, the limit for severity 1'),
  one('unconfirmed-removal', { severity: '3', does: '▸{ action: remove }' }, 'add escalate to side'),
  head('unproven-removal', 'weak: review, none', 'weak: ▸remove, none', 'asks a person'),
  of('unproven-removal', 'de', 'model_alone: { none: ▸geo_withhold }\n', 'where it was not validated for the language'),
  one('selfharm-help', { category: 'selfharm.risk', does: '▸{ action: limit }' }, 'answered with help'),
  one('allow-without-exempts', { does: '▸{ action: allow }' }, 'must name what it exempts'),
  one('exempts-without-allow', { exempts: '▸[fraud.scam]' }, 'only a rule with action allow'),
  {
    lint: 'allow-beats-severity-4',
    files: {
      'global.yaml': global(
        rule({ id: 'a1', severity: '0', does: '{ action: allow }', exempts: '▸[violence.threat]' }),
        GRAVE,
      ),
    },
    says: 'may not beat severity 4, and r4 has it in global',
  },
  one('fallback', { does: '▸{ action: limit, fallback: hold }' }, 'the fallback hold is not milder than limit'),
  one(
    'fallback',
    { severity: '0', does: '▸{ action: limit, fallback: label }' },
    'neither limit nor its fallback label',
  ),
  {
    lint: 'local-law-removal',
    files: {
      'global.yaml': global(rule({ id: 'r1', does: '▸{ action: remove }', ground: '{ law: l1 }' })).replace(
        'terms:\n',
        LAW,
      ),
    },
    says: 'use geo_withhold',
  },
  one('silent-restriction', { notice: '▸null' }, 'limit without a notice in global'),
  {
    lint: 'silent-restriction',
    files: {
      'global.yaml': global(rule({ id: 'r1', notice: '▸null' })).replace('need_notice: true', 'need_notice: false'),
      'regions/eu.yaml': region('eu', 'restrictions_need_notice: true\n'),
    },
    says: 'limit without a notice in eu, where restrictions need one',
  },
  one('unknown-notice', { notice: '▸tolt' }, 'did you mean "told"?'),
  {
    lint: 'unknown-notice',
    files: {
      'global.yaml': global(rule({ id: 'r1' }), rule({ id: 'r2' })).replace(
        'notice_languages: [en]',
        'notice_languages: [en, de]',
      ),
      'notices/de.yaml': 'language: de\nname: Deutsch\ndirection: ltr\nreviewed_by: null\n▸sentences: {}\n',
    },
    says: 'the sentence "told" is missing; rules name it',
  },
  head('unknown-notice', 'notice_blocks: []', 'notice_blocks: [▸tolt]', 'did you mean "told"?'),
  head('unknown-language', 'notice_languages: [en]', 'notice_languages: [en, ▸enn]', 'did you mean "en"?'),
  of('eu-appeal', 'eu', 'appeal: { days: ▸3, open_to: [author] }\n', 'at least 184 in the EU'),
  of('eu-notice', 'eu', 'restrictions_need_notice: ▸false\n', 'must be true in the EU'),
  head(
    'stage-into-allow',
    'failed: hold, overdue: hold',
    'failed: ▸allow, overdue: hold',
    'must lead to review or hold',
  ),
  {
    lint: 'unknown-sentence',
    files: { 'notices/de.yaml': NOTICE.replace('language: en', 'language: de').replace('told: "', 'tld: ▸"') },
    says: 'did you mean "told"?',
  },
  {
    lint: 'blanks',
    files: {
      'notices/de.yaml': NOTICE.replace('language: en', 'language: de')
        .replace('told: "', 'told: ▸"')
        .replace('{date}', '{day}'),
    },
    says: 'has the blanks {day}, English has {date}',
  },
  {
    lint: 'clause-title',
    files: { 'notices/de.yaml': `▸${NOTICE.replace('language: en', 'language: de')}` },
    says: 'no title in this language for t1',
  },
  {
    lint: 'unknown-clause',
    files: { 'notices/en.yaml': `${NOTICE}clauses:\n  t2: ▸A clause\n` },
    says: 'did you mean "t1"?',
  },
  head('wrong-value', "'https://example.org/t1'", "▸'example.org'", 'terms.t1.url'),
  bank('term-file', '    ▸pattrens: [double money]\n', 'did you mean "patterns"?'),
  bank(
    'term-duplicate',
    '    patterns: [double money]\n  - id: ▸en.scam.x\n    category: fraud.scam\n    severity: 3\n    source: test\n    patterns: [easy money]\n',
    'is used twice',
  ),
  bank('term-pattern', "    patterns: [▸'double.* money']\n", 'looks like a pattern'),
  bank('term-pattern', "    patterns: [▸'double|triple money']\n", '{a|b} is a choice'),
  {
    lint: 'severity',
    files: {
      'terms/en.yaml':
        'language: en\nterms:\n  - id: en.scam.x\n    category: authentic.spam\n    severity: ▸3\n    source: test\n    patterns: [easy money]\n',
    },
    says: 'severity 3 is above the 1 of authentic.spam',
  },
  {
    lint: 'term-file',
    files: {
      'terms/de.yaml':
        'language: de\nterms:\n  - id: ▸en.scam.x\n    category: fraud.scam\n    severity: 3\n    source: test\n    patterns: [easy money]\n',
    },
    says: 'begins with "de."',
  },
  bank('term-braces', '    patterns: ["▸{double money"]\n', 'without its "}"'),
  bank('term-short', '    patterns: [▸usd]\n    boundary: none\n', 'needs at least 4'),
  bank('term-context', '    patterns: [wechat]\n    views: ▸[pinyin_initials]\n', 'needs "context"'),
  {
    lint: 'review-expired',
    files: { 'regions/de.yaml': region('de', 'review_by: ▸2026-03-01\n') },
    says: 'was due on 2026-03-01',
    today: '2026-03-02',
  },
  of('ends-early', 'de', 'effective_from: 2026-05-01\neffective_until: ▸2026-04-01\n', 'before it begins'),
  of('threshold-order', 'de', 'thresholds: { hate.attack: { remove: ▸0.55, cites: t1 } }\n', 'the milder review (0.6)'),
  of('threshold-same', 'de', 'thresholds: { hate.attack: { remove: ▸0.9, cites: t1 } }\n', 'is 0.9 in global already'),
  of('uncited', 'de', 'thresholds: { hate.attack: { remove: ▸0.95 } }\n', 'add "cites" with a key of grounds'),
  of('uncited', 'de', 'age: { min: ▸16 }\n', 'age min differs from global and names no source'),
  of('uncited', 'de', "disclosure: ▸{ de: ['Anzeige'] }\n", 'add "disclosure_cites"'),
  of(
    'uncited',
    'de',
    "clocks:\n  c1: ▸{ source: order, categories: '*', hours: 1, starts: order_received }\n",
    'clock c1 differs from global and names no source: add "ground"',
  ),
  ...['appeal, hours: 24, starts: ▸valid_notice_received', 'appeal, hours: 24, starts: ▸decision_communicated'].map(
    (clock) =>
      of('clock-start', 'de', `clocks:\n  c1: { categories: '*', source: ${clock} }\n`, 'from appeal_received, not'),
  ),
  of(
    'never-kept',
    'de',
    "grounds: { l1: { law: 'Act 1', article: null, url: 'https://example.org/l1', known: memory } }\npreserve: { p1: { categories: ▸[violence.threat], days: 21, starts: decided, ground: l1 } }\n",
    'no enforced rule of violence.threat has the side action preserve',
  ),
  one('constant', { when: '▸1 < 2' }, 'the same for every note'),
  one('never-fires', { when: '▸note.has_images && !note.has_images' }, 'for its opposite'),
  one('never-fires', { when: '▸author.age_days > 10 && author.age_days < 5' }, 'at once'),
  one('never-fires', { when: '▸note.kind == "note" && note.kind == "comment"' }, 'at once'),
  one('never-fires', { when: '▸max_score("fraud.scam") >= 0.9 && max_score("fraud.scam") < 0.9' }, 'at once'),
  of(
    'region-apart',
    'de',
    rules(rule({ id: 'r9', when: 'region.id == ▸"fr" || note.has_images' })),
    'rule r9, when: region.id is never "fr" here: no file "fr" builds on de',
  ),
  of('region-apart', 'de', rules(rule({ id: 'r9', unless: '\'region.id in ["de", ▸"at"]\'' })), 'r9, unless'),
  {
    lint: 'region-apart',
    files: {
      'global.yaml': global(rule({ id: 'r1', when: 'region.id == ▸"de"' })),
      'regions/de.yaml': region('de', 'rules:\n  - id: r1\n    when: note.has_images\n'),
    },
    says: 'in de the rule is off or has another when',
  },
  one('blanks', { message: '▸"{who} saw it"' }, 'only {by} is filled in'),
  {
    lint: 'left-group',
    files: { 'regions/eu.yaml': region('eu', 'members: [it]\n'), 'regions/it.yaml': 'id: ▸it\nname: Italy\n' },
    says: 'write "extends: eu"',
  },
  of(
    'unknown-label',
    'de',
    "disclosure: { de: ['Werbung', ▸'Hinweis'] }\ndisclosure_cites: t1\n",
    'does not know "Hinweis"',
  ),
  {
    lint: 'unreachable',
    files: {
      'global.yaml': global(
        tested('r1').replace('id: r1', 'id: ▸r1'),
        tested('r2', { does: '{ action: allow }', exempts: '[hate.attack]' }),
      ),
    },
    says: 'rule r1 never acts: r2 lets hate.attack through',
  },
  one('never-fires', { when: '▸note.has_images && false' }, 'always false'),
  one('never-fires', { when: 'note.has_images && mixed', unless: '▸note.is_reply || mixed' }, 'unless takes out what'),
  one('never-fires', { when: 'note.has_images', unless: '▸note.has_images' }, 'can never fire'),
  {
    lint: 'unreachable',
    files: {
      'global.yaml': global(tested('r1').replace('id: r1', 'id: ▸r1'), tested('r2', { does: '{ action: hold }' })),
    },
    says: 'r2 takes all of its notes',
  },
  {
    lint: 'unreachable',
    files: {
      'global.yaml': global(
        tested('r1', {
          when: 'reaches("hate.attack","review")  &&  note.has_images',
          unless: 'mixed || note.is_reply',
        }).replace('id: r1', 'id: ▸r1'),
        tested('r2', { unless: 'note.is_reply' }),
      ),
    },
    says: 'r2 takes all of its notes',
  },
  of('few-tests', 'de', rules(rule({ id: 'r9' }).replace('id: r9', 'id: ▸r9')), 'it needs 1 and 2'),
  {
    lint: 'test-unread',
    files: {
      'global.yaml': global(tested('r1').replace('{ expect: match', '{ text: abc, ▸signs: [leet], expect: match')),
    },
    says: 'signs is not looked at in a test with a text',
  },
  {
    lint: 'untested-language',
    files: { 'global.yaml': global(tested('r1', { languages: '[de, fr]' }).replace('id: r1', 'id: ▸r1')) },
    says: 'claims de, fr and has no test that matches in it',
  },
];

const MARK = '▸';
function unmarked(files: Files): { readonly files: Files; readonly place: string | null } {
  let place: string | null = null;
  const clean = Object.entries(files).map(([name, text]) => {
    const at = text.indexOf(MARK);
    if (at < 0) return [name, text] as const;
    const before = text.slice(0, at).split('\n');
    place = `${name}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    return [name, text.replace(MARK, '')] as const;
  });
  return { files: Object.fromEntries(clean), place };
}

test.each(CASES.map((entry) => [entry.lint, entry.says, entry] as const))('%s: %s', (lint, says, entry) => {
  const { files, place } = unmarked(entry.files);
  const { bundle, faults } = checkFiles(filesOf(files), entry.today === undefined ? {} : { today: entry.today });
  const mine = faults.filter((fault) => fault.lint === lint);
  expect(mine.map((fault) => `${fault.file}:${fault.line}:${fault.column}`)).toContain(place);
  expect(mine.map(({ message }) => message).join('\n')).toContain(says);
  const { level, kind } = LINTS[lint];
  expect(mine.every((fault) => fault.level === level && fault.kind === kind)).toBe(true);
  if (level === 'error') expect(bundle).toBeNull();
});

test('a folder without global.yaml says so', () => {
  const { faults } = checkFiles(new Map([['notices/en.yaml', NOTICE]]));
  expect(faults.map(({ lint, file, line, column }) => [lint, file, line, column])).toEqual([
    ['missing-file', 'global.yaml', 1, 1],
  ]);
});

test.each([
  'author.age_days > 5 && author.age_days < 10',
  'note.kind == "note" && language == "de"',
  'max_score("fraud.scam") >= 0.5 && max_score("fraud.scam") <= 0.5',
])('%s can be met', (when) => {
  const { faults } = checkFiles(filesOf({ 'global.yaml': global(tested('r1', { when: `'${when}'` })) }));
  expect(faults).toEqual([]);
});

test('a region that reads the condition, or that a file builds on, may be named', () => {
  const files = {
    'global.yaml': global(tested('r1', { when: 'region.id == "de" || region.id == "at"' })),
    'regions/eu.yaml': region('eu', rules(tested('r9', { when: '\'region.id in ["eu", "at"]\'' }))),
    'regions/at.yaml': region('at', '', 'eu'),
    'regions/de.yaml': region('de', rules(tested('r8', { when: 'region.id == "de"' })), 'eu'),
  };
  expect(checkFiles(filesOf(files)).faults).toEqual([]);
});

test('a rule that lets a category through is no rule that changes nothing', () => {
  const files = {
    'global.yaml': global(tested('r1'), tested('r2', { does: '{ action: allow }', exempts: '[hate.attack]' })),
  };
  const { faults } = checkFiles(filesOf(files));
  expect(faults.map(({ message }) => message).filter((message) => message.includes('r2 changes nothing'))).toEqual([]);
});

test('files that nobody reads are named', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'polywarden-stray-'));
  await mkdir(path.join(dir, 'regions'));
  for (const name of [
    'global.yaml',
    'it.yaml',
    'README.md',
    'regions/it.yml',
    'regions/de.yaml',
    'regions/fr.yaml.txt',
  ]) {
    await writeFile(path.join(dir, name), '');
  }
  expect((await strayFiles(dir)).map(formatFault)).toEqual([
    'it.yaml:1:1: this file is not read: region files stand in regions/, here is global.yaml alone',
    'regions/fr.yaml.txt:1:1: this file is not read: its name has to end in .yaml',
    'regions/it.yml:1:1: this file is not read: its name has to end in .yaml',
  ]);
  await rm(dir, { recursive: true });
});

test('every lint has a test', () => {
  const tried = new Set<string>([...CASES.map(({ lint }) => lint), 'missing-file', 'stray-file']);
  expect(LINT_IDS.filter((id) => !tried.has(id))).toEqual([]);
  console.log(`${tried.size} of ${LINT_IDS.length} lints have a test that holds their place and message`);
});
