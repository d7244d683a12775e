/** A translation model of the hub's layout in this process, opened at the first text. */
import path from 'node:path';
import { primaryOf } from '../domain.js';
import { InvalidInputError, UnavailableError } from '../errors.js';
import { openLater } from '../open-once.js';
import type { Translator } from '../ports/translation.js';
import { readTranslationOverlay, type TranslationOverlay } from './models/overlays.js';
import type { OpenedTranslation } from './transformers.js';

export interface LocalTranslatorOptions {
  /** Folder of the model; its overlay lies in `overlays/` beside it. */
  readonly dir: string;
  readonly threads?: number;
}

export function openLocalTranslator({ dir, threads = 1 }: LocalTranslatorOptions): Translator {
  const name = path.basename(dir);
  const overlay = readTranslationOverlay(dir);
  if (overlay === null) {
    throw new InvalidInputError('models_invalid', `${name} has no overlay of kind translation in models/overlays`);
  }
  const { opened, close } = openLater(async () => {
    try {
      const { openTranslation } = await import('./transformers.js');
      return await openTranslation(dir, { dtype: overlay.dtype, threads });
    } catch (cause) {
      throw new UnavailableError('model_missing', `The translation model ${name} cannot be opened`, { cause });
    }
  });
  return {
    engine: 'local',
    model: `${name}@${overlay.version}`,
    region: null,
    canTranslate: (from, to) => pairOf(overlay, from, to) !== null,
    grantFor: () => ({ tokens: 0, micros: 0 }),
    async translate({ from, to, segments }, signal) {
      const pair = pairOf(overlay, from, to);
      if (pair === null) throw new InvalidInputError('language_unknown', `${name} does not translate ${from} to ${to}`);
      const model = await opened();
      const out: { text: string; confidence: null }[] = [];
      for (const text of segments) {
        signal.throwIfAborted();
        out.push({ text: await one(model, { text, pair, overlay }), confidence: null });
      }
      return { texts: out, tokens: 0, micros: 0 };
    },
    close,
  };
}

async function one(
  model: OpenedTranslation,
  order: { readonly text: string; readonly pair: Pair; readonly overlay: TranslationOverlay },
): Promise<string> {
  try {
    return await model.translate(order.text, order.pair.codes, order.overlay.most_tokens);
  } catch (cause) {
    throw new UnavailableError('model_unavailable', 'The translation model could not read a text', { cause });
  }
}

interface Pair {
  /** Null: the model knows one pair only and wants no codes. */
  readonly codes: { readonly from: string; readonly to: string } | null;
}

function pairOf({ codes, pairs }: TranslationOverlay, from: string, to: string): Pair | null {
  const [fromTag, toTag] = [tagIn(from, codes), tagIn(to, codes)];
  const names = [`${fromTag}>${toTag}`, `*>${toTag}`, `${fromTag}>*`, '*>*'];
  if (!pairs.some((pair) => names.includes(pair))) return null;
  if (codes === null) return { codes: null };
  const [fromCode, toCode] = [codes[fromTag], codes[toTag]];
  return fromCode === undefined || toCode === undefined ? null : { codes: { from: fromCode, to: toCode } };
}

/** The tag itself where the model tells it apart (`zh-Hant`), else its language. */
const tagIn = (tag: string, codes: TranslationOverlay['codes']): string =>
  codes !== null && Object.hasOwn(codes, tag) ? tag : primaryOf(tag);
