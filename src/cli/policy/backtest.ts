/** `polywarden policy backtest`: stored notes judged again, against what people decided about them. */
import { loadBundle } from '../../adapters/policy-folder.js';
import { type Backtest, backtest, type Confusion, type RuleRecord } from '../../policy/backtest.js';
import { withOverrides } from '../../policy/overrides.js';
import { type NamedChange, namedChanges } from '../../usecases/policy/named-changes.js';
import { readArgs, usageError } from '../io.js';
import { jsonText } from '../json-text.js';
import { liveOverrides } from './in-force.js';
import { sinceOf, storedNotes } from './notes.js';
import { type PolicyIo, usageOf } from './policy-io.js';
import { readSide } from './sides.js';

const OPTIONS = {
  json: { type: 'boolean' },
  since: { type: 'string' },
  against: { type: 'string' },
  overrides: { type: 'boolean' },
} as const;

const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${Math.round((part / whole) * 100)} %`);

const row = (cells: readonly (string | number)[]): string =>
  cells.map((cell, index) => (index === 0 ? String(cell).padEnd(26) : String(cell).padStart(11))).join(' ');

const confusionRow = (name: string, it: Confusion): string =>
  row([
    name,
    it.answers,
    it.changed,
    it.rightlyActed,
    it.wronglyActed,
    it.rightlyAllowed,
    it.wronglyAllowed,
    it.unknownActed,
    it.unknownAllowed,
  ]);

function table(title: string, rows: Readonly<Record<string, Confusion>>): readonly string[] {
  const head = ['answers', 'changed', 'acted +', 'acted -', 'allowed +', 'allowed -', 'acted ?', 'allowed ?'];
  return ['', row([title, ...head]), ...Object.entries(rows).map(([name, it]) => confusionRow(name, it))];
}

const ruleLine = ([rule, it]: readonly [string, RuleRecord]): string =>
  row([rule, it.hits, it.upheld, it.overturned, it.neverReviewed, percent(it.upheld, it.upheld + it.overturned)]);

function lines(result: Backtest, changes: readonly NamedChange[], against: string): readonly string[] {
  const { all, notes } = result;
  const reviewed = all.upheld + all.overturned;
  return [
    `${notes} notes, ${all.answers} answers; ${all.changed} differ from ${against}`,
    reviewed === 0
      ? 'No person has decided about any of them: nothing can be said about right and wrong yet.'
      : `${reviewed} answers were reviewed (${percent(reviewed, all.answers)}): ${all.upheld} upheld, ${all.overturned} overturned; ${all.neverReviewed} never reviewed.`,
    ...changes.map(
      ({ noteId, externalId, region, before, after }) => `  ${noteId}  ${externalId}  ${region}: ${before} -> ${after}`,
    ),
    ...(all.changed > changes.length && changes.length > 0 ? [`  and ${all.changed - changes.length} more`] : []),
    ...table('all', { all }),
    ...table('language', result.byLanguage),
    ...table('region', result.byRegion),
    '',
    row(['rule', 'hits', 'upheld', 'overturned', 'unreviewed', 'precision']),
    ...Object.entries(result.byRule).map(ruleLine),
    ...Object.entries(result.byShadowRule ?? {}).map(([rule, it]) => ruleLine([`${rule} (shadow)`, it])),
    '',
    '+ as people decided, - against what people decided, ? no person decided.',
    ...(Object.keys(result.byShadowRule ?? {}).length === 0
      ? []
      : ['shadow: what people did where the rule only recorded.']),
  ];
}

export async function backtestCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, usageOf('backtest'));
  if (values.since === undefined) throw usageError('Say from when with --since, such as 30d', usageOf('backtest'));
  if (positionals.length > 0) throw usageError(`Unexpected argument ${positionals[0]}`, usageOf('backtest'));
  const since = sinceOf(values.since, io.now());
  const overrides = values.overrides ? await liveOverrides(io) : [];
  const bundle = withOverrides(await loadBundle(io.policiesDir), overrides);
  const against = values.against === undefined ? null : await readSide(values.against, io.policiesDir);
  const run = backtest(bundle, against?.bundle ?? null);
  const cpuBefore = process.cpuUsage();
  const { result, changes, used } = await io.withStore(async (store) => {
    for await (const note of storedNotes(store, since, [...bundle.regions.keys()], io)) run.add(note);
    const spent = process.cpuUsage(cpuBefore);
    const found = run.result();
    return { result: found, changes: await namedChanges(store.notes, found), used: spent };
  });
  /** Processor time, reading of the rows included: what one core can do while others share the machine. */
  const perSecondPerCore = Math.round(result.notes / Math.max(1e-6, (used.user + used.system) / 1e6));
  if (values.json) {
    const head = { since: new Date(since).toISOString(), bundle: bundle.hash, against: against?.bundle.hash ?? null };
    io.out(`${jsonText({ ...head, perSecondPerCore, ...result, firstChanged: changes }, 2)}\n`);
    return 0;
  }
  io.out(`${lines(result, changes, against?.name ?? 'what was decided then').join('\n')}\n`);
  io.err(`${perSecondPerCore} notes per second and core\n`);
  return 0;
}
