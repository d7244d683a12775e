import { describe, expect, test } from 'vitest';
import { clauseValue, compileExpression, RuleError } from '../../src/policy/cel.js';
import { isUnder, RuleContext } from '../../src/policy/context.js';
import type { RegionValue } from '../../src/policy/context-values.js';
import type { RuleTest } from '../../src/policy/schema-rule.js';
import { testInput } from '../../src/policy/test-evidence.js';

const EMPTY_REGION: RegionValue = {
  id: '',
  thresholds: new Map(),
  disclosures: [],
  min_age: 0n,
  adult_age: 0n,
};

const NOW = Date.parse('2026-06-01T00:00:00Z');
const REGION: RegionValue = {
  id: 'de',
  thresholds: new Map([['hate.attack', new Map([['review', 0.6]])]]),
  disclosures: ['de'],
  min_age: 13n,
  adult_age: 18n,
};
const contextOf = (fields: Partial<RuleTest>, region = REGION): RuleContext =>
  new RuleContext(testInput({ expect: 'match', ...fields }, NOW), region);

function answer(source: string, fields: Partial<RuleTest> = {}): boolean {
  const compiled = compileExpression(source);
  if (!compiled.ok) throw new Error(compiled.faults.map((fault) => fault.message).join('; '));
  return compiled.expression.test(contextOf(fields));
}
function faults(source: string): readonly { offset: number; message: string }[] {
  const compiled = compileExpression(source);
  return compiled.ok ? [] : compiled.faults;
}

describe('what conditions can say', () => {
  test.each<[string, Partial<RuleTest>, boolean]>([
    ['any_finding("fraud.scam")', { findings: ['fraud.scam'] }, true],
    ['any_finding("fraud.scam")', { findings: ['fraud.phish'] }, false],
    ['found_beside_model("fraud.scam")', { findings: ['fraud.scam'] }, true],
    ['found_beside_model("hate.attack")', { scores: { 'hate.attack': 0.8 } }, false],
    ['found_by("fraud.scam", "term")', { findings: ['fraud.scam'] }, true],
    ['found_by("hate.attack", "classifier")', { scores: { 'hate.attack': 0.8 } }, true],
    ['max_score("hate.attack") >= 0.6', { scores: { 'hate.attack': 0.6 } }, true],
    ['max_severity("fraud.scam") == 3', { findings: [{ category: 'fraud.scam', severity: 3 }] }, true],
    ['max_severity("fraud.scam") == 0', {}, true],
    ['reaches("hate.attack", "review")', { scores: { 'hate.attack': 0.6 } }, true],
    ['reaches("hate.attack", "review")', { scores: { 'hate.attack': 0.59 } }, false],
    ['reaches("hate.attack", "remove")', { scores: { 'hate.attack': 1 } }, false],
    ['has_contact("messenger")', { contacts: ['messenger'] }, true],
    ['found_term("en.scam.1")', { findings: [{ category: 'fraud.scam', detector: 'en.scam.1' }] }, true],
    ['found_term("en.scam.1")', { findings: ['fraud.scam'] }, false],
    ['found_in("en.scam")', { findings: [{ category: 'fraud.scam', detector: 'en.scam.1' }] }, true],
    ['found_in("en")', { findings: [{ category: 'fraud.scam', detector: 'en.scam.1' }] }, true],
    ['found_in("en.sca")', { findings: [{ category: 'fraud.scam', detector: 'en.scam.1' }] }, false],
    ['found_in("en")', { findings: [{ category: 'fraud.scam', detector: 'en.scam.1', source: 'classifier' }] }, false],
    ['has_term(text, "art")', { text: 'Modern ART, framed' }, true],
    ['has_term(text, "art")', { text: 'a young artist' }, false],
    ['has_term(text, "café")', { text: 'A quiet CAFE' }, true],
    ['has_term(text, "微信")', { text: '想要的加微信吧' }, true],
    ['has_term(text, "ครีม")', { text: 'ซื้อครีมใหม่' }, true],
    ['has_term(text, "광고")', { text: '광고는 아닙니다' }, true],
    ['has_term(text, "إعلان")', { text: 'هذا الإعلان جديد' }, true],
    ['has_term(note.title, "sale")', { title: 'Summer sale', text: 'Bags' }, true],
    ['has_term(note.body, "sale")', { title: 'Summer sale', text: 'Bags' }, false],
    ['has_term(image.text, "sale")', { image: { text: 'SALE today' } }, true],
    ['note.title == "Bags" && note.body == "Two of them."', { title: 'Bags', text: 'Two of them.' }, true],
    ['image.known && image.count == 1 && image.unreadable == 0', { image: { text: 'x' } }, true],
    ['image.unreadable == 1 && image.text == ""', { image: { unreadable: true } }, true],
    ['!image.known && image.count == 0 && size(ocr) == 0', {}, true],
    ['image.codes.exists(c, c.startsWith("https://"))', { image: { codes: ['https://shop.example'] } }, true],
    ['image.labels["gore"] >= 0.8', { image: { labels: { gore: 0.9 } } }, true],
    ['"gore" in image.labels', { image: { labels: {} } }, false],
    ['ocr.exists(o, o.confidence < 0.4 && o.part == "image:0")', { image: { text: 'x', confidence: 0.3 } }, true],
    ['lang_is("zh")', { language: 'zh-Hans' }, true],
    ['lang_is("zh-Hans")', { language: 'zh-Hant' }, false],
    ['has_flag("education")', { flags: ['education'] }, true],
    ['has_sign("bidi")', { signs: ['bidi'] }, true],
    ['competent("hate.attack")', { competence: 'weak' }, false],
    ['competent("hate.attack")', {}, true],
    ['region.accepts_disclosure', { contacts: [{ kind: 'disclosure', detail: 'de' }] }, true],
    ['region.accepts_disclosure', { contacts: [{ kind: 'disclosure', detail: 'en' }] }, false],
    ['region.accepts_disclosure', { ad_declared: true }, true],
    ['re("Hello there", "(?i)HELLO")', {}, true],
    ['sampled(100)', {}, true],
    ['sampled(0)', {}, false],
    ['author.age_days == 3 && author.known', { author: { age_days: 3 } }, true],
    ['author.age_days == -1 && !author.known', {}, true],
    ['campaign.authors_1h >= 4 && campaign.median_age_days == -1', { campaign: { authors_1h: 4 } }, true],
    ['findings.exists(f, f.category == "fraud.scam" && f.severity >= 2)', { findings: ['fraud.scam'] }, true],
    ['contacts.all(c, c.view == "raw")', { contacts: ['url', { kind: 'messenger', view: 'pinyin' }] }, false],
    ['scores["toxicity"].calibrated > 0.5', { scores: { toxicity: 0.7 } }, true],
    ['"classify" in gaps', { failed: ['classify'] }, true],
    ['note.kind == "listing" && size(text) == 0', { kind: 'listing' }, true],
    ['region.id == "de" && region.adult_age >= 18', {}, true],
  ])('%s', (source, fields, expected) => {
    expect(answer(source, fields)).toBe(expected);
  });

  test('a language is under its own subtag only', () => {
    expect(isUnder('zh-Hans', 'zh')).toBe(true);
    expect(isUnder('ZH', 'zh')).toBe(true);
    expect(isUnder('zhx', 'zh')).toBe(false);
  });

  test('evidence that is missing reads as zero, never as an error', () => {
    expect(answer('scores["toxicity"].p < 0.1 && max_score("hate.attack") < 0.1', { failed: ['classify'] })).toBe(true);
  });
});

describe('what conditions may not say', () => {
  test.each([
    ['noet.kind == "note"', 0, 'did you mean "note"?'],
    ['note.kin == "note"', 5, 'did you mean "kind"?'],
    ['note.kind == 3', 0, 'text and a whole number cannot stand on the two sides of =='],
    ['any_findng("fraud.scam")', 0, 'any_finding'],
    ['any_finding("fraud.scm")', 12, 'unknown category "fraud.scm"; did you mean "fraud.scam"?'],
    ['any_finding(language)', 12, 'write the category as a quoted word'],
    ['reaches("hate.attack", "revew")', 23, 'did you mean "review"?'],
    ['has_contact("wechat")', 12, 'unknown contact'],
    ['has_flag("eduction")', 9, 'did you mean "education"?'],
    ['lang_is("not a tag!")', 8, 'is no language that exists'],
    ['re(text, "(a")', 9, 'not RE2 syntax'],
    ['re(text, "(?=a)b")', 9, 'not RE2 syntax'],
    ['re(text, language)', 9, 'write the pattern as a quoted word'],
    ['text.matches("(a+)+$")', 0, 'use re(text, "pattern")'],
    ['nothing_like_it(3)', 0, 'nothing_like_it'],
    ['wholly_unknown', 0, 'unknown field "wholly_unknown"'],
    ['size(text, 3) == 1', 0, 'size'],
    ['type(text) == string', 0, 'may not be used here'],
    ['max_score("hate.attack") == 0.5', 0, 'compare with >= or <'],
    ['max_score("hate.attack")', 0, 'a condition is true or false, this is a number'],
    [
      'findings.exists(a, findings.exists(b, findings.exists(c, a.score > b.score)))',
      38,
      'one list walk inside another',
    ],
    ['note.kind ==', 12, 'ends too early'],
  ])('%s', (source, offset, message) => {
    const found = faults(source);
    expect(found.map((fault) => fault.message).join('\n')).toContain(message);
    if (offset > 0) expect(found.map((fault) => fault.offset)).toContain(offset);
  });

  test.each([
    ['a long pattern', `re(text, "${'a'.repeat(600)}")`, 'the limit is 512'],
    ['a long text', `${'true && '.repeat(600)}true`, 'the limit is 4000'],
    ['too many nodes', `${'true&&'.repeat(510)}true`, 'xceeded'],
    ['a long list', `1 in [${'1,'.repeat(70)}1]`, 'xceeded'],
    ['brackets without end', `${'('.repeat(60)}true${')'.repeat(60)}`, 'xceeded'],
  ])('%s is over budget', (_, source, message) => {
    expect(
      faults(source)
        .map((fault) => fault.message)
        .join('\n'),
    ).toContain(message);
  });

  test('an evil pattern runs in linear time', () => {
    const context = contextOf({});
    const compiled = compileExpression('re(text, "^(a+)+$")');
    expect(compiled.ok).toBe(true);
    Object.defineProperty(context, 'text', { value: `${'a'.repeat(50_000)}b` });
    expect(compiled.ok && compiled.expression.test(context)).toBe(false);
  });

  test('an error while it runs is an error, not a no', () => {
    const compiled = compileExpression('findings[3].score > 0.5');
    if (!compiled.ok) throw new Error('does not compile');
    expect(() => compiled.expression.test(contextOf({}))).toThrow(RuleError);
    expect(clauseValue('findings[3].score', contextOf({}))).toContain('error:');
  });
});

describe('what is known without running', () => {
  const facts = (source: string) => {
    const compiled = compileExpression(source);
    if (!compiled.ok) throw new Error('does not compile');
    return compiled.expression;
  };
  test('the gate is a conjunct that asks for a category', () => {
    expect(facts('any_finding("fraud.scam") && note.has_images').gate).toBe('fraud.scam');
    expect(facts('note.has_images && reaches("hate.attack", "review")').gate).toBe('hate.attack');
    expect(facts('any_finding("fraud.scam") || note.has_images').gate).toBeNull();
    expect(facts('!any_finding("fraud.scam")').gate).toBeNull();
    expect(facts('max_severity("fraud.scam") == 0').gate).toBeNull();
  });
  test('evidence, thresholds and region that it reads', () => {
    const expression = facts('reaches("hate.attack", "review") && campaign.known && region.accepts_disclosure');
    expect([...expression.reads].sort()).toEqual(['campaign', 'classify', 'deliberate', 'images', 'match']);
    expect(expression.thresholds).toEqual([{ category: 'hate.attack', step: 'review', offset: 0 }]);
    expect(expression).toMatchObject({ usesDisclosures: true, usesRegion: false });
    expect(facts('region.id == "de"').usesRegion).toBe(true);
    expect(facts('true').usesVariables).toBe(false);
  });
  test('clauses with the parts that explain them', () => {
    const { clauses } = facts('(reaches("hate.attack", "review") || !note.has_images) && author.age_days < 3');
    expect(clauses.map((clause) => clause.source)).toEqual([
      'reaches("hate.attack", "review")',
      'note.has_images',
      'author.age_days < 3',
    ]);
    expect(clauses[0]?.parts).toEqual(['max_score("hate.attack")', 'region.thresholds["hate.attack"]["review"]']);
    expect(clauses[2]?.parts).toEqual(['author.age_days']);
    expect(clauses.map(({ within, not }) => [within.map(({ op, index }) => `${op} ${index}`), not])).toEqual([
      [['and 0', 'or 0'], false],
      [['and 0', 'or 1'], true],
      [['and 1'], false],
    ]);
  });

  test('what is denied as a group is denied part by part', () => {
    const { clauses } = facts('!(note.has_images || author.age_days < 3)');
    expect(clauses.map(({ within, not }) => [within, not])).toEqual([
      [[{ op: 'and', index: 0 }], true],
      [[{ op: 'and', index: 1 }], true],
    ]);
  });
});

test('an empty region reaches nothing', () => {
  const compiled = compileExpression('reaches("hate.attack", "review")');
  expect(compiled.ok && compiled.expression.test(contextOf({ scores: { 'hate.attack': 1 } }, EMPTY_REGION))).toBe(
    false,
  );
});
