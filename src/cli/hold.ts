/** `polywarden hold list|order|reported|release|read`: what the law says to keep. */
import type { LegalHold } from '../ports/store.js';
import { type HoldPorts, orderHold, readSealed, releaseHold, reportHold } from '../usecases/legal-holds.js';
import { type Io, readArgs, unknownWord, usageError } from './io.js';
import { jsonText } from './json-text.js';
import { OPERATOR, storeFrom, type WithStore } from './store.js';

const HOLD_USAGE = `polywarden hold list NOTE_ID [--json]
polywarden hold order NOTE_ID --region CODE --days N --ground TEXT --why TEXT [--gag]
polywarden hold reported HOLD_ID [--at TIME]
polywarden hold release HOLD_ID --why TEXT
polywarden hold read NOTE_ID --why TEXT

  list       the legal holds of a note, ended ones too
  order      keep the newest revision of a note because an authority orders it
  reported   the authority was told, now or at a time (ISO 8601); the days of a term may count from there
  release    end a hold before its time
  read       what is sealed of an erased note, as JSON; each reading is in the audit with its reason
  --gag      the law forbids telling: the platform is not told that the note is kept`;

const OPTIONS = {
  region: { type: 'string' },
  days: { type: 'string' },
  ground: { type: 'string' },
  why: { type: 'string' },
  at: { type: 'string' },
  gag: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;
const VERBS = ['list', 'order', 'reported', 'release', 'read'] as const;
/** As in the region files. */
const MOST_DAYS = 3_650;

type Values = ReturnType<typeof readArgs<typeof OPTIONS>>['values'];

export async function holdCommand(
  args: readonly string[],
  io: Io,
  withStore: WithStore = storeFrom(),
): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, HOLD_USAGE);
  if (values.help) {
    io.stdout.write(`${HOLD_USAGE}\n`);
    return 0;
  }
  const [word, subject, extra] = positionals;
  const verb = VERBS.find((one) => one === word);
  if (verb === undefined) {
    const hint = word === undefined ? `${VERBS.join(', ')}?` : unknownWord('command hold', word, VERBS);
    throw usageError(hint, HOLD_USAGE);
  }
  if (extra !== undefined) throw usageError(`Unexpected argument ${extra}`, HOLD_USAGE);
  if (subject === undefined) throw usageError(`Which ${SUBJECTS[verb]}?`, HOLD_USAGE);
  const step = STEPS[verb](subject, values);
  io.stdout.write(await withStore(({ store, clock }) => step({ holds: store.holds, clock })));
  return 0;
}

type Verb = (typeof VERBS)[number];
const SUBJECTS: Readonly<Record<Verb, string>> = {
  list: 'note',
  order: 'note',
  reported: 'hold',
  release: 'hold',
  read: 'note',
};
type Step = (ports: HoldPorts) => Promise<string>;

/** What is missing is said before anything is opened. */
const STEPS: Readonly<Record<Verb, (subject: string, values: Values) => Step>> = {
  list:
    (noteId, { json }) =>
    async ({ holds }) => {
      const found = await holds.of(noteId);
      return json ? `${jsonText(found, 2)}\n` : found.map((hold) => `${lineOf(hold)}\n`).join('');
    },
  order: (noteId, values) => {
    const [region, ground, why] = [needed('region', values), needed('ground', values), needed('why', values)];
    const order = { noteId, region, ground, days: daysOf(needed('days', values)), gag: values.gag, why };
    return async (ports) => `ordered ${await orderHold(ports, order, OPERATOR)}\n`;
  },
  reported: (holdId, { at }) => {
    const time = at === undefined ? null : timeOf(at);
    return async (ports) => {
      await reportHold(ports, holdId, time, OPERATOR);
      return `reported ${holdId}\n`;
    };
  },
  release: (holdId, values) => {
    const why = needed('why', values);
    return async (ports) => {
      await releaseHold(ports, holdId, why, OPERATOR);
      return `released ${holdId}\n`;
    };
  },
  read: (noteId, values) => {
    const why = needed('why', values);
    return async (ports) => `${jsonText(await readSealed(ports, noteId, why, OPERATOR), 2)}\n`;
  },
};

function needed(name: 'region' | 'days' | 'ground' | 'why', values: Values): string {
  const value = values[name]?.trim();
  if (value === undefined || value === '') throw usageError(`--${name} is missing`, HOLD_USAGE);
  return value;
}

function daysOf(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
    throw usageError(`--days is a whole number from 1 to ${MOST_DAYS}`, HOLD_USAGE);
  return days;
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw usageError('--at is a time such as 2026-11-20T12:00:00Z', HOLD_USAGE);
  return time;
}

const lineOf = ({ holdId, region, term, ground, until, confirmedAt, reportedAt, endedAt, endedWhy }: LegalHold) => {
  const state = reportedAt !== null ? 'reported' : confirmedAt !== null ? 'confirmed' : 'suspected';
  const end = endedAt === null ? `until ${until}` : `ended ${endedAt} (${endedWhy})`;
  return [holdId, region, term ?? 'ordered', ground, state, end].join('\t');
};
