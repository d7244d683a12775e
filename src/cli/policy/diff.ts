/** `polywarden policy diff`: which notes change action between two bundles, by region, language and category. */
import { type Change, type Comparison, compareBundles, type Difference, type Share } from '../../policy/compare.js';
import { readArgs, usageError } from '../io.js';
import { fixtureNotes, sinceOf, storedNotes, type Tried } from './notes.js';
import { type PolicyIo, usageOf } from './policy-io.js';
import { readSide } from './sides.js';

const OPTIONS = {
  json: { type: 'boolean' },
  text: { type: 'boolean' },
  since: { type: 'string' },
  'no-fixtures': { type: 'boolean' },
  samples: { type: 'string', default: '5' },
} as const;
const SHOWN_CHARS = 120;

interface Order {
  readonly before: string;
  readonly after: string;
  readonly since: number | null;
  readonly fixtures: boolean;
  readonly samples: number;
  readonly text: boolean;
  readonly json: boolean;
}

function readOrder(args: readonly string[], now: number): Order {
  const { values, positionals } = readArgs(args, OPTIONS, usageOf('diff'));
  const [before, after, ...rest] = positionals;
  if (before === undefined || after === undefined || rest.length > 0) {
    throw usageError('Two bundles: policy diff <rev|dir> <rev|dir>', usageOf('diff'));
  }
  const samples = Number(values.samples);
  if (!Number.isInteger(samples) || samples < 0 || samples > 1_000) {
    throw usageError('--samples is a whole number up to 1000', usageOf('diff'));
  }
  const since = values.since === undefined ? null : sinceOf(values.since, now);
  const fixtures = values['no-fixtures'] !== true;
  if (!fixtures && since === null) throw usageError('Without the labelled notes --since is needed', usageOf('diff'));
  return { before, after, since, fixtures, samples, text: values.text ?? false, json: values.json ?? false };
}

/** Keeps the words of the samples only. */
type Texts = Map<string, string>;

async function addAll(notes: AsyncIterable<Tried>, comparison: Comparison, texts: Texts | null): Promise<void> {
  for await (const note of notes) {
    if (comparison.add(note)) texts?.set(note.id, note.text);
  }
}

function shares(title: string, table: Readonly<Record<string, Share>>): readonly string[] {
  const rows = Object.entries(table).filter(([, share]) => share.changed > 0);
  if (rows.length === 0) return [];
  return [
    `by ${title}:`,
    ...rows.map(([name, { answers, changed }]) => `  ${name.padEnd(24)} ${changed} of ${answers}`),
  ];
}

function sampleLine(change: Change, texts: Texts | null): string {
  const rules = [...change.gone.map((rule) => `-${rule}`), ...change.come.map((rule) => `+${rule}`)].join(' ');
  const head =
    `  ${change.id} ${change.region} ${change.language} ${change.before} -> ${change.after} ${rules}`.trimEnd();
  const text = texts?.get(change.id);
  return text === undefined ? head : `${head}\n      ${text.replaceAll(/\s+/g, ' ').slice(0, SHOWN_CHARS)}`;
}

function lines(result: Difference, texts: Texts | null): readonly string[] {
  const { notes, notesChanged, answers, answersChanged } = result;
  return [
    `${notesChanged} of ${notes} notes change action, ${answersChanged} of ${answers} answers`,
    ...result.moves.map(({ before, after, count }) => `  ${before} -> ${after}: ${count}`),
    ...shares('region', result.byRegion),
    ...shares('language', result.byLanguage),
    ...shares('category', result.byCategory),
    ...(result.samples.length === 0 ? [] : ['samples:']),
    ...result.samples.map((change) => sampleLine(change, texts)),
  ];
}

export async function diffCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const order = readOrder(args, io.now());
  const before = await readSide(order.before, io.policiesDir);
  const after = await readSide(order.after, io.policiesDir);
  const regions = [...new Set([...before.bundle.regions.keys(), ...after.bundle.regions.keys()])].sort();
  const comparison = compareBundles(before.bundle, after.bundle, order.samples);
  const texts: Texts | null = order.text ? new Map() : null;
  const termsDiffer = before.terms !== after.terms;
  if (order.fixtures) {
    const pipelines = {
      before: await io.moderateWith(before.files),
      after: termsDiffer ? await io.moderateWith(after.files) : null,
    };
    await addAll(fixtureNotes(regions, pipelines, io), comparison, texts);
  }
  const { since } = order;
  if (since !== null) {
    await io.withStore((store) => addAll(storedNotes(store, since, regions, io), comparison, texts));
  }
  const result = comparison.result();
  if (order.json) {
    const side = ({ name, bundle }: typeof before) => ({ name, hash: bundle.hash });
    const samples = result.samples.map((change) => ({ ...change, text: texts?.get(change.id) }));
    const whole = { before: side(before), after: side(after), termsDiffer, ...result, samples };
    io.out(`${JSON.stringify(whole, null, 2)}\n`);
    return 0;
  }
  io.out(`${lines(result, texts).join('\n')}\n`);
  if (termsDiffer && since !== null) {
    io.err(
      'The term banks differ too. Stored notes keep the findings of then, so for them this shows the rules alone.\n',
    );
  }
  return 0;
}
