/** Laws that hold for every note, over the shipped files. */
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { readPolicyFiles } from '../../src/adapters/policy-folder.js';
import { CATEGORY_IDS } from '../../src/categories.js';
import {
  ACTIONS,
  type Action,
  CONTACT_KINDS,
  CONTEXT_FLAGS,
  DETECTOR_KINDS,
  type Decision,
  EVIDENCE_KEYS,
  type Evidence,
  SCORE_KEYS,
} from '../../src/domain.js';
import { compileBundle } from '../../src/policy/bundle.js';
import { askers, reasonOf } from '../../src/policy/case-terms.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { explain } from '../../src/policy/explain.js';
import type { Bundle } from '../../src/policy/model.js';
import { withOverrides } from '../../src/policy/overrides.js';
import type { RuleTest } from '../../src/policy/schema-rule.js';
import { VISIBILITY } from '../../src/policy/second-opinion.js';
import { testInput } from '../../src/policy/test-evidence.js';

const NOW = Date.parse('2026-11-01T00:00:00Z');
let bundle: Bundle;
let files: ReadonlyMap<string, string>;
beforeAll(async () => {
  files = await readPolicyFiles(path.resolve('policies'));
  bundle = compileBundle(files);
});

const score = fc.double({ min: 0, max: 1, noNaN: true });
const scores = fc.record(Object.fromEntries(SCORE_KEYS.map((key) => [key, score])), { requiredKeys: [] });
const finding = fc.record({
  category: fc.constantFrom(...CATEGORY_IDS),
  score,
  severity: fc.integer({ min: 0, max: 4 }),
  source: fc.constantFrom(...DETECTOR_KINDS),
});
const contact = fc.oneof(
  fc.constantFrom(...CONTACT_KINDS),
  fc.record({
    kind: fc.constantFrom(...CONTACT_KINDS),
    part: fc.constantFrom('body', 'qr:0'),
    view: fc.constantFrom('raw' as const, 'pinyin' as const),
    detail: fc.constantFrom('en', 'de', 'zh', 'ar'),
  }),
);
const note: fc.Arbitrary<RuleTest> = fc.record({
  expect: fc.constant('match' as const),
  scores,
  competence: fc.constantFrom('validated' as const, 'weak' as const, 'none' as const),
  language: fc.constantFrom('en', 'de', 'zh-Hans', 'und', 'am'),
  findings: fc.array(finding, { maxLength: 6 }),
  contacts: fc.array(contact, { maxLength: 4 }),
  signs: fc.uniqueArray(fc.constantFrom('homoglyph' as const, 'spaced' as const)),
  author: fc.record({
    age_days: fc.integer({ min: 0, max: 30 }),
    verified: fc.boolean(),
    account_type: fc.constantFrom('private' as const, 'business' as const),
  }),
  campaign: fc.record({
    authors_1h: fc.integer({ min: 0, max: 9 }),
    authors_24h: fc.integer({ min: 0, max: 30 }),
    median_age_days: fc.integer({ min: 0, max: 30 }),
  }),
  flags: fc.uniqueArray(fc.constantFrom(...CONTEXT_FLAGS), { maxLength: 3 }),
  kind: fc.constantFrom('note' as const, 'comment' as const, 'message' as const, 'listing' as const),
});
/** What one detector finds beside what another has found in the same category, where rules speak of both. */
const inOneCategory = fc
  .constantFrom('harass.bully' as const, 'authentic.spam' as const, 'profanity.mild' as const, 'hate.attack' as const)
  .chain((category) => fc.tuple(finding, finding).map((pair) => pair.map((one) => ({ ...one, category }))));
const strength = (action: Action): number => ACTIONS.indexOf(action);

/** Null where the second verdict is as strict as the first: no weaker, and no look by a person less. */
function milder(first: Decision, second: Decision | undefined): string | null {
  if (second === undefined) return 'no decision';
  const change = `${first.action} -> ${second.action}`;
  if (strength(second.action) < strength(first.action)) return `weaker: ${change}`;
  const graver = askers(first).some((asked) => 'severity' in asked && asked.severity > second.severity);
  const answered = VISIBILITY[second.action] <= VISIBILITY.require_edit && !graver;
  return reasonOf(first) !== null && reasonOf(second) === null && !answered ? `nobody looks: ${change}` : null;
}
function expectNoneMilder(before: ReadonlyMap<string, Decision>, after: ReadonlyMap<string, Decision>): void {
  for (const [region, decision] of before) expect(milder(decision, after.get(region)), region).toBeNull();
}

function byRegion(decisions: readonly Decision[]): ReadonlyMap<string, Decision> {
  return new Map(decisions.flatMap((decision) => decision.regions.map((region) => [region, decision] as const)));
}
const judge = (fields: RuleTest): ReadonlyMap<string, Decision> =>
  byRegion(evaluate(testInput(fields, NOW), bundle, []).decisions);

describe('laws of the shipped policies', () => {
  test('every region gets exactly one decision', () => {
    fc.assert(
      fc.property(note, (fields) => {
        const { decisions } = evaluate(testInput(fields, NOW), bundle, []);
        const named = decisions.flatMap((decision) => decision.regions);
        expect([...named].sort()).toEqual([...bundle.regions.keys()]);
      }),
    );
  });

  test('a higher score never gives a milder verdict', () => {
    const raise = fc.tuple(note, fc.constantFrom(...SCORE_KEYS), score);
    fc.assert(
      fc.property(raise, ([fields, key, value]) => {
        const before = judge(fields);
        const raised = Math.max(value, fields.scores?.[key] ?? 0);
        expectNoneMilder(before, judge({ ...fields, scores: { ...fields.scores, [key]: raised } }));
      }),
      { numRuns: 200 },
    );
  });

  test('one more finding never gives a milder verdict', () => {
    fc.assert(
      fc.property(note, finding, (fields, extra) => {
        expectNoneMilder(judge(fields), judge({ ...fields, findings: [...(fields.findings ?? []), extra] }));
      }),
      { numRuns: 200 },
    );
  });

  test('a second detector in the same category never gives a milder verdict', () => {
    fc.assert(
      fc.property(note, inOneCategory, (fields, [first, second]) => {
        const alone = { ...fields, scores: {}, findings: first === undefined ? [] : [first] };
        const both = { ...alone, findings: [...alone.findings, ...(second === undefined ? [] : [second])] };
        expectNoneMilder(judge(alone), judge(both));
      }),
    );
  });

  test('more of one kind than a rule may walk hides nothing of another kind', () => {
    fc.assert(
      fc.property(note, finding, fc.constantFrom('hashtag' as const, 'url' as const), (fields, extra, kind) => {
        const before = judge(fields);
        const many = (fields.findings ?? []).concat(Array.from({ length: 70 }, () => extra));
        expectNoneMilder(before, judge({ ...fields, findings: many }));
        const links = Array.from({ length: 70 }, () => kind);
        expectNoneMilder(before, judge({ ...fields, contacts: [...links, ...(fields.contacts ?? [])] }));
      }),
      { numRuns: 30 },
    );
  });

  test('the order of findings, contacts and flags changes nothing', () => {
    const said = (decisions: ReadonlyMap<string, Decision>): unknown =>
      [...decisions].map(([region, { rules, shadow, ...rest }]) => [region, rest, ...[rules, shadow].map(unfound)]);
    const unfound = (hits: Decision['rules']): unknown => hits.map(({ findings, ...hit }) => [hit, findings.length]);
    fc.assert(
      fc.property(note, (fields) => {
        const turned = {
          findings: (fields.findings ?? []).toReversed(),
          contacts: (fields.contacts ?? []).toReversed(),
          flags: (fields.flags ?? []).toReversed(),
        };
        expect(said(judge({ ...fields, ...turned }))).toEqual(said(judge(fields)));
      }),
      { numRuns: 50 },
    );
  });

  test('a model that knows the language less takes nothing more from an author', () => {
    fc.assert(
      fc.property(note, fc.constantFrom('weak' as const, 'none' as const), (fields, competence) => {
        const sure = judge({ ...fields, competence: 'validated' });
        for (const [region, decision] of judge({ ...fields, competence })) {
          const best = sure.get(region);
          // What the model cannot vouch for may ask for a person.
          const action = decision.action === 'review' ? 'allow' : decision.action;
          expect(strength(action)).toBeLessThanOrEqual(strength(best?.action ?? 'allow'));
          expect(best?.sideActions).toEqual(expect.arrayContaining([...decision.sideActions]));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the grounds of a restriction are those of a rule that asked for it, and its end is to come', () => {
    fc.assert(
      fc.property(note, (fields) => {
        for (const { action, ground, end, rules, gaps } of judge(fields).values()) {
          if (end !== null) expect(Date.parse(end)).toBeGreaterThan(NOW);
          if (VISIBILITY[action] === VISIBILITY.allow || gaps.some((gap) => gap.action === action)) continue;
          const lead = rules.find((hit) => hit.action === action);
          expect(lead?.ground).toEqual(ground);
          expect(lead?.notice).not.toBe('');
        }
      }),
      { numRuns: 50 },
    );
  });

  test('a rule that was switched off is gone and in shadow has no effect; all others say the same', () => {
    const ids = [...new Set([...bundle.regions.values()].flatMap(({ rules }) => rules.map(({ id }) => id)))];
    const override = {
      region: '*',
      by: { kind: 'user', id: 'u' },
      why: 'test',
      until: null,
      at: '2026-01-01T00:00:00Z',
    } as const;
    fc.assert(
      fc.property(note, fc.constantFrom(...ids), (fields, rule) => {
        const input = testInput(fields, NOW);
        const under = (mode: string): ReadonlyMap<string, Decision> =>
          byRegion(evaluate(input, withOverrides(bundle, [{ ...override, rule, mode }]), []).decisions);
        const shadow = under('shadow');
        const before = judge(fields);
        for (const [region, off] of under('disabled')) {
          const others = before.get(region)?.rules.filter((hit) => hit.rule !== rule);
          expect([...off.rules, ...off.shadow].map((hit) => hit.rule)).not.toContain(rule);
          expect(off.rules).toEqual(others);
          expect({ ...shadow.get(region), regions: [], policy: '', shadow: [] }).toEqual({
            ...off,
            regions: [],
            policy: '',
            shadow: [],
          });
        }
      }),
      { numRuns: 30 },
    );
  });

  test('an explanation gives the same decisions, and of each rule the action that it took', () => {
    fc.assert(
      fc.property(note, (fields) => {
        const input = testInput(fields, NOW);
        const { evaluation, traces } = explain(input, bundle, ['us', 'cn', 'de']);
        expect(evaluation).toEqual(evaluate(input, bundle, ['us', 'cn', 'de']));
        for (const [region, { rules }] of byRegion(evaluation.decisions)) {
          const told = traces.find(({ policy }) => policy === region)?.rules ?? [];
          const fired = told.filter(({ effect }) => effect === 'fired').map(({ rule, action }) => [rule, action]);
          expect(new Map(fired as [string, Action][])).toEqual(new Map(rules.map((hit) => [hit.rule, hit.action])));
        }
      }),
      { numRuns: 20 },
    );
  });

  test('a failed stage that the policy needs never ends in allow, and never in something milder than a look', () => {
    fc.assert(
      fc.property(note, fc.constantFrom(...EVIDENCE_KEYS), (fields, stage) => {
        for (const [region, decision] of judge({ ...fields, failed: [stage] })) {
          const file = bundle.regions.get(region);
          // A look at a restricted note may not set it free: an opinion that failed leaves the restriction.
          if (stage === 'deliberate' && VISIBILITY[decision.action] < VISIBILITY.review) continue;
          if (file?.settings.evidence.stages[stage].required) {
            expect(strength(decision.action)).toBeGreaterThanOrEqual(strength('review'));
          }
        }
      }),
    );
  });

  test('evidence that is due is never allowed before its deadline', () => {
    fc.assert(
      fc.property(note, fc.constantFrom(...EVIDENCE_KEYS), (fields, stage) => {
        const input = testInput(fields, NOW);
        const due = { ...input.evidence, [stage]: { status: 'due', until: '2027-01-01T00:00:00Z' } } as Evidence;
        const { pending, decisions } = evaluate({ ...input, evidence: due }, bundle, []);
        const required = [...bundle.regions.values()].some((region) => region.settings.evidence.stages[stage].required);
        expect(pending).toBe(required);
        if (required) expect(decisions.map((decision) => decision.action)).not.toContain('allow');
      }),
    );
  });

  test('the word of the model alone never removes where it was not validated', () => {
    fc.assert(
      fc.property(scores, fc.constantFrom('weak' as const, 'none' as const), (known, competence) => {
        for (const decision of judge({ expect: 'match', scores: known, competence }).values()) {
          for (const hit of decision.rules) expect(strength(hit.action)).toBeLessThanOrEqual(strength('review'));
        }
      }),
    );
  });

  test('a person at risk is never restricted for it', () => {
    fc.assert(
      fc.property(
        score,
        fc.array(
          fc.record({ category: fc.constant('selfharm.risk' as const), severity: fc.integer({ min: 0, max: 3 }) }),
          { maxLength: 3 },
        ),
        (risk, findings) => {
          for (const decision of judge({ expect: 'match', scores: { 'selfharm.risk': risk }, findings }).values()) {
            expect(['allow', 'label', 'review']).toContain(decision.action);
          }
        },
      ),
    );
  });

  test('the same note gets the same answer, whatever came before', () => {
    fc.assert(
      fc.property(note, note, (fields, other) => {
        const first = evaluate(testInput(fields, NOW), bundle, []);
        evaluate(testInput(other, NOW), bundle, []);
        expect(evaluate(testInput(fields, NOW), bundle, [])).toEqual(first);
      }),
      { numRuns: 50 },
    );
  });
});

test('the order of rules in a file changes nothing but the hash', () => {
  const text = files.get('global.yaml') ?? '';
  const [head = '', body = ''] = text.split('\nrules:\n');
  const blocks = body.split(/\n(?= {2}- id: )/);
  const reversed = compileBundle(
    new Map(files).set('global.yaml', `${head}\nrules:\n${blocks.reverse().join('\n')}\n`),
  );
  expect(blocks.length).toBeGreaterThan(40);
  fc.assert(
    fc.property(note, (fields) => {
      const input = testInput(fields, NOW);
      expect(evaluate(input, reversed, []).decisions).toEqual(evaluate(input, bundle, []).decisions);
    }),
  );
});
