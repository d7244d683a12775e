/** `polywarden seed`: notes that want a person, so that the review desk has something to show. */
import { FIXTURES_DIR } from '../paths.js';
import { NoteInput } from '../usecases/note-input.js';
import { toAccept } from '../usecases/submit.js';
import { type NamedFixture, readFixtures, toBody } from './demo/fixture.js';
import { type Io, readArgs, usageError } from './io.js';
import { sourceNamed } from './source.js';
import { storeFrom, type WithStore } from './store.js';

const SEED_USAGE = `polywarden seed --cases N [--source NAME]

  Sends N notes (1 to 20000) like those of fixtures/notes that a person should look at, the way a platform would.
  The workers of a running server judge them; about as many cases follow. For trying, not for production.`;

const OPTIONS = {
  cases: { type: 'string' },
  source: { type: 'string', default: 'default' },
  help: { type: 'boolean', short: 'h' },
} as const;
const MOST = 20_000;
const AT_ONCE = 500;
const TEXT_LIMIT_CHARS = 65_536;

export async function seedCommand(
  args: readonly string[],
  io: Io,
  withStore: WithStore = storeFrom(),
  fixturesDir: string = FIXTURES_DIR,
): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, SEED_USAGE);
  if (values.help) {
    io.stdout.write(`${SEED_USAGE}\n`);
    return 0;
  }
  const count = Number(values.cases);
  if (positionals.length > 0 || !Number.isInteger(count) || count < 1 || count > MOST) {
    throw usageError(`--cases takes a number from 1 to ${MOST}`, SEED_USAGE);
  }
  const asking = (await readFixtures(fixturesDir)).filter(wantsPerson);
  const stored = await withStore(async (ports) => {
    const sourceId = await sourceNamed(ports, values.source);
    const run = ports.ids.next('seed');
    const now = ports.clock.now();
    // The fixtures carry no pictures of their own.
    const limits = { textLimitChars: TEXT_LIMIT_CHARS, imageLimitBytes: 0, ids: ports.ids };
    let done = 0;
    for (let from = 0; from < count; from += AT_ONCE) {
      const inputs = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => {
        const input = NoteInput.parse(bodyOf(asking, from + at, { run, now }));
        return toAccept(limits, { sourceId, input, idempotencyKey: null }, now);
      });
      const results = await ports.store.notes.acceptMany(inputs);
      done += results.filter(({ kind }) => kind === 'created').length;
    }
    return done;
  });
  io.stdout.write(`${stored} notes stored; the workers judge them as they find them\n`);
  return stored === count ? 0 : 1;
}

const wantsPerson = ({ expect }: NamedFixture): boolean =>
  Object.values(expect).some((action) => action === 'hold' || action === 'review');

/** Words of its own in each, so that they are no copies of one another. */
function bodyOf(
  asking: readonly NamedFixture[],
  index: number,
  { run, now }: { readonly run: string; readonly now: number },
) {
  const fixture = asking[index % asking.length];
  if (fixture === undefined) throw usageError('There are no fixtures that want a person', SEED_USAGE);
  const body = toBody(fixture, now);
  const reach = (index * 7_919) % 50_000;
  return {
    ...body,
    externalId: `${run}-${index}`,
    body: `${fixture.body} (${index + 1})`,
    author: { ...fixture.author, id: `${fixture.author.id}-${index % 400}` },
    context: { ...fixture.context, reach },
  };
}
