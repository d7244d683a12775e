/** `polywarden moderate`: the pipeline in this process, without database and Redis. */
import path from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openLog } from '../adapters/log-pino.js';
import type { Images } from '../compose/images.js';
import { composeOffline } from '../compose.js';
import { type Config, configFromProcess } from '../config.js';
import type { EvidenceKey } from '../domain.js';
import { codeOf, InvalidInputError } from '../errors.js';
import { STAGE_ORDER } from '../stages/index.js';
import type { ModerateNow } from '../usecases/moderate.js';
import { type Io, readArgs, unknownWord, usageError } from './io.js';
import { jsonText } from './json-text.js';
import { type Line, linesOf } from './lines.js';
import { type AnswerRow, answerRow, errorRow } from './moderate/answer.js';
import { type Bar, rowBar } from './moderate/bar.js';
import { isSameFile, openInput, openOutput } from './moderate/files.js';
import { readRow } from './moderate/row.js';
import { mapInOrder } from './ordered.js';
import { regionsIn } from './regions.js';

const MODERATE_USAGE = `polywarden moderate --input notes.jsonl|- --output out.jsonl|- [options]

  --input FILE     JSON lines {id, title, text, images, author, regions, languageHint}, or externalId and body as the
                   API names them; packed (gzip) or not; - is standard input
  --output FILE    one JSON line for each row, in order, also for a bad one (error); - is standard output
  --region LIST    regions to decide for, comma-separated; without it those of the row, else all loaded ones
  --stages LIST    stages to run, comma-separated: ${STAGE_ORDER.join(', ')}

  Needs no server and no database. Empty lines are passed over. Ends with 0 when every row has its answer or error,
  with 1 when every one has an error.`;

/** While the model reads one note, this thread prepares the next; more would only wait for each other. */
const IN_FLIGHT = 2;

const OPTIONS = {
  input: { type: 'string' },
  output: { type: 'string' },
  region: { type: 'string' },
  stages: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Order {
  readonly input: string;
  readonly output: string;
  readonly regions: readonly string[];
  readonly stages: readonly EvidenceKey[] | null;
}

const list = (value: string | undefined): readonly string[] =>
  (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function readOrder(args: readonly string[]): Order | 'help' {
  const { values, positionals } = readArgs(args, OPTIONS, MODERATE_USAGE);
  if (values.help) return 'help';
  if (positionals.length > 0) throw usageError(`Unexpected argument ${positionals[0]}`, MODERATE_USAGE);
  if (values.input === undefined || values.output === undefined) {
    throw usageError('--input and --output are needed', MODERATE_USAGE);
  }
  const regions = regionsIn(values.region, MODERATE_USAGE);
  const stages = list(values.stages);
  const isStage = (name: string): name is EvidenceKey => STAGE_ORDER.some((stage) => stage === name);
  const wrong = stages.find((name) => !isStage(name));
  if (wrong !== undefined) throw usageError(unknownWord('stage', wrong, STAGE_ORDER), MODERATE_USAGE);
  for (const [name, value, items] of [
    ['--region', values.region, regions],
    ['--stages', values.stages, stages],
  ] as const) {
    if (value !== undefined && items.length === 0) throw usageError(`${name} names nothing`, MODERATE_USAGE);
  }
  return {
    input: values.input,
    output: values.output,
    regions,
    stages: values.stages === undefined ? null : stages.filter(isStage),
  };
}

export async function moderateCommand(
  args: readonly string[],
  io: Io,
  config: Config = configFromProcess(),
  images?: Images,
): Promise<number> {
  const order = readOrder(args);
  if (order === 'help') {
    io.stdout.write(`${MODERATE_USAGE}\n`);
    return 0;
  }
  if (await isSameFile(order.input, order.output)) {
    throw usageError('--input and --output are the same file', MODERATE_USAGE);
  }
  const input = await openInput(order.input, io);
  const log = openLog(config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL, 'cli');
  const model = order.stages === null || order.stages.includes('classify');
  const offline = await composeOffline(config, { model, log, images });
  try {
    const output = await openOutput(order.output, io);
    const bar = rowBar(io.stderr, input.bytes);
    const { rows, errors, first } = await run(input.stream, output, { order, config, moderate: offline.moderate, bar });
    bar.done(errors);
    if (first === null || errors < rows) return 0;
    io.stderr.write(`The first one: ${first.code}: ${first.message}\n`);
    return 1;
  } finally {
    await offline.close();
  }
}

interface Run {
  readonly order: Order;
  readonly config: Config;
  readonly moderate: ModerateNow;
  readonly bar: Bar;
}

interface Outcome {
  readonly rows: number;
  /** Rows with an error in place of an answer. */
  readonly errors: number;
  readonly first: NonNullable<AnswerRow['error']> | null;
}

async function run(input: AsyncIterable<Uint8Array>, output: Writable, context: Run): Promise<Outcome> {
  const { order, config, bar } = context;
  let [all, errors] = [0, 0];
  let first: NonNullable<AnswerRow['error']> | null = null;
  const rows = mapInOrder(nonEmpty(linesOf(input, config.BODY_LIMIT_BYTES)), IN_FLIGHT, async ({ line, number }) => ({
    bytes: line.bytes,
    row: await answerTo(line, number, context),
  }));
  const texts = async function* (): AsyncGenerator<string> {
    for await (const { bytes, row } of rows) {
      all += 1;
      if (row.error !== undefined) {
        errors += 1;
        first ??= row.error;
      }
      bar.step(bytes);
      yield `${jsonText(row)}\n`;
    }
  };
  try {
    await pipeline(texts, output, { end: order.output !== '-' });
  } catch (cause) {
    if (cause instanceof InvalidInputError || cause !== output.errored) throw cause;
    throw new InvalidInputError('file_unreadable', `${order.output} cannot be written`, [], { cause });
  }
  return { rows: all, errors, first };
}

async function* nonEmpty(lines: AsyncIterable<Line>): AsyncGenerator<{ readonly line: Line; readonly number: number }> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.text === null || line.text.trim() !== '') yield { line, number };
  }
}

async function answerTo(line: Line, number: number, { order, config, moderate }: Run): Promise<AnswerRow> {
  const baseDir = order.input === '-' ? '.' : path.dirname(path.resolve(order.input));
  const row = readRow(line, { now: Date.now(), textLimitChars: config.TEXT_LIMIT_CHARS, baseDir });
  if (!row.ok) return errorRow(row.id, row.code, `Line ${number}: ${row.message}`);
  const options = {
    repaired: row.repaired,
    ...(order.regions.length > 0 ? { regions: order.regions } : {}),
    ...(order.stages === null ? {} : { stages: order.stages }),
  };
  try {
    return answerRow(row.id, await moderate(row.note, options, new AbortController().signal));
  } catch (error) {
    return errorRow(row.id, codeOf(error), error instanceof Error ? error.message : 'unknown');
  }
}
