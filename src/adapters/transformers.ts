/** Models in the hub's layout, in this process: the only importer of transformers.js. Nothing is ever fetched from a hub. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  AutoModelForSequenceClassification,
  AutoTokenizer,
  env,
  pipeline,
  RawImage,
  Tensor,
} from '@xenova/transformers';
import { z } from 'zod';
import { SCORE_KEYS } from '../domain.js';
import type { Encoder } from '../stages/classify/model.js';
import type { Dtype } from './models/weights-file.js';

/** The runtime's fused sum and norm is slower on the CPU than the two apart; logits differ by rounding, most not at all. */
const SEPARATE_NORMS = { optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' } };
const OPENING = 2;
const CLOSING = 3;
/** Words repeat: remembering their pieces makes reading a note several times faster. */
const MOST_WORDS = 50_000;

/** An absolute folder is no name of the hub's, so it is read where it lies. */
function localOnly(threads: number) {
  env.allowRemoteModels = false;
  return {
    local_files_only: true,
    device: 'cpu',
    session_options: {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      extra: SEPARATE_NORMS,
    },
  } as const;
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(JSON.parse(await readFile(file, 'utf8')));
}

const encoderFile = z.object({ label2id: z.record(z.enum(SCORE_KEYS), z.int()) });
const labelsFile = z.object({ id2label: z.record(z.string().regex(/^\d+$/), z.string()) });

type Loaded = Awaited<ReturnType<typeof AutoModelForSequenceClassification.from_pretrained>>;

/** Our own model: one head per score key, pieces of single words put together by the caller. */
export async function openEncoder(
  folder: string,
  threads: number,
): Promise<{ encoder: Encoder; close: () => Promise<void> }> {
  const dir = path.resolve(folder);
  const options = localOnly(threads);
  const [tokenizer, model, config] = await Promise.all([
    AutoTokenizer.from_pretrained(dir, { local_files_only: true }),
    AutoModelForSequenceClassification.from_pretrained(dir, { ...options, dtype: 'q8' }),
    readJson(path.join(dir, 'config.json'), encoderFile),
  ]);
  const order = SCORE_KEYS.map((key) => config.label2id[key] ?? -1);
  if (order.some((at) => at < 0)) throw new RangeError('the encoder lacks a head');
  const encode = remembering((word) => tokenizer.encode(word, { add_special_tokens: false }));
  return {
    encoder: { encode, logits: (ids) => runHeads(model, order, ids) },
    close: async () => {
      await model.dispose();
    },
  };
}

async function runHeads(model: Loaded, order: readonly number[], ids: readonly number[]): Promise<Float32Array> {
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
  throw new TypeError('the model gave no logits');
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

export interface OpenedLabels {
  /** In the order of the logits. */
  readonly labels: readonly string[];
  encode(word: string): readonly number[];
  logits(text: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Any text-classification model of the hub's layout; its tokenizer puts the marks that it wants. */
export async function openLabels(
  folder: string,
  { dtype, threads }: { readonly dtype: Dtype; readonly threads: number },
): Promise<OpenedLabels> {
  const dir = path.resolve(folder);
  const options = localOnly(threads);
  const [tokenizer, model, config] = await Promise.all([
    AutoTokenizer.from_pretrained(dir, { local_files_only: true }),
    AutoModelForSequenceClassification.from_pretrained(dir, { ...options, dtype }),
    readJson(path.join(dir, 'config.json'), labelsFile),
  ]);
  const count = Object.keys(config.id2label).length;
  const labels = Array.from({ length: count }, (_, i) => config.id2label[i] ?? `missing ${i}`);
  return {
    labels,
    encode: remembering((word) => tokenizer.encode(word, { add_special_tokens: false })),
    logits: async (text) => {
      const output: unknown = await model(await tokenizer(text, { truncation: true }));
      const logits = logitsIn(output);
      if (logits.length !== count) throw new RangeError(`${count} labels, ${logits.length} logits`);
      return logits;
    },
    close: async () => {
      await model.dispose();
    },
  };
}

export interface OpenedTranslation {
  /** `from` and `to` in the model's own codes; null where it knows one pair only. */
  translate(
    text: string,
    codes: { readonly from: string; readonly to: string } | null,
    mostTokens: number,
  ): Promise<string>;
  close(): Promise<void>;
}

const Translated = z.array(z.object({ translation_text: z.string() })).length(1);

/** Any translation model (Marian, M2M-100, NLLB, mBART) of the hub's layout. */
export async function openTranslation(
  folder: string,
  { dtype, threads }: { readonly dtype: Dtype; readonly threads: number },
): Promise<OpenedTranslation> {
  const translate = await pipeline('translation', path.resolve(folder), { ...localOnly(threads), dtype });
  return {
    translate: async (text, codes, mostTokens) => {
      const pair = codes === null ? {} : { src_lang: codes.from, tgt_lang: codes.to };
      const output: unknown = await translate(text, { ...pair, max_new_tokens: mostTokens });
      return Translated.parse(output)[0]?.translation_text ?? '';
    },
    close: async () => {
      await translate.dispose();
    },
  };
}

export interface OpenedImageLabels {
  /** Every label with its share, 0 to 1. */
  look(pixels: {
    readonly width: number;
    readonly height: number;
    readonly rgb: Uint8Array;
  }): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}
export interface ImageLabelsOptions {
  readonly dir: string;
  readonly task: 'image-classification' | 'zero-shot-image-classification';
  readonly dtype: Dtype;
  readonly threads: number;
  /** What a zero-shot model is asked, each put in the place of `{}`. */
  readonly labels: readonly string[];
  readonly template: string;
}
const Looked = z.array(z.object({ label: z.string(), score: z.number() }));

/** Any image-classification or zero-shot image-classification model of the hub's layout. */
export async function openImageLabels(asked: ImageLabelsOptions): Promise<OpenedImageLabels> {
  const dir = path.resolve(asked.dir);
  const options = { ...localOnly(asked.threads), dtype: asked.dtype };
  const answered = (output: unknown) =>
    Object.fromEntries(Looked.parse(output).map(({ label, score }) => [label, score]));
  if (asked.task === 'image-classification') {
    const { id2label } = await readJson(path.join(dir, 'config.json'), labelsFile);
    const every = { top_k: Object.keys(id2label).length };
    const classify = await pipeline(asked.task, dir, options);
    return {
      look: async (pixels) => answered(await classify(pictureOf(pixels), every)),
      close: async () => {
        await classify.dispose();
      },
    };
  }
  const compare = await pipeline(asked.task, dir, options);
  const question = { hypothesis_template: asked.template };
  return {
    look: async (pixels) => answered(await compare(pictureOf(pixels), [...asked.labels], question)),
    close: async () => {
      await compare.dispose();
    },
  };
}

const pictureOf = ({ rgb, width, height }: Parameters<OpenedImageLabels['look']>[0]): RawImage =>
  new RawImage(rgb, width, height, 3);
