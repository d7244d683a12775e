/** `polywarden rejudge`: stored notes by the policies in force, words and banks of texts as they are now. */
import { configFromProcess } from '../config.js';
import { InvalidInputError } from '../errors.js';
import { isLive, withOverrides } from '../policy/overrides.js';
import { bundleOfContent, matchUnder } from '../rules/build-rules.js';
import { indexTextHashes } from '../stages/match/text-hash.js';
import { allHashes } from '../usecases/all-hashes.js';
import { type Rejudged, type RejudgeOrder, rejudge } from '../usecases/rejudge.js';
import { type Io, readArgs, usageError } from './io.js';
import { jsonText } from './json-text.js';
import { sinceOf } from './policy/notes.js';
import { regionsIn } from './regions.js';
import { OPERATOR, type StorePorts, storeFrom, type WithStore } from './store.js';

const REJUDGE_USAGE = `polywarden rejudge [--region LIST] [--since 30d] [--most N] [--dry-run] [--json]

  Stored notes whose outcome would be another by the policies in force, the words and the banks of texts as they are now
  are judged again: it marks them, and a running server's workers do the rest. Twice marks nothing twice.
  Compared is the outcome of then with what the policies say now to the evidence of then: words and known texts are
  looked for anew, models are not asked (languages, scores, pictures and answers of language models are as stored). What
  is marked goes through the whole pipeline, with the models of now.
  --region LIST    only notes whose outcome changes in one of these regions, comma-separated
  --since WHEN     only notes decided since then: 30d, 12h or a day such as 2026-11-01; without it all
  --most N         stops after N notes with another outcome, the oldest first; once they are judged, the next run goes on
  --dry-run        marks nothing, says what would change
  --json           data instead of text`;

const OPTIONS = {
  region: { type: 'string' },
  since: { type: 'string' },
  most: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function rejudgeCommand(
  args: readonly string[],
  io: Io,
  withStore: WithStore = storeFrom(),
  termsDir: string | null = configFromProcess().termsDir,
): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, REJUDGE_USAGE);
  if (values.help) {
    io.stdout.write(`${REJUDGE_USAGE}\n`);
    return 0;
  }
  if (positionals.length > 0) throw usageError(`Unexpected argument ${positionals[0]}`, REJUDGE_USAGE);
  const regions = regionsIn(values.region, REJUDGE_USAGE);
  if (values.region !== undefined && regions.length === 0) throw usageError('--region names nothing', REJUDGE_USAGE);
  const { since } = values;
  const most = mostOf(values.most);
  const result = await withStore((ports) => {
    const order = {
      since: since === undefined ? 0 : sinceOf(since, ports.clock.now()),
      regions: regions.length === 0 ? null : new Set(regions),
      most,
      dryRun: values['dry-run'],
      actor: OPERATOR,
    };
    return run(ports, order, termsDir, (notes) => {
      if (io.stderr.isTTY === true) io.stderr.write(`\r${notes} stored notes`);
    });
  });
  if (io.stderr.isTTY === true) io.stderr.write('\r');
  const text = values.json
    ? jsonText({ dryRun: values['dry-run'], ...result }, 2)
    : lines(result, values['dry-run']).join('\n');
  io.stdout.write(`${text}\n`);
  return 0;
}

function mostOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,8}$/u.test(text)) throw usageError('--most is a whole number from 1', REJUDGE_USAGE);
  return Number(text);
}

async function run(
  { store, clock }: StorePorts,
  order: RejudgeOrder,
  termsDir: string | null,
  progress: (notes: number) => void,
): Promise<Rejudged> {
  const force = await store.policy.inForce();
  const content = force === null ? null : await store.bundles.get(force.bundleHash);
  if (force === null || content === null) {
    throw new InvalidInputError('conflict', 'Nothing is in force yet; start the server once');
  }
  const now = clock.now();
  const base = bundleOfContent(content);
  const bank = indexTextHashes(await allHashes(store.textBanks, now), clock.now);
  const deps = {
    notes: store.notes,
    lookUps: store.lookUps,
    bundle: withOverrides(
      base,
      force.overrides.filter((override) => isLive(override, now)),
    ),
    match: await matchUnder(base, termsDir, bank),
    clock,
  };
  return rejudge(deps, order, new AbortController().signal, progress);
}

function lines({ notes, differ, marked, stopped, moves, first }: Rejudged, dryRun: boolean): readonly string[] {
  const change = moves.map(({ region, before, after, count }) => `  ${region}: ${moved(before, after)}: ${count}`);
  const named = first.map(
    ({ noteId, externalId, moves: of }) =>
      `  ${noteId}  ${externalId}  ${of.map(({ region, before, after }) => `${region}: ${moved(before, after)}`).join(', ')}`,
  );
  const head = `${notes} notes looked at, ${differ} would be decided otherwise${stopped ? '; stopped there' : ''}`;
  const end = dryRun
    ? 'Nothing was marked.'
    : `${marked} notes marked to be judged again${marked > 0 ? '; a running server does so within a minute' : ''}`;
  if (differ === 0) return [head, end];
  return [
    head,
    'answers by region',
    ...change,
    differ > first.length ? `the first ${first.length} notes` : 'notes',
    ...named,
    end,
  ];
}

/** The action may stay where the category is another. */
const moved = (before: string, after: string): string =>
  before === after ? `${before}, of another category` : `${before} -> ${after}`;
