/** The text model in this process: the shipped one, or one from elsewhere whose labels an overlay file maps to ours. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { COMPETENCES, type LanguageTag, SCORE_KEYS, type ScoreKey } from '../domain.js';
import { InvalidInputError, UnavailableError } from '../errors.js';
import type { Classifier } from '../ports.js';
import { type Calibration, type CompetenceTable, competenceFor } from '../stages/classify/calibration.js';
import { judgeTexts } from '../stages/classify/judge.js';
import { judgeLabels, type LabelModel } from '../stages/classify/judge-labels.js';
import type { TextModel } from '../stages/classify/model.js';
import { type NgramConfig, type NgramModel, ngramModel } from '../stages/classify/ngrams.js';
import { labelFaults, type Overlay, overlayCompetence } from '../stages/classify/overlay.js';
import { readOverlay } from './models/overlays.js';
import { weightsFile } from './models/weights-file.js';

export interface ClassifierOptions {
  /** Folder of the encoder in the hub's layout; the n-gram model lies beside it. */
  readonly dir: string;
  readonly ngramsDir?: string;
  /** Threads of one session. One is best for throughput: processes scale, threads of one text hardly do. */
  readonly threads?: number;
  /** Whether flagged texts are searched for the words that carried the score; true unless told. */
  readonly explains?: boolean;
}

/** A threshold beyond the scale would flag every text, or none. */
const headCalibration = z.object({
  encoder: z.number(),
  ngrams: z.number(),
  b: z.number(),
  flag: z.number().gt(0).lt(1),
  sure: z.number().min(0.5).max(1),
  clear: z.number().min(0).max(0.5),
});
const scoreKey = z.enum(SCORE_KEYS);
const discounts = z.partialRecord(scoreKey, z.array(z.number().min(0)).max(16));
const calibrationFile = z.object({
  version: z.string(),
  short: discounts.optional(),
  shortUnmeasured: discounts.optional(),
  languages: z.record(z.string(), z.partialRecord(scoreKey, headCalibration)),
});
const competenceFile = z.object({
  languages: z.record(z.string(), z.partialRecord(scoreKey, z.enum(COMPETENCES))),
});
const ngramFile = z.object({
  bits: z.int().min(1).max(26),
  maxPoints: z.int().positive(),
  scale: z.array(z.number()).length(SCORE_KEYS.length),
  bias: z.array(z.number()).length(SCORE_KEYS.length),
});

const ngramsBeside = (dir: string): string => path.join(path.dirname(dir), 'polywarden-ngrams');

const SHARED_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

/** Every file without which `openClassifier` fails. */
export function classifierFiles(dir: string): readonly string[] {
  const overlay = readOverlay(dir);
  if (overlay === null) return shippedFiles(dir);
  return [...SHARED_FILES, weightsFile('model', overlay.dtype)].map((name) => path.join(dir, name));
}

const shippedFiles = (dir: string): readonly string[] => [
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
  const overlay = readOverlay(dir);
  if (overlay !== null) return openWithOverlay(options, overlay);
  try {
    const missing = shippedFiles(dir).find((file) => !existsSync(file));
    if (missing !== undefined) throw new Error(`there is no ${missing}`);
    const { openEncoder } = await import('./transformers.js');
    const [calibration, competence, ngrams, session] = await Promise.all([
      readJson(path.join(dir, 'calibration.json'), calibrationFile),
      readJson(path.join(dir, 'competence.json'), competenceFile),
      openNgrams(options.ngramsDir ?? ngramsBeside(dir)),
      openEncoder(dir, options.threads ?? 1),
    ]);
    const model: TextModel = {
      name: `${path.basename(dir)}@${calibration.version}`,
      encoder: session.encoder,
      ngrams,
      calibration: calibration as Calibration,
      competence: competence.languages as CompetenceTable,
      explains: options.explains ?? true,
    };
    const known = async (language: LanguageTag) => every((key) => competenceFor(model.competence, language, key));
    return classifierOf(model.name, (...args) => judgeTexts(model, ...args), {
      close: session.close,
      competence: known,
    });
  } catch (error) {
    throw new UnavailableError('model_missing', `The text model in ${path.basename(dir)} cannot be opened`, {
      cause: error,
    });
  }
}

async function openWithOverlay(options: ClassifierOptions, overlay: Overlay): Promise<Classifier> {
  const name = path.basename(options.dir);
  const { openLabels } = await import('./transformers.js');
  const opened = await openLabels(options.dir, { dtype: overlay.dtype, threads: options.threads ?? 1 }).catch(
    (cause: unknown) => {
      const weights = weightsFile('model', overlay.dtype);
      throw new UnavailableError('model_missing', `The text model in ${name} cannot be opened (weights: ${weights})`, {
        cause,
      });
    },
  );
  const faults = labelFaults(overlay, opened.labels);
  if (faults.length > 0) {
    await opened.close();
    throw new InvalidInputError(
      'models_invalid',
      `The overlay of ${name} does not fit the model: ${faults.join('; ')}`,
    );
  }
  const { labels, encode, logits } = opened;
  const explains = options.explains ?? true;
  const model: LabelModel = { name: `${name}@${overlay.version}`, labels, overlay, explains, encode, logits };
  const known = async (language: LanguageTag) => every((key) => overlayCompetence(overlay, language, key));
  return classifierOf(model.name, (texts, language, signal) => judgeLabels(model, texts, language, signal), {
    close: opened.close,
    competence: known,
  });
}

const every = <T>(of: (key: ScoreKey) => T): Record<ScoreKey, T> =>
  Object.fromEntries(SCORE_KEYS.map((key) => [key, of(key)])) as Record<ScoreKey, T>;

function classifierOf(
  name: string,
  judge: Classifier['classify'],
  rest: Pick<Classifier, 'close' | 'competence'>,
): Classifier {
  return {
    model: name,
    async classify(texts, language, signal, segments) {
      try {
        return await judge(texts, language, signal, segments);
      } catch (error) {
        if (signal.aborted) throw error;
        throw new UnavailableError('model_unavailable', 'The text model could not read a text', { cause: error });
      }
    },
    ...rest,
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
