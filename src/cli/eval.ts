/** `polywarden eval`: one evaluator for everyone; scores a labelled file and prints figures by group. */
import path from 'node:path';
import { openClassifier } from '../adapters/classifier-transformers.js';
import { openLog } from '../adapters/log-pino.js';
import { composeOffline } from '../compose.js';
import { type Config, configFromProcess } from '../config.js';
import type { Note, Score, ScoreKey } from '../domain.js';
import { UnavailableError } from '../errors.js';
import { normaliseText } from '../stages/normalise/text.js';
import { figuresOf, type Judged } from './eval/metrics.js';
import { LABEL_KEYS, LABELS, type Label, type LabelledRow, readRows } from './eval/rows.js';
import { type Group, groupTable } from './eval/table.js';
import { type Io, readArgs, usageError } from './io.js';

export const EVAL_USAGE = `polywarden eval --input FILE.jsonl[.gz] [--by language,label] [options]

  --input FILE     JSON lines {id, text, lang, labels, source}; labels are 0, 1 or absent for unknown
  --by LIST        group by any of language, label, source; label is always split (default: language,label)
  --language row   trust the row's language (default), or detect: as the pipeline finds it
  --least N        leave out groups with fewer rows than this (default 1)
  --rounds N       bootstrap rounds (default 200)
  --json           one JSON object in place of the table`;

const OPTIONS = {
  input: { type: 'string' },
  by: { type: 'string', default: 'language,label' },
  language: { type: 'string', default: 'row' },
  least: { type: 'string', default: '1' },
  rounds: { type: 'string', default: '200' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;
const AXES = ['language', 'label', 'source'] as const;
type Axis = (typeof AXES)[number];
const SEED = 20_261_120;

type Scores = Readonly<Record<ScoreKey, Score>>;
export interface Scorer {
  readonly model: string;
  score(row: LabelledRow): Promise<Scores>;
  close(): Promise<void>;
}

interface Order {
  readonly input: string;
  readonly by: readonly Axis[];
  readonly language: 'row' | 'detect';
  readonly least: number;
  readonly rounds: number;
  readonly json: boolean;
}

function readOrder(args: readonly string[]): Order | 'help' {
  const { values } = readArgs(args, OPTIONS, EVAL_USAGE);
  if (values.help) return 'help';
  const { input, language } = values;
  if (input === undefined) throw usageError('--input is needed', EVAL_USAGE);
  const asked = (values.by ?? '').split(',').map((axis) => axis.trim());
  const by = AXES.filter((axis) => axis === 'label' || asked.includes(axis));
  const wrong = asked.find((axis) => !AXES.some((known) => known === axis));
  if (wrong !== undefined) throw usageError(`There is no grouping by ${wrong}`, EVAL_USAGE);
  if (language !== 'row' && language !== 'detect') throw usageError('--language is row or detect', EVAL_USAGE);
  const [least, rounds] = [Number(values.least), Number(values.rounds)];
  if (!(Number.isInteger(least) && Number.isInteger(rounds) && least >= 0 && rounds >= 0)) {
    throw usageError('--least and --rounds are whole numbers', EVAL_USAGE);
  }
  return { input, by, language, least, rounds, json: values.json ?? false };
}

export async function evalCommand(
  args: readonly string[],
  io: Io,
  open: (language: Order['language']) => Promise<Scorer> = openScorer,
): Promise<number> {
  const order = readOrder(args);
  if (order === 'help') {
    io.stdout.write(`${EVAL_USAGE}\n`);
    return 0;
  }
  const scorer = await open(order.language);
  try {
    const started = performance.now();
    const { judged, texts } = await judgeAll(scorer, order, io);
    const perSecond = texts / Math.max(1e-3, (performance.now() - started) / 1_000);
    const groups = figures(judged, order);
    const { model } = scorer;
    io.stdout.write(
      order.json
        ? `${JSON.stringify({ model, texts, perSecond, by: order.by, groups })}\n`
        : `${model}: ${texts} texts, ${perSecond.toFixed(0)} texts a second\n${groupTable(order.by, groups)}`,
    );
    return 0;
  } finally {
    await scorer.close();
  }
}

const SEPARATOR = '\u0000';

async function judgeAll(
  scorer: Scorer,
  order: Order,
  io: Io,
): Promise<{ judged: Map<string, Judged[]>; texts: number }> {
  const judged = new Map<string, Judged[]>();
  let texts = 0;
  for await (const row of readRows(order.input)) {
    const scores = await scorer.score(row);
    texts += 1;
    if (io.stderr.isTTY === true && texts % 200 === 0) io.stderr.write(`\r${texts} texts`);
    for (const label of LABELS) {
      const truth = row.labels[label];
      if (truth === undefined) continue;
      const { p, calibrated } = scores[LABEL_KEYS[label]];
      const group = nameOf(order.by, row, label);
      const rows = judged.get(group) ?? [];
      rows.push({ harmful: truth === 1, p, calibrated });
      judged.set(group, rows);
    }
  }
  return { judged, texts };
}

function nameOf(by: readonly Axis[], row: LabelledRow, label: Label): string {
  const of = { language: row.language, label, source: row.source };
  return by.map((axis) => of[axis]).join(SEPARATOR);
}

function figures(judged: ReadonlyMap<string, readonly Judged[]>, order: Order): readonly Group[] {
  return [...judged]
    .filter(([, rows]) => rows.length >= order.least)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, rows]) => ({ names: name.split(SEPARATOR), figures: figuresOf(rows, order.rounds, SEED) }));
}

const forever = new AbortController().signal;

async function openScorer(language: Order['language']): Promise<Scorer> {
  const config = configFromProcess();
  return language === 'row' ? rowScorer(config) : detectingScorer(config);
}

async function rowScorer(config: Config): Promise<Scorer> {
  const dir = path.join(config.MODELS_DIR, config.TEXT_MODEL);
  const classifier = await openClassifier({ dir, threads: config.MODEL_THREADS, explains: false });
  return {
    model: classifier.model,
    score: async ({ text, language }) =>
      (await classifier.classify([{ part: 'body', text: normaliseText(text) }], language, forever)).scores,
    close: () => classifier.close(),
  };
}

async function detectingScorer(config: Config): Promise<Scorer> {
  const offline = await composeOffline(config, { model: true, log: openLog('warn', 'cli') });
  return {
    model: config.TEXT_MODEL,
    async score({ text }) {
      const note: Note = { kind: 'note', title: '', body: text, regions: [], context: {}, images: [] };
      const { evidence } = await offline.moderate(note, { stages: ['normalise', 'language', 'classify'] }, forever);
      if (evidence.classify.status === 'found') return evidence.classify.value.scores;
      throw new UnavailableError('model_unavailable', `The classify stage answered ${evidence.classify.status}`);
    },
    close: () => offline.close(),
  };
}
