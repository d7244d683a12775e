/** `polywarden policy test`: the tests in the files; a rule without enough of them fails too. */
import { readPolicyFiles } from '../../adapters/policy-folder.js';
import { compileBundle } from '../../policy/bundle.js';
import { type JudgeText, runRuleTests, type TestResult, testCoverage } from '../../policy/rule-tests.js';
import { placeOfTest, testLine } from '../../policy/test-place.js';
import type { Place } from '../../policy/yaml.js';
import { type PolicyIo, readOptions, usageOf } from './policy-io.js';

const OPTIONS = { json: { type: 'boolean' }, 'no-text': { type: 'boolean' } } as const;

/** The pipeline is opened by the first test that has a text. */
function lazyJudge(io: PolicyIo): JudgeText {
  return async (note, region, at) => {
    const moderate = await io.moderate();
    return (await moderate(note, { regions: [region], at }, new AbortController().signal)).evaluation;
  };
}

type Placed = TestResult & Place;
const placed = (result: TestResult, files: ReadonlyMap<string, string>): Placed => {
  const { file, rule, number } = result;
  return { ...result, ...placeOfTest(files.get(file) ?? '', file, rule, number) };
};

export async function testCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readOptions(args, OPTIONS, usageOf('test'));
  const started = performance.now();
  const files = await readPolicyFiles(io.policiesDir);
  const bundle = compileBundle(files);
  const results = await runRuleTests(bundle, values['no-text'] ? null : lazyJudge(io), (done, all) => {
    if (io.isTerminal) io.err(`\r${done}/${all} tests`);
  });
  if (io.isTerminal) io.err('\r');
  const failed = results.filter((result) => result.outcome === 'failed').map((one) => placed(one, files));
  const coverage = testCoverage(bundle);
  const thin = coverage.filter((entry) => !entry.enough);
  const passed = results.filter((result) => result.outcome === 'passed').length;
  const notRun = results.length - passed - failed.length;
  const ok = failed.length === 0 && thin.length === 0;
  const ms = Math.round(performance.now() - started);
  if (values.json) {
    io.out(`${JSON.stringify({ ok, passed, failed, notRun, rules: coverage.length, thin, ms }, null, 2)}\n`);
    return ok ? 0 : 1;
  }
  for (const result of failed) io.out(`${testLine(result, files)}\n`);
  for (const { rule, region, matches, noMatches, untested } of thin) {
    const claims = untested.length === 0 ? '' : `, and one that matches in ${untested.join(', ')}`;
    io.out(`${region}: rule ${rule} has ${matches} match and ${noMatches} no_match tests; it needs 1 and 2${claims}\n`);
  }
  io.err(
    `${passed} passed, ${failed.length} failed, ${notRun} not run; ${coverage.length} rules, ${thin.length} thin; ${ms} ms\n`,
  );
  return ok ? 0 : 1;
}
