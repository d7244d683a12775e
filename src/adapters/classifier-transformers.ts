/** The text model in this process: the only importer of transformers.js. Nothing is ever fetched from a hub. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AutoModelForSequenceClassification, AutoTokenizer, env, Tensor } from '@xenova/transformers';
import { z } from 'zod';
import { type LabelledText, type LanguageTag, SCORE_KEYS } from '../domain.js';
import { UnavailableError } from '../errors.js';
import type { ClassifiedText, Classifier } from '../ports.js';
import type { Calibration, CompetenceTable } from '../stages/classify/calibration.js';
import { judgeTexts } from '../stages/classify/judge.js';
import type { Encoder, TextModel } from '../stages/classify/model.js';
import { type NgramConfig, type NgramModel, ngramModel } from '../stages/classify/ngrams.js';

export interface ClassifierOptions {
  /** Folder of the encoder in the hub's layout; the n-gram model lies beside it. */
  readonly dir: string;
  readonly ngramsDir?: string;
  /** Threads of one session. One is best for throughput: processes scale, threads of one text hardly do. */
  readonly threads?: number;
  /** Whether flagged texts are searched for the words that carried the score; true unless told. */
  readonly explains?: boolean;
}

const headCalibration = z.object({
  encoder: z.number(),
  ngrams: z.number(),
  b: z.number(),
  flag: z.number(),
  sure: z.number(),
  clear: z.number(),
});
const scoreKey = z.enum(SCORE_KEYS);
const calibrationFile = z.object({
  version: z.string(),
  languages: z.record(z.string(), z.partialRecord(scoreKey, headCalibration)),
});
const competenceFile = z.object({
  languages: z.record(z.string(), z.partialRecord(scoreKey, z.enum(['validated', 'weak', 'none']))),
});
const ngramFile = z.object({
  bits: z.int().min(1).max(26),
  maxPoints: z.int().positive(),
  scale: z.array(z.number()).length(SCORE_KEYS.length),
  bias: z.array(z.number()).length(SCORE_KEYS.length),
});
const encoderFile = z.object({ label2id: z.record(scoreKey, z.int()), polywarden_version: z.string().optional() });

/** The runtime's fused sum and norm is slower on the CPU than the two apart; results are the same to six digits. */
const SEPARATE_NORMS = { optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' } };

const OPENING = 2;
const CLOSING = 3;
/** Words repeat: remembering their pieces makes reading a note several times faster. */
const MOST_WORDS = 50_000;

const ngramsBeside = (dir: string): string => path.join(path.dirname(dir), 'polywarden-ngrams');

/** Every file without which `openClassifier` fails. */
export const classifierFiles = (dir: string): readonly string[] => [
  ...['config.json', 'calibration.json', 'competence.json', 'tokenizer.json', 'tokenizer_config.json'].map((name) =>
    path.join(dir, name),
  ),
  path.join(dir, 'onnx', 'model_quantized.onnx'),
  path.join(ngramsBeside(dir), 'config.json'),
  path.join(ngramsBeside(dir), 'weights.bin'),
];

/** Opens the model once; a missing or broken file is `model_missing`, a text that cannot be read `model_unavailable`. */
export async function openClassifier(options: ClassifierOptions): Promise<Classifier> {
  const { dir } = options;
  try {
    const [calibration, competence, ngrams, session] = await Promise.all([
      readJson(path.join(dir, 'calibration.json'), calibrationFile),
      readJson(path.join(dir, 'competence.json'), competenceFile),
      openNgrams(options.ngramsDir ?? ngramsBeside(dir)),
      openEncoder(dir, options.threads ?? 1),
    ]);
    return classifierOf(
      {
        name: `${path.basename(dir)}@${calibration.version}`,
        encoder: session.encoder,
        ngrams,
        calibration: calibration as Calibration,
        competence: competence.languages as CompetenceTable,
        explains: options.explains ?? true,
      },
      session.close,
    );
  } catch (error) {
    throw new UnavailableError('model_missing', `The text model in ${path.basename(dir)} cannot be opened`, {
      cause: error,
    });
  }
}

function classifierOf(model: TextModel, close: () => Promise<void>): Classifier {
  return {
    model: model.name,
    async classify(
      texts: readonly LabelledText[],
      language: LanguageTag,
      signal: AbortSignal,
    ): Promise<ClassifiedText> {
      try {
        return await judgeTexts(model, texts, language, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        throw new UnavailableError('model_unavailable', 'The text model could not read a text', { cause: error });
      }
    },
    close,
  };
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(JSON.parse(await readFile(file, 'utf8')));
}

async function openNgrams(dir: string): Promise<NgramModel> {
  const config: NgramConfig = await readJson(path.join(dir, 'config.json'), ngramFile);
  const bytes = await readFile(path.join(dir, 'weights.bin'));
  return ngramModel(config, new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

async function openEncoder(dir: string, threads: number): Promise<{ encoder: Encoder; close: () => Promise<void> }> {
  env.allowRemoteModels = false;
  env.localModelPath = path.dirname(dir);
  const name = path.basename(dir);
  const local = { local_files_only: true } as const;
  const session_options = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    extra: SEPARATE_NORMS,
  } as const;
  const [tokenizer, model, config] = await Promise.all([
    AutoTokenizer.from_pretrained(name, local),
    AutoModelForSequenceClassification.from_pretrained(name, { ...local, dtype: 'q8', device: 'cpu', session_options }),
    readJson(path.join(dir, 'config.json'), encoderFile),
  ]);
  const order = SCORE_KEYS.map((key) => config.label2id[key] ?? -1);
  if (order.some((at) => at < 0)) throw new RangeError('the encoder lacks a head');
  const encode = remembering((word) => tokenizer.encode(word, { add_special_tokens: false }));
  return {
    encoder: { encode, logits: (ids) => run(model, order, ids) },
    close: async () => {
      await model.dispose();
    },
  };
}

type Loaded = Awaited<ReturnType<typeof AutoModelForSequenceClassification.from_pretrained>>;

async function run(model: Loaded, order: readonly number[], ids: readonly number[]): Promise<Float32Array> {
  const shape = [1, ids.length + 2];
  const input = BigInt64Array.from([OPENING, ...ids, CLOSING], BigInt);
  const output: unknown = await model({
    input_ids: new Tensor('int64', input, shape),
    attention_mask: new Tensor('int64', new BigInt64Array(ids.length + 2).fill(1n), shape),
  });
  const data = logitsIn(output);
  return Float32Array.from(order, (at) => data[at] ?? 0);
}

function logitsIn(output: unknown): Float32Array {
  if (typeof output === 'object' && output !== null && 'logits' in output && output.logits instanceof Tensor) {
    const { data } = output.logits;
    if (data instanceof Float32Array) return data;
  }
  throw new TypeError('the encoder gave no logits');
}

function remembering(encode: (word: string) => number[]): (word: string) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  return (word) => {
    const found = known.get(word);
    if (found !== undefined) return found;
    const ids = encode(word);
    if (known.size >= MOST_WORDS) known.clear();
    known.set(word, ids);
    return ids;
  };
}
