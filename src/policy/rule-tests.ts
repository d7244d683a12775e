/** Runs the tests that stand in the policy files: those with evidence here, those with text through the pipeline. */
import { type Action, DAY_MS, type Evaluation, type Note, type RegionId } from '../domain.js';
import { type Coverage, coverageOf } from './coverage.js';
import { evaluate } from './evaluate.js';
import type { Bundle, CompiledRule, RuleMode } from './model.js';
import { withOverrides } from './overrides.js';
import { speaksFor } from './regions.js';
import type { RuleTest } from './schema-rule.js';
import { authorOf, contextOf, testInput } from './test-evidence.js';

export interface TestResult {
  readonly rule: string;
  readonly region: RegionId;
  readonly file: string;
  /** Position of the test in the rule, from 1. */
  readonly number: number;
  readonly test: RuleTest;
  readonly outcome: 'passed' | 'failed' | 'not_run';
  readonly message: string;
}
/** At a moment at which the file of the region speaks. */
export type JudgeText = (note: Note, region: RegionId, at: number) => Promise<Evaluation>;

function verdict(
  evaluation: Evaluation,
  rule: string,
): { readonly fired: boolean; readonly action: Action | 'pending' } {
  const decision = evaluation.decisions[0];
  const hits = [...(decision?.rules ?? []), ...(decision?.shadow ?? [])];
  return { fired: hits.some((hit) => hit.rule === rule), action: decision?.action ?? 'pending' };
}

/** Says what is wrong; an empty text where nothing is. */
function compare(test: RuleTest, rule: string, evaluation: Evaluation): string {
  const { fired, action } = verdict(evaluation, rule);
  const complaints: string[] = [];
  if (fired !== (test.expect === 'match')) {
    complaints.push(`expected ${test.expect}, the rule ${fired ? 'fired' : 'did not fire'}`);
  }
  if (test.action !== undefined && test.action !== action) {
    const by = evaluation.decisions[0]?.rules[0]?.rule;
    complaints.push(`expected the action ${test.action}, got ${action}${by === undefined ? '' : ` by ${by}`}`);
  }
  return complaints.join('; ');
}

export const noteOfTest = (test: RuleTest, region: RegionId, now: number): Note => ({
  kind: test.kind ?? 'note',
  title: test.title ?? '',
  body: test.text ?? '',
  regions: [region],
  languageHint: test.language,
  author: authorOf(test, now) ?? undefined,
  context: contextOf(test),
  images: [],
});

const isTextTest = (test: RuleTest): boolean => test.text !== undefined || test.title !== undefined;

async function runOne(
  bundle: Bundle,
  rule: CompiledRule,
  place: { readonly test: RuleTest; readonly number: number; readonly home: RegionId },
  judgeText: JudgeText | null,
): Promise<TestResult> {
  const { test, number, home } = place;
  const region = test.region ?? home;
  const base = { rule: rule.id, region, file: rule.testsFile, number, test };
  const mode = modeIn(bundle, region, rule.id);
  if (isTextTest(test)) {
    if (judgeText === null) return { ...base, outcome: 'not_run', message: 'needs the pipeline' };
    if (mode === 'disabled') return { ...base, outcome: 'not_run', message: 'the rule is off' };
    // The pipeline judges by the mode of the file: a rule that only records leaves the action to others.
    const asked = mode === 'enforce' ? test : { ...test, action: undefined };
    const at = momentIn(bundle, region, Date.now());
    const message = compare(asked, rule.id, await judgeText(noteOfTest(test, region, at), region, at));
    return { ...base, outcome: message === '' ? 'passed' : 'failed', message };
  }
  const enforced = mode === 'enforce' ? bundle : inForce(bundle, rule.id);
  const from = bundle.regions.get(region)?.from ?? 0;
  const message = compare(test, rule.id, evaluate(testInput(test, from + DAY_MS), enforced, [region]));
  return { ...base, outcome: message === '' ? 'passed' : 'failed', message };
}

/** Now, or the first days of a file that does not speak now. */
function momentIn(bundle: Bundle, region: RegionId, now: number): number {
  const { from, until } = speaksFor(bundle, region);
  return now >= from && now < until ? now : from + DAY_MS;
}

const modeIn = (bundle: Bundle, region: RegionId, rule: string): RuleMode['kind'] | undefined =>
  speaksFor(bundle, region).rules.find(({ id }) => id === rule)?.mode.kind;

/** A test speaks of the rule as if it were in force, so that it stays true from shadow to enforce and when it is off. */
const inForce = (bundle: Bundle, rule: string): Bundle =>
  withOverrides(bundle, [
    { rule, region: '*', mode: 'enforce', why: 'test', by: { kind: 'system', id: 'test' }, at: '', until: null },
  ]);

interface Due {
  readonly rule: CompiledRule;
  readonly test: RuleTest;
  readonly number: number;
  readonly home: RegionId;
}

/** Each test once, in the region whose file wrote it. */
function dueTests(bundle: Bundle, file: string | undefined): readonly Due[] {
  const regions = [...bundle.regions.values()].filter((region) => file === undefined || region.file === file);
  return regions.flatMap((region) =>
    region.rules
      .filter((rule) => rule.testsFile === region.file)
      .flatMap((rule) => rule.tests.map((test, index) => ({ rule, test, number: index + 1, home: region.id }))),
  );
}

/** `judgeText` null leaves out the tests that need the pipeline; `file` takes those of one file alone. */
export async function runRuleTests(
  bundle: Bundle,
  judgeText: JudgeText | null,
  progress?: (done: number, all: number) => void,
  file?: string,
): Promise<readonly TestResult[]> {
  const due = dueTests(bundle, file);
  const results: TestResult[] = [];
  for (const { rule, ...place } of due) {
    results.push(await runOne(bundle, rule, place, judgeText));
    progress?.(results.length, due.length);
  }
  return results;
}

/** Of all files. */
export const testCoverage = (bundle: Bundle): readonly Coverage[] => [...bundle.regions.values()].flatMap(coverageOf);
