/** A second, independent CEL engine must answer every condition of every shipped rule as ours does. */
import path from 'node:path';
import { type CelFunc, type CelInput, CelScalar, celEnv, celFunc, isCelError, parse, plan } from '@bufbuild/cel';
import { expect, test } from 'vitest';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import type { CategoryId } from '../../src/categories.js';
import { compileExpression, type Expression } from '../../src/policy/cel.js';
import { RuleContext } from '../../src/policy/context.js';
import { VALUE_CLASSES } from '../../src/policy/context-values.js';
import { FUNCTIONS } from '../../src/policy/functions.js';
import type { Variant } from '../../src/policy/model.js';
import { compilePattern } from '../../src/policy/patterns.js';
import type { RuleTest } from '../../src/policy/schema-rule.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { VARIABLES } from '../../src/policy/vocabulary.js';

/** Rules that the other engine cannot express, with the reason; a rule that is no longer so must leave the list. */
const INEXPRESSIBLE: Readonly<Record<string, string>> = {};

const AT = Date.parse('2026-11-01T00:00:00Z');
/** Each condition also meets every n-th test of the other rules. */
const STRIDE = 23;

const bundle = await loadBundle(path.resolve('policies'));
const { STRING, BOOL, DOUBLE, INT } = CelScalar;

let context: RuleContext;
const findingsOf = (id: string) => context.category(id as CategoryId).findings;
const under = (tag: string, parent: string): boolean => `${tag}-`.toLowerCase().startsWith(`${parent}-`.toLowerCase());
const termIds = (): readonly string[] =>
  context.findings.filter(({ source }) => source === 'term' || source === 'pattern').map(({ detector }) => detector);
const NO_SPACES = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/u;
const plainText = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
function holdsWords(text: string, wording: string): boolean {
  const [place, wanted] = [plainText(text), plainText(wording)];
  if (NO_SPACES.test(wanted)) return place.includes(wanted);
  return ` ${place.split(/[^\p{L}\p{N}]+/u).join(' ')} `.includes(` ${wanted} `);
}
/** Test evidence of rules holds no figures of speech; those that do are in idioms.test.ts. */
const onlyIdiomsAgain = (id: string): boolean => findingsOf(id).length < 0;
/** Written from the declarations of the vocabulary, not from the engine under test. */
const FUNCS: readonly CelFunc[] = [
  celFunc('any_finding', [STRING], BOOL, (id) => findingsOf(id).length > 0),
  celFunc('found_beside_model', [STRING], BOOL, (id) => findingsOf(id).some(({ source }) => source !== 'classifier')),
  celFunc('found_by', [STRING, STRING], BOOL, (id, by) => findingsOf(id).some((finding) => finding.source === by)),
  celFunc('max_score', [STRING], DOUBLE, (id) => context.category(id as CategoryId).max),
  celFunc('max_severity', [STRING], INT, (id) =>
    BigInt(Math.max(0, ...findingsOf(id).map((finding) => finding.severity))),
  ),
  celFunc('reaches', [STRING, STRING], BOOL, (id, step) => {
    const threshold = context.region.thresholds.get(id)?.get(step) ?? Number.POSITIVE_INFINITY;
    return context.category(id as CategoryId).max >= threshold;
  }),
  celFunc('has_contact', [STRING], BOOL, (kind) => context.contacts.some((contact) => contact.kind === kind)),
  celFunc('has_term', [STRING, STRING], BOOL, (text, wording) => holdsWords(text, wording)),
  celFunc('found_term', [STRING], BOOL, (id) => termIds().includes(id)),
  celFunc('found_in', [STRING], BOOL, (bank) => termIds().some((id) => id.startsWith(`${bank}.`))),
  celFunc('only_idioms', [STRING], BOOL, (id) => onlyIdiomsAgain(id)),
  celFunc('lang_is', [STRING], BOOL, (tag) => context.languages.some((language) => under(language, tag))),
  celFunc('has_flag', [STRING], BOOL, (flag) => context.note.flags.some((known) => known === flag)),
  celFunc('has_sign', [STRING], BOOL, (sign) => context.signs.some((known) => known === sign)),
  celFunc('competent', [STRING], BOOL, (key) => context.competence.get(key) === 'validated'),
  celFunc('sampled', [INT], BOOL, (percent) => context.bucket < Number(percent)),
  celFunc('re', [STRING, STRING], BOOL, (text, source) => {
    const compiled = compilePattern(source);
    return compiled.ok && compiled.pattern.test(text);
  }),
];
const ENVIRONMENT = celEnv({ funcs: [...FUNCS] });

/** Records become maps, whose fields are read in the same way. */
function plain(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([key, inner]) => [String(key), plain(inner)]));
  const isRecord = Object.values(VALUE_CLASSES).some((made) => value instanceof made);
  if (isRecord) return new Map(Object.entries(value as object).map(([key, inner]) => [key, plain(inner)]));
  return value as CelInput;
}
const bindings = (): Record<string, CelInput> =>
  Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, plain(Reflect.get(context, name))]));

type Other = () => boolean | 'error';
function other({ source }: Expression): Other {
  const planned = plan(ENVIRONMENT, parse(source));
  return () => {
    const answer = planned(bindings());
    return isCelError(answer) || typeof answer !== 'boolean' ? 'error' : answer;
  };
}
function ours(expression: Expression): boolean | 'error' {
  try {
    return expression.test(context);
  } catch {
    return 'error';
  }
}

const rules = [...bundle.regions.values()].flatMap((region) => region.rules);
const variants = new Map<Variant, { readonly rule: string; readonly tests: (typeof rules)[number]['tests'] }>();
for (const rule of rules)
  if (!variants.has(rule.variant)) variants.set(rule.variant, { rule: rule.id, tests: rule.tests });
const allTests = [...new Set(rules.flatMap((rule) => rule.tests))];

test('the other engine has every function that rules may call', () => {
  expect(FUNCS.map((func) => func.name).sort()).toEqual(Object.keys(FUNCTIONS).sort());
});

test('both engines give the same answer to every condition, over its own tests and those of others', () => {
  const refused = new Map<string, string>();
  const different: string[] = [];
  const seen = { asked: 0, true: 0, false: 0 };
  let turn = 0;
  for (const [variant, { rule, tests }] of variants) {
    for (const expression of [variant.when, variant.unless]) {
      if (expression === null) continue;
      let ask: Other;
      try {
        ask = other(expression);
      } catch (error) {
        refused.set(rule, String(error));
        continue;
      }
      turn += 1;
      for (const given of [...tests, ...allTests.filter((_, index) => (index + turn) % STRIDE === 0)]) {
        context = new RuleContext(testInput(given, AT), variant.region);
        const [mine, theirs] = [ours(expression), ask()];
        seen.asked += 1;
        seen[mine === true ? 'true' : 'false'] += 1;
        if (mine !== theirs) different.push(`${rule}: ${expression.source}: ${mine}, the other engine ${theirs}`);
      }
    }
  }
  expect(different.slice(0, 10)).toEqual([]);
  expect([...refused.keys()].sort()).toEqual(Object.keys(INEXPRESSIBLE).sort());
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(variants.size);
  console.log(
    `${seen.asked} answers of two engines over ${variants.size} conditions: ${seen.true} yes, ${seen.false} no`,
  );
});

/** What authors may write and no shipped rule does yet: every function and field at least once. */
const WRITTEN: readonly (readonly [string, Partial<RuleTest>])[] = [
  ['has_term(text, "art")', { text: 'ART for sale' }],
  ['has_term(text, "art")', { text: 'an artist' }],
  ['has_term(text, "easy money")', { text: 'Easy  money? No: easy money!' }],
  ['has_term(text, "微信")', { text: '想要的加微信吧' }],
  ['has_term(note.title, "sale") && !has_term(note.body, "sale")', { title: 'Summer sale', text: 'Bags' }],
  ['has_term(image.text, "sale")', { image: { text: 'SALE today' } }],
  ['note.title == "Bags" || note.body.contains("Two")', { title: 'Bags', text: 'Two' }],
  ['found_term("en.scam.x")', { findings: [{ category: 'fraud.scam', detector: 'en.scam.x' }] }],
  ['found_in("en.scam") && !found_in("de")', { findings: [{ category: 'fraud.scam', detector: 'en.scam.x' }] }],
  ['only_idioms("violence.threat")', { scores: { 'violence.threat': 0.9 } }],
  ['image.known && image.count == 1 && image.unreadable == 0', { image: { text: 'x' } }],
  ['image.unreadable >= 1', { image: { unreadable: true } }],
  ['image.codes.exists(c, c.startsWith("https://"))', { image: { codes: ['https://shop.example'] } }],
  ['"gore" in image.labels && image.labels["gore"] >= 0.8', { image: { labels: { gore: 0.9 } } }],
  ['"gore" in image.labels && image.labels["gore"] >= 0.8', { image: { labels: {} } }],
  ['ocr.exists(o, o.confidence < 0.4 && o.part == "image:0")', { image: { text: 'x', confidence: 0.3 } }],
  ['ocr.exists(o, "eng" in o.languages)', { image: { text: 'x' } }],
  ['region.accepts_disclosure', { contacts: [{ kind: 'disclosure', detail: 'de' }] }],
  ['region.accepts_disclosure', { contacts: [{ kind: 'disclosure', detail: 'sv' }] }],
  ['region.accepts_disclosure && region.adult_age >= 18', { ad_declared: true }],
  ['lang_is("zh") && any_finding("fraud.scam")', { language: 'zh-Hans', findings: ['fraud.scam'] }],
  ['author.known && author.age_days < 7', { author: { age_days: 3 } }],
  ['campaign.known && campaign.authors_24h >= 20', { campaign: { authors_24h: 25 } }],
  ['size(gaps) > 0 && "match" in gaps', { failed: ['match'] }],
  ['competent("hate.attack") && max_severity("fraud.scam") >= 2', { findings: ['fraud.scam'] }],
  ['found_by("fraud.scam", "term") && has_contact("url")', { findings: ['fraud.scam'], contacts: ['url'] }],
  ['max_score("fraud.scam") >= 0.5', { findings: [{ category: 'fraud.scam', score: 0.7 }] }],
  ['has_sign("bidi") && has_flag("news") && sampled(100)', { signs: ['bidi'], flags: ['news'] }],
];

test.each(WRITTEN)('both engines agree on %s', (source, given) => {
  const compiled = compileExpression(source);
  if (!compiled.ok) throw new Error(compiled.faults.map(({ message }) => message).join('; '));
  const region = bundle.regions.get('de');
  if (region === undefined) throw new Error('no de');
  context = new RuleContext(testInput({ expect: 'match', ...given }, AT), region.value);
  const mine = ours(compiled.expression);
  expect(mine).not.toBe('error');
  expect(other(compiled.expression)()).toBe(mine);
});

test('every function that rules may call is put to both engines', () => {
  const sources = [...WRITTEN.map(([source]) => source), ...[...variants.keys()].map(({ when }) => when.source)].join(
    '\n',
  );
  expect(Object.keys(FUNCTIONS).filter((name) => !sources.includes(`${name}(`))).toEqual([]);
});
