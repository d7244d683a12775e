/** What authors read when something is wrong: plain words, the place, and the nearest right word. */
import { describe, expect, test } from 'vitest';
import { compileExpression } from '../../src/policy/cel.js';
import { isLanguage, languageHint, languageTag } from '../../src/policy/languages.js';
import { placeWords } from '../../src/policy/say-issue.js';
import { bundleOf, faultLines, GLOBAL_HEAD, global, region, rule, rules, tested } from './bench-files.js';

function said(source: string): string {
  const compiled = compileExpression(source);
  return compiled.ok ? 'fine' : compiled.faults.map(({ offset, message }) => `${offset}: ${message}`).join('\n');
}

describe('conditions: slips of people who do not program', () => {
  test.each([
    ['author.age_days = 3', '16: write == to compare'],
    ['mixed and note.is_reply', '6: write && for "and"'],
    ['mixed OR note.is_reply', '6: write && for "and", || for "or"'],
    ['not mixed', '4: write && for "and", || for "or", ! for "not"'],
    ['mixed & note.is_reply', '6: write && for "and"'],
    ['mixed | note.is_reply', '6: write || for "or"'],
    ['author.age_days <> 3', '17: write != for "is not"'],
    ['author.age_days => 3', '16: write >= or <='],
    ['has_flag(“art”)', '9: write straight quotation marks'],
    ['has_flag("art)', '9: a quotation mark that is opened here is never closed'],
    ['(mixed', '6: a bracket "(" is never closed'],
    ['"de" in ["de"', '13: a bracket "[" is never closed'],
    ['mixed)', '5: there is a ")" too many'],
    ['mixed &&', '8: the condition ends too early'],
    ['&& mixed', '0: something is missing before this'],
    ['mixed; mixed', '5: ";" does not belong here'],
    ['mixed "art"', '6: ""art"" does not belong here'],
    ['has_flag("art" "news")', '15: expected "," or ")" here'],
    ['has_flag(art)', '9: unknown field "art"; a word that is meant as such stands in quotation marks'],
    ['has_flags("art")', '0: unknown function "has_flags"; did you mean "has_flag"?'],
    ['has_flag()', '0: it is written has_flag("flag")'],
    ['found_by("fraud.scam")', '0: it is written found_by("category", "source")'],
    ['sampled("5")', '0: it is written sampled(percent)'],
    ['text.contains(3)', '0: it is written text.contains("word"); of a list: "word" in languages'],
    ['author < 3', 'name a part of the author: known, age_days'],
    ['author', '0: a condition is true or false, this is the whole author'],
    ['contacts', '0: a condition is true or false, this is a list'],
    ['author.verified == "yes"', 'what is true or false stands alone'],
    ['!text', '0: ! cannot stand before text'],
    ['mixed && text', '0: between && and || stand parts that are true or false; this is text'],
    ['mixed ? "a" : false', '0: both answers behind "?" must be of the same kind'],
    ['max_score("fraud.scam") > 70%', 'write a share as a figure from 0 to 1, such as 0.7 for 70 %'],
    ['max_score("fraud.scam") > 0,7', '27: write decimals with a point'],
    ['max_score("fraud.scam") > .7', 'write a figure before the point'],
    ['text contains "sale"', '5: it is written text.contains("word")'],
    ['contains(text, "sale")', '0: it is written text.contains("word")'],
    ['text.lower().contains("sale")', 'take no notice of case'],
    ['text.length > 10', 'the length of a text is size(text)'],
    ['"it" in language', 'behind in stands a list'],
    ['languages == "it"', 'whether it holds a word is asked by "word" in the list'],
    ['note.text.contains("x")', '"text" stands alone, with nothing before it'],
    ['"news" in flags', '10: unknown field "flags"; did you mean "note.flags"?'],
    ['author.age < 7', 'unknown field "age"; did you mean "age_days"?'],
    ['if mixed then true', 'a condition has no if'],
    ['re(text, "\\d+")', 'a backslash is written twice; or put r before them: r"\\d+"'],
    ['re("sale", text)', 'write the pattern as a quoted word, re(text, "pattern")'],
    ['（mixed）', '0: a wide "（"; write ('],
    ['mixed ＆＆ mixed', '6: a wide "＆"; write &'],
    ['has(author)', '4: has() asks for a part of something'],
  ])('%s', (source, message) => {
    expect(said(source)).toContain(message);
  });
});

describe('conditions: words that a field never holds, and figures beyond a score', () => {
  test.each([
    ['"busines" == author.account_type', '0: author.account_type is never "busines"; did you mean "business"?'],
    ['contacts.exists(c, c.kind == "urls")', '29: c.kind is never "urls"; did you mean "url"?'],
    ['findings.exists(f, f.source in ["term", "classifer"])', '40: f.source is never "classifer"'],
    ['"recovry" in note.flags', '0: note.flags is never "recovry"; did you mean "recovery"?'],
    ['"zero" in signs', 'signs is never "zero"; known are invisible'],
    ['language == "deutsch"', 'did you mean "de" (German)?'],
    ['"dee" in languages', '"dee" is no language that exists'],
    ['lang_is("IT")', 'did you mean "it" (Italian)?'],
    ['language == "ita"', 'did you mean "it" (Italian)?'],
    ['region.id == "UK"', '13: region.id is never "UK"; did you mean "gb" (United Kingdom)?'],
    ['sampled(200)', '8: sampled takes a share of 0 to 100 in a hundred'],
    ['scores["hate.atack"].p > 0.5', '7: scores has no "hate.atack"; did you mean "hate.attack"?'],
    ['competence["hate.attack"] == "valid"', 'is never "valid"; known are validated, weak, none'],
    ['region.thresholds["hate.attack"]["reviw"] > 0.1', '33: region.thresholds["hate.attack"] has no "reviw"'],
    ['max_score("fraud.scam") > 1', 'lies between 0 and 1, so this is never true'],
    ['0.0 <= max_score("fraud.scam")', '0: max_score("fraud.scam") lies between 0 and 1, so this is always true'],
    ['scores["toxicity"].p < -0.5', 'so this is never true'],
    ['image.labels["x"] >= 80', 'for 80 % write 0.8'],
    ['max_score("fraud.scam") <= 1.0', 'so this is always true'],
    ['max_score("fraud.scam") < 2', 'so this is always true'],
    ['max_score("fraud.scam") <= -1.0', 'so this is never true'],
    ['1.0 < max_score("fraud.scam")', '0: max_score("fraud.scam") lies between 0 and 1, so this is never true'],
    ['2 > max_score("fraud.scam")', 'so this is always true'],
    ['competence["hate.attack"] in ["valid"]', 'is never "valid"'],
    ['"listing" == note.kind || "x" == note.kind', '26: note.kind is never "x"'],
  ])('%s', (source, message) => {
    expect(said(source)).toContain(message);
  });
  test.each([
    'note.kind in ["note", "comment"]',
    'author.account_type == ""',
    '"de" in languages && language != "und"',
    'double(author.age_days) > 7.0',
    'max_score("fraud.scam") >= 1.0 || 0.5 < scores["toxicity"].p',
    'image.labels["anything"] > 0.5',
    'region.id == "de"',
    'gaps.exists(gap, gap == "classify")',
    'scores["toxicity"].p > 0.0 && scores["toxicity"].p <= 0.99',
    '0.2 < max_score("fraud.scam") && 0.9 >= max_score("fraud.scam")',
    'image.text == "anything" && "x" in image.codes',
    'author.age_days in [1, 2] && size(contacts) > 70',
    'competence["hate.attack"] in ["validated", "weak"]',
  ])('%s is fine', (source) => {
    expect(said(source)).toBe('fine');
  });
});

describe('files', () => {
  const inRule = (fields: Readonly<Record<string, string>>): readonly string[] =>
    faultLines({ 'global.yaml': global(rule({ id: 'r1', ...fields })) });
  test.each([
    [
      { mode: 'shaddow' },
      'r1, mode: expected disabled, shadow, canary(n) with n from 0 to 100, or enforce; found "shaddow"; did you mean "shadow"?',
    ],
    [{ mode: 'true' }, 'or enforce; found true'],
    [{ mode: '{ de: canary(500) }' }, 'rule r1, mode.de: expected disabled, shadow'],
    [{ severity: 'high' }, 'rule r1, severity: expected a number, found "high"'],
    [{ severity: '9' }, 'rule r1, severity: expected at most 4, found 9'],
    [{ severity: '-1' }, 'rule r1, severity: expected at least 0, found -1'],
    [{ does: 'remove' }, 'rule r1, then: expected keys with values, such as { key: value }, found "remove"'],
    [{ exempts: '{}' }, 'rule r1, exempts: expected a list, such as [one, two], found keys with values'],
    [{ owner: '[a]' }, 'rule r1, owner: expected a text, found a list'],
    [{ owner: 'null' }, 'rule r1, owner: expected a text, found nothing'],
    [{ tests: `[${'{ expect: match, signs: 3 }'}]` }, 'test 1, signs: expected a list, such as [one, two], found 3'],
    [{ tests: '[{ expect: match, findings: [{ categry: fraud.scam }] }]' }, 'did you mean "category"?'],
    [{ tests: '[{ expect: match, has_images: 1 }]' }, 'has_images: expected true or false, found 1'],
    [
      { tests: `[{ expect: match, findings: [${'fraud.scam, '.repeat(65)}] }]` },
      'findings: expected 64 or fewer entries, found 65',
    ],
    [{ does: '{ action: limit, hours: 0 }' }, 'rule r1, then.hours: expected more than 0, found 0'],
    [{ languages: 'de' }, 'rule r1, languages: expected a list, such as [one, two], found "de"'],
    [{ languages: '[]' }, 'rule r1, languages: expected 1 or more entries, found 0'],
    [
      { languages: '[german]' },
      'rule r1, languages 1: "german" is no language that exists; did you mean "de" (German)?',
    ],
    [{ message: '""' }, 'rule r1, message: must not be empty'],
    [{ message: `"${'x'.repeat(700)}"` }, 'rule r1, message: expected 600 characters at most, found 700'],
    [{ review_by: '31.12.2026' }, 'rule r1, review_by: expected a day as YYYY-MM-DD; found "31.12.2026"'],
    [{ tests: '\n      - { findings: [fraud.scam] }' }, 'rule r1, test 1, expect: is missing'],
    [{ tests: '\n      - { expect: match, contacts: [link] }' }, 'rule r1, test 1, contacts 1: expected url, email'],
    [{ category: 'no.such.family' }, 'expected a known word, found "no.such.family"; `polywarden policy fields` lists'],
    [{ category: 'gambling' }, 'did you mean "goods.gambling"?'],
    [{ mode: 'canary 10' }, 'did you mean "canary(10)"?'],
    [{ mode: '{ DE: enforce }' }, 'expected the id of a region, or "*"; found "DE"; did you mean "de" (Germany)?'],
    [{ mode: '{ default: shadow }' }, 'no file "default" builds on global; all that are not named go by "*"'],
    [{ severity: '"2"' }, 'expected a number, found "2"; write 2 without quotation marks'],
    [{ owner: '7' }, 'rule r1, owner: expected a text, found 7; put it in quotation marks'],
    [{ review_by: '20271231' }, 'review_by: expected a day as YYYY-MM-DD, found 20271231'],
    [{ languages: '[IT]' }, '"IT" is no language that exists; did you mean "it" (Italian)?'],
    [{ languages: '[zh-hans]' }, 'did you mean "zh-Hans"'],
    [{ message: 'Seen by {who}' }, 'the message has the blank {who}; only {by} is filled in'],
    [{ effective_from: '2027-01-01' }, 'unknown word "effective_from"; it belongs to the whole file'],
    [{ expect: 'match' }, 'unknown word "expect"; it belongs to a test of a rule'],
  ])('%j', (fields, message) => {
    expect(inRule(fields).join('\n')).toContain(message);
  });

  test('a switch that may only stand one way', () => {
    const bka = 'authorities:\n  bka: { name: BKA, categories: [violence.threat], human_approval: false }\n';
    expect(faultLines({ 'regions/de.yaml': region('de', bka) })[0]).toContain(
      'authorities.bka.human_approval: expected true, found false',
    );
  });

  test('figures that contradict each other', () => {
    const asks = 'opinions: { ask: { scores: { from: 0.9, below: 0.2 } } }\n';
    expect(faultLines({ 'regions/de.yaml': region('de', asks) })[0]).toContain(
      'opinions.ask.scores: from must be less',
    );
    expect(faultLines({ 'regions/de.yaml': region('de', 'age: { min: 200 }\n') })[0]).toContain(
      'age.min: expected at most 21',
    );
    expect(faultLines({ 'regions/de.yaml': region('de', 'unread: { min_chars: 1.5 }\n') })[0]).toContain(
      'unread.min_chars: expected a whole number, found 1.5',
    );
  });

  test('a wrong address says which kind is wanted', () => {
    const file = GLOBAL_HEAD.replace("'https://example.org/t1'", "'http://example.org/t1'");
    expect(faultLines({ 'global.yaml': file })[0]).toContain(
      'terms.t1.url: expected an https address, such as https://example.org/law; found "http://example.org/t1"',
    );
  });

  test('one slip is told once: files that build on a faulty one are not to blame', () => {
    const files = { 'regions/eu.yaml': 'id: eu\nnaem: EU\n', 'regions/de.yaml': region('de', '', 'eu') };
    expect(faultLines(files).every((line) => line.startsWith('regions/eu.yaml'))).toBe(true);
    expect(faultLines({ 'global.yaml': 'id: global\n\tname: x\n', 'regions/de.yaml': region('de') })).toEqual([
      'global.yaml:2:1: a tab; indent with spaces',
    ]);
  });

  test('a file of sentences with a fault is not missed as well, and neither are the clauses of a region file', () => {
    const broken = { 'notices/en.yaml': 'language: en\nname: English\ndirection: left\n' };
    expect(faultLines(broken).filter((line) => !line.startsWith('notices/en.yaml'))).toEqual([]);
    const clauses = 'language: de\nname: D\ndirection: ltr\nreviewed_by: null\nsentences: {}\nclauses: { t1: T }\n';
    const files = { 'global.yaml': GLOBAL_HEAD.replace('owner:', 'ownr:'), 'notices/de.yaml': clauses };
    expect(faultLines(files)).toEqual(['global.yaml:4:1: unknown word "ownr"; did you mean "owner"?']);
  });

  test('conditions are judged in a file with another fault, and in those that build on it', () => {
    const bad = rules(rule({ id: 'r9', severity: 'high' }), rule({ id: 'r8', when: 'has_flag("arrt")' }));
    const files = {
      'regions/eu.yaml': region('eu', bad),
      'regions/de.yaml': region('de', rules('  - id: r9\n    unless: found_in("xx")\n'), 'eu'),
    };
    expect(faultLines(files)).toEqual([
      'regions/de.yaml:6:22: rule r9, unless: there is no bank or group of entries "xx" in terms/',
      'regions/eu.yaml:7:15: rule r9, severity: expected a number, found "high"',
      expect.stringContaining('rule r8, when: has_flag: unknown flag "arrt"; did you mean "art"?'),
    ]);
  });

  test('null takes the thresholds of a category out, and rules that ask for them never reach it', () => {
    const files = {
      'global.yaml': global(rule({ id: 'r1' })),
      'regions/de.yaml': region('de', 'thresholds: { hate.attack: null }\n'),
    };
    expect(faultLines(files).filter((line) => line.startsWith('regions/'))).toEqual([]);
    expect(bundleOf(files).regions.get('de')?.value.thresholds.get('hate.attack')?.size).toBe(0);
  });

  test('what null takes out is not offered again', () => {
    const files = {
      'global.yaml': global(rule({ id: 'r1' })),
      'regions/de.yaml': region('de', 'terms: { t1: null }\n'),
    };
    expect(faultLines(files).join()).toContain('unknown clause "t1" in de; the file takes it out by null');
  });

  test('what is missing in global is told once', () => {
    const files = { 'global.yaml': GLOBAL_HEAD.replace(/^age:.*\n/m, ''), 'regions/de.yaml': region('de') };
    expect(faultLines(files)).toEqual(['global.yaml:1:1: age: is missing']);
  });

  test('characters without a shape are shown', () => {
    expect(inRule({ category: 'fraud.scam\u200b' }).join()).toContain(
      'found "fraud.scam\\u{200b}"; did you mean "fraud.scam"?',
    );
  });

  test('one line that slipped is one fault', () => {
    const slipped = global(rule({ id: 'r1' })).replace('    severity', '   severity');
    expect(faultLines({ 'global.yaml': slipped })).toHaveLength(1);
  });

  test.each([
    ['name: Everywhere', 'name: Cura\uFFFDao', '2:11: a character that cannot be read; save the file as UTF-8'],
    ['name: Everywhere', 'name:\u00A0Everywhere', '2:6: a wide or hard blank; write an ordinary one'],
    ['name: Everywhere', 'name：Everywhere', '2:5: a wide colon; write ":" and a blank behind it'],
    ["disclosure: { en: ['Advertisement'] }", 'disclosure: { en: [#ad] }', '"#" begins a remark'],
    ['name: Everywhere', 'name: {by} is here', 'a text that begins with "{" or "[" needs quotation marks'],
    ['name: Everywhere', 'name: *', 'a "*" needs quotation marks around it'],
    ['review: 0.6', 'review: 0,6', 'unknown word "6"; write decimals with a point'],
    ['review: 0.6', 'review: 60%', 'found "60%"; write 0.6 without quotation marks'],
    [
      'notice_languages: [en]',
      'notice_languages: [en, it]',
      'there is no notices/it.yaml; write one as notices/en.yaml',
    ],
    ['notice_languages: [en]', 'notice_languages: [English]', 'did you mean "en" (English)?'],
    ['id: global', 'id: Global', 'did you mean "global"'],
    ['age: { min: 13, adult: 18 }', 'age: { min: 20, adult: 18 }', 'nobody grows up before the least age'],
  ])('%s as %s', (from, to, message) => {
    expect(faultLines({ 'global.yaml': GLOBAL_HEAD.replace(from, to) }).join('\n')).toContain(message);
  });

  test('whoever mistypes the id of a rule to change is told the nearest', () => {
    const files = {
      'global.yaml': global(rule({ id: 'hate.known' })),
      'regions/de.yaml': region('de', 'rules:\n  - id: hate.knwon\n    mode: shadow\n'),
    };
    expect(faultLines(files).join()).toContain('a new rule needs all of them; did you mean "hate.known"?');
  });

  test('an inherited rule that a region cannot take is changed in the file of that region', () => {
    const files = {
      'global.yaml': global(rule({ id: 'r1' })),
      'regions/de.yaml': region('de', "ladder: { '2': label }\n"),
    };
    expect(faultLines(files).join()).toContain('in regions/de.yaml write the id of the rule and a milder then');
  });

  test('a rule twice names the other line', () => {
    expect(faultLines({ 'regions/de.yaml': region('de', rules(tested('r1'), tested('r1'))) })[0]).toMatch(
      /the rule id "r1" is used twice; it stands in line 5 too$/,
    );
  });

  test('a mode may name every file that builds on its own', () => {
    const files = {
      'global.yaml': global(rule({ id: 'r1', mode: '{ de: enforce, "*": shadow }' })),
      'regions/eu.yaml': region('eu'),
      'regions/de.yaml': region('de', '', 'eu'),
    };
    expect(bundleOf(files).regions.get('de')?.rules[0]?.mode.kind).toBe('enforce');
  });
});

test('places are counted from 1 and rules go by their id', () => {
  const file = { rules: [{ id: 'r1', tests: [{}, { findings: ['x'] }] }, {}] };
  expect(placeWords(['rules', 0, 'tests', 1, 'findings', 0], file)).toBe('rule r1, test 2, findings 1: ');
  expect(placeWords(['rules', 1, 'when'], file)).toBe('rule 2, when: ');
  expect(placeWords([0], ['x'])).toBe('entry 1: ');
  expect(placeWords([], file)).toBe('');
});

describe('languages', () => {
  test.each(['de', 'zh-Hans', 'hi-Latn', 'pt-BR', 'tl', 'und'])('%s exists', (tag) => {
    expect(isLanguage(tag)).toBe(true);
  });
  test('each is written as detection writes it, Tagalog included', () => {
    expect(isLanguage('fil')).toBe(false);
    expect(languageHint('fil')).toContain('"tl" (Filipino)');
    expect(['tl', 'fil-PH', 'ita', 'IT'].map(languageTag)).toEqual(['tl', 'tl-PH', 'it', 'it']);
  });
  test.each(['dee', 'deutsch', 'xx', '', 'not a tag!'])('%s does not', (tag) => {
    expect(isLanguage(tag)).toBe(false);
  });
  test('the hint knows names in English and in the language itself', () => {
    expect(languageHint('German')).toContain('"de" (German)');
    expect(languageHint('español')).toContain('"es" (Spanish)');
    expect(languageHint('qqqqqqqqqq')).toBe('; a tag is as short as de or zh-Hans');
  });
});
