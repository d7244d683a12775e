/** `polywarden eval`: one evaluator for everyone; scores a labelled file and prints figures by group. */
import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openClassifier } from '../adapters/classifier-transformers.js';
import { openLog } from '../adapters/log-pino.js';
import { composeOffline } from '../compose.js';
import { type Config, configFromProcess } from '../config.js';
import type { Note } from '../domain.js';
import { InvalidInputError, UnavailableError } from '../errors.js';
import { normaliseText } from '../stages/normalise/text.js';
import { judgeRows, type Scorer } from './eval/judge-rows.js';
import { type Opinions, readReplies, recording } from './eval/opinions.js';
import { EVAL_USAGE, type Order, readOrder } from './eval/order.js';
import { reportPage } from './eval/report.js';
import { compare, localGroups, reportOf } from './eval/results.js';
import { comparisonText, groupTable } from './eval/table.js';
import type { Io } from './io.js';
import { NOTHING } from './moderate/answer.js';

export type { Scorer };

export interface EvalParts {
  readonly scorer: (language: Order['language']) => Promise<Scorer>;
  /** Of the configured endpoint. */
  readonly opinions: () => Promise<Opinions>;
}

export async function evalCommand(args: readonly string[], io: Io, parts: Partial<EvalParts> = {}): Promise<number> {
  const order = readOrder(args);
  if (order === 'help') {
    io.stdout.write(`${EVAL_USAGE}\n`);
    return 0;
  }
  // Before anything is computed or paid for.
  for (const file of [order.report, order.llm?.record ?? null]) if (file !== null) await checkWritable(file);
  const opinions = await opinionsOf(order, parts.opinions ?? configuredOpinions);
  const scorer = await (parts.scorer ?? openScorer)(order.language);
  try {
    await evaluate(order, io, { scorer, opinions });
    return 0;
  } finally {
    await scorer.close();
  }
}

async function opinionsOf({ llm }: Order, open: EvalParts['opinions']): Promise<Opinions | null> {
  if (llm === null) return null;
  const opinions = llm.replies === null ? await open() : await readReplies(llm.replies);
  return llm.record === null ? opinions : recording(opinions, llm.record);
}

async function evaluate(
  order: Order,
  io: Io,
  { scorer, opinions }: { readonly scorer: Scorer; readonly opinions: Opinions | null },
): Promise<void> {
  const started = performance.now();
  const tell = (texts: number): void => {
    if (io.stderr.isTTY === true && texts % 200 === 0) io.stderr.write(`\r${texts} texts`);
  };
  const rows = await judgeRows({ scorer, opinions }, order, tell);
  const { texts } = rows;
  if (rows.labels.size === 0) {
    throw new InvalidInputError('input_row_invalid', `${order.input} holds no labelled row`);
  }
  const perSecond = texts / Math.max(1e-3, (performance.now() - started) / 1_000);
  const groups = localGroups(rows, order);
  const comparison = compare(rows, order, opinions?.name ?? '');
  const { model } = scorer;
  if (order.report !== null) await write(order.report, reportPage(reportOf(rows, order, { model, comparison })));
  const table = groups.length === 0 ? `no group has ${order.least} rows\n` : groupTable(order.by, groups);
  const compared = comparison === null ? {} : { comparison };
  io.stdout.write(
    order.json
      ? `${JSON.stringify({ model, texts, perSecond, by: order.by, groups, ...compared })}\n`
      : `${model}: ${texts} texts, ${perSecond.toFixed(0)} texts a second\n${table}` +
          (comparison === null ? '' : comparisonText(order.by, comparison)),
  );
}

/** Loaded when asked for: the endpoint's client is of no use to the local model. */
async function configuredOpinions(): Promise<Opinions> {
  const { openConfiguredOpinions } = await import('./eval/ask-llm.js');
  return openConfiguredOpinions(configFromProcess());
}

/** Makes the file where there is none. */
async function checkWritable(file: string): Promise<void> {
  await appendFile(file, '').catch((cause: unknown) => {
    throw new InvalidInputError('file_unreadable', `${file} cannot be written`, [], { cause });
  });
}

async function write(file: string, page: string): Promise<void> {
  await writeFile(file, page).catch((cause: unknown) => {
    throw new InvalidInputError('file_unreadable', `${file} cannot be written`, [], { cause });
  });
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
  return pipelineScorer(offline, config.TEXT_MODEL);
}

type Offline = Awaited<ReturnType<typeof composeOffline>>;

/** `name` stands for the model until it has read a text and says its version. */
export function pipelineScorer(offline: Pick<Offline, 'moderate' | 'close'>, name: string): Scorer {
  let model = name;
  return {
    get model() {
      return model;
    },
    async score({ text }) {
      const note: Note = { kind: 'note', title: '', body: text, regions: [], context: {}, images: [] };
      const { evidence } = await offline.moderate(note, { stages: ['normalise', 'language', 'classify'] }, forever);
      const { classify } = evidence;
      if (classify.status === 'skipped' && classify.why === 'no_text') return NOTHING;
      if (classify.status !== 'found') {
        throw new UnavailableError('model_unavailable', `The classify stage answered ${classify.status}`);
      }
      model = classify.value.model;
      return classify.value.scores;
    },
    close: () => offline.close(),
  };
}
