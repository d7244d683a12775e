/**
 * `npm run bench:policy`: microseconds to judge one note, over the shipped files and as rules grow; check and test of
 * all files; stored notes that a backtest judges again in a second of one core.
 */
import path from 'node:path';
import { readPolicyFiles } from '../src/adapters/policy-folder.js';
import { CATEGORY_IDS } from '../src/categories.js';
import { backtest } from '../src/policy/backtest.js';
import { checkBundle, compileBundle } from '../src/policy/bundle.js';
import { evaluate } from '../src/policy/evaluate.js';
import type { Bundle } from '../src/policy/model.js';
import { runRuleTests } from '../src/policy/rule-tests.js';
import type { RuleTest } from '../src/policy/schema-rule.js';
import { testInput } from '../src/policy/test-evidence.js';

const NOW = Date.parse('2026-11-01T00:00:00Z');
const RUNS = 2_000;
const GROWTH = [100, 1_000, 10_000] as const;

/** Eight of ten notes hold nothing; the others are what the rules are for. */
const NOTES: readonly RuleTest[] = [
  ...Array.from({ length: 8 }, (): RuleTest => ({ expect: 'match', scores: { toxicity: 0.05, 'hate.attack': 0.02 } })),
  {
    expect: 'match',
    findings: ['fraud.scam', 'commerce.divert'],
    contacts: ['messenger', 'price'],
    language: 'zh-Hans',
  },
  { expect: 'match', scores: { toxicity: 0.9, 'harass.bully': 0.8, 'violence.threat': 0.6 }, language: 'de' },
];

const PAST_NOTES = 20_000;

/** Rows as the store hands them over, read from their JSON as a database driver would; each asks two regions. */
function backtestPerSecond(bundle: Bundle): { readonly perSecondPerCore: number; readonly bytesPerRow: number } {
  const regions = ['de', 'us'];
  const rows = NOTES.map((note) => {
    const { facts, evidence } = testInput(note, NOW);
    return JSON.stringify({ facts, evidence, body: 'A quiet walk by the lake. '.repeat(12) });
  });
  const run = backtest(bundle, null);
  const past = new Map(regions.map((region) => [region, 'allow'] as const));
  let cpuBefore = process.cpuUsage();
  for (let index = 0; index < PAST_NOTES * 2; index += 1) {
    if (index === PAST_NOTES) cpuBefore = process.cpuUsage();
    const { facts, evidence } = JSON.parse(rows[index % rows.length] ?? '') as ReturnType<typeof testInput>;
    run.add({ id: '', language: 'en', input: { facts, evidence, texts: [] }, regions, past, human: new Map() });
  }
  const used = process.cpuUsage(cpuBefore);
  const bytes = rows.reduce((sum, row) => sum + row.length, 0);
  return {
    perSecondPerCore: Math.round(PAST_NOTES / ((used.user + used.system) / 1e6)),
    bytesPerRow: Math.round(bytes / rows.length),
  };
}

interface Micros {
  /** Processor time, mean: what is left when other work shares the machine. */
  readonly cpu: number;
  readonly median: number;
  readonly p99: number;
}

function microsPerNote(bundle: Bundle): Micros {
  const inputs = NOTES.map((note) => testInput(note, NOW));
  const times: number[] = [];
  let cpuBefore = process.cpuUsage();
  for (let run = 0; run < RUNS * 2; run += 1) {
    const input = inputs[run % inputs.length];
    if (input === undefined) continue;
    if (run === RUNS) cpuBefore = process.cpuUsage();
    const started = process.hrtime.bigint();
    evaluate(input, bundle, []);
    // The first half warms the engine up.
    if (run >= RUNS) times.push(Number(process.hrtime.bigint() - started) / 1_000);
  }
  const used = process.cpuUsage(cpuBefore);
  const cpu = Math.round(((used.user + used.system) / RUNS) * 10) / 10;
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
  return { cpu, median: at(0.5), p99: at(0.99) };
}

/** Distinct conditions over all categories; one in ten looks at every note. */
function grown(files: ReadonlyMap<string, string>, count: number): Bundle {
  const blocks = Array.from({ length: count }, (_, index) => {
    const category = CATEGORY_IDS[index % CATEGORY_IDS.length] ?? 'authentic.spam';
    const when =
      index % 10 === 0
        ? `author.age_days >= ${index} && size(contacts) > ${index % 7}`
        : `any_finding("${category}") && author.age_days >= ${index}`;
    return `  - id: grown.r${index}\n    category: ${category}\n    severity: 0\n    mode: enforce\n    when: ${when}\n    then: { action: warn }\n    ground: { terms: manners-1 }\n    message: Grown.\n    owner: bench\n`;
  });
  const head = (files.get('global.yaml') ?? '').split('\nrules:\n')[0] ?? '';
  const notices = [...files].filter(([name]) => name.startsWith('notices/'));
  return compileBundle(new Map([...notices, ['global.yaml', `${head}\nrules:\n${blocks.join('')}`]]));
}

function timed<T>(work: () => T): { readonly value: T; readonly ms: number; readonly cpuMs: number } {
  const [started, cpuBefore] = [performance.now(), process.cpuUsage()];
  const value = work();
  const used = process.cpuUsage(cpuBefore);
  return {
    value,
    ms: Math.round(performance.now() - started),
    cpuMs: Math.round((used.user + used.system) / 1_000),
  };
}

export async function main(args: readonly string[]): Promise<void> {
  const files = await readPolicyFiles(path.resolve('policies'));
  const first = timed(() => checkBundle(files));
  const again = timed(() => checkBundle(files));
  const bundle = compileBundle(files);
  const testsStarted = performance.now();
  const tests = (await runRuleTests(bundle, null)).filter((result) => result.outcome === 'passed').length;
  const testsMs = Math.round(performance.now() - testsStarted);
  const shipped = microsPerNote(bundle);
  const growth = GROWTH.map((rules) => {
    const made = timed(() => grown(files, rules));
    return { rules, compileMs: made.ms, ...microsPerNote(made.value) };
  });
  const rules = [...bundle.regions.values()].reduce((sum, region) => sum + region.rules.length, 0);
  const result = {
    regions: bundle.regions.size,
    rules,
    conditions: bundle.variants.length,
    microsPerNote: shipped,
    growthInOneRegion: growth,
    check: { firstMs: first.ms, firstCpuMs: first.cpuMs, againMs: again.ms, againCpuMs: again.cpuMs },
    backtest: backtestPerSecond(bundle),
    tests: { passed: tests, ms: testsMs },
  };
  if (args.includes('--json')) {
    console.log(JSON.stringify(result, null, 2));
    return;
  }
  console.log(`${result.regions} regions, ${rules} rules, ${result.conditions} distinct conditions`);
  console.log(
    `one note against all regions: processor ${shipped.cpu} us, median ${shipped.median} us, p99 ${shipped.p99} us`,
  );
  for (const row of growth) {
    console.log(
      `${row.rules} rules in one region: processor ${row.cpu} us, median ${row.median} us, p99 ${row.p99} us, compiled in ${row.compileMs} ms`,
    );
  }
  const { check, backtest: past } = result;
  console.log(
    `check of ${files.size} files: ${check.firstMs} ms (processor ${check.firstCpuMs}), again ${check.againMs} ms (processor ${check.againCpuMs}); ${tests} tests in ${testsMs} ms`,
  );
  console.log(`backtest: ${past.perSecondPerCore} notes per second and core, ${past.bytesPerRow} bytes of JSON a note`);
}

await main(process.argv.slice(2));
