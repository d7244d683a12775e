/** `polywarden policy show`: a region after `extends`, or the figures of all. */
import { loadBundle } from '../../adapters/policy-folder.js';
import { didYouMean } from '../../policy/nearest.js';
import { withOverrides } from '../../policy/overrides.js';
import { mergedFile, type RegionSummary, summarise } from '../../policy/summary.js';
import { stringifyYaml } from '../../policy/yaml.js';
import { usageError } from '../io.js';
import { liveOverrides } from './in-force.js';
import { type PolicyIo, readOptions, usageOf } from './policy-io.js';

const OPTIONS = {
  json: { type: 'boolean' },
  region: { type: 'string' },
  all: { type: 'boolean' },
  overrides: { type: 'boolean' },
} as const;

const row = (cells: readonly (string | number)[]): string =>
  cells.map((cell, index) => (index === 0 ? String(cell).padEnd(8) : String(cell).padStart(9))).join(' ');

function table(summaries: readonly RegionSummary[]): readonly string[] {
  const names = [
    'region',
    'extends',
    'rules',
    'own',
    'shadow',
    'clocks',
    'grounds',
    'notices',
    'tests',
    'differ',
    'by law',
  ];
  const head = row(names);
  return [
    head,
    ...summaries.map((entry) =>
      row([
        entry.id,
        entry.extends ?? '-',
        entry.rules.all,
        entry.rules.own,
        entry.rules.shadow,
        entry.clocks,
        entry.grounds,
        entry.notice_languages.length,
        entry.tests,
        entry.differences.length,
        entry.lawful,
      ]),
    ),
  ];
}

export async function showCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readOptions(args, OPTIONS, usageOf('show'));
  const overrides = values.overrides ? await liveOverrides(io) : [];
  const bundle = withOverrides(await loadBundle(io.policiesDir), overrides);
  if (values.all) {
    const summaries = [...bundle.regions.values()].map((region) => summarise(bundle, region));
    io.out(
      values.json
        ? `${JSON.stringify({ hash: bundle.hash, regions: summaries }, null, 2)}\n`
        : `${table(summaries).join('\n')}\n`,
    );
    return 0;
  }
  if (values.region === undefined) throw usageError('Name a region with --region, or --all', usageOf('show'));
  const region = bundle.regions.get(values.region);
  if (region === undefined) {
    const hint = didYouMean(values.region, bundle.regions.keys());
    throw usageError(`There is no file for "${values.region}"${hint}`, usageOf('show'));
  }
  const here = overrides.filter((override) => override.region === '*' || override.region === region.id);
  const merged = values.overrides ? { ...mergedFile(region), overrides: here } : mergedFile(region);
  io.out(values.json ? `${JSON.stringify(merged, null, 2)}\n` : stringifyYaml(merged));
  return 0;
}
