/** Overlay files: `models/overlays/<folder of the model>.yaml`. */
import path from 'node:path';
import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import { parseYaml } from '../../policy/yaml.js';
import { Overlay } from '../../stages/classify/overlay.js';
import { ImageOverlay } from '../../stages/images/image-overlay.js';
import { textIfThere } from '../read-text.js';

export const overlayFile = (dir: string): string =>
  path.join(path.dirname(dir), 'overlays', `${path.basename(dir)}.yaml`);

const LanguageCode = z.string().min(1);
/** What a translation model is called by. */
export const TranslationOverlay = z.strictObject({
  kind: z.literal('translation'),
  version: z.string().min(1),
  dtype: z.enum(['q8', 'fp32']).default('q8'),
  /** Our language tag -> the model's code; absent for a model of fixed pairs. */
  codes: z.record(z.string(), LanguageCode).nullable().default(null),
  /** `from>to` with our tags; `*` stands for every language of `codes`. */
  pairs: z.array(z.string().regex(/^[A-Za-z*-]+>[A-Za-z*-]+$/)).min(1),
  most_tokens: z.int().min(16).max(1_024).default(256),
  measured: z.string().min(1),
});
export type TranslationOverlay = z.infer<typeof TranslationOverlay>;

/** Null: the model needs none, it is one of ours. */
export const readOverlay = (dir: string): Overlay | null => read(overlayFile(dir), Overlay);

export const readTranslationOverlay = (dir: string): TranslationOverlay | null =>
  read(overlayFile(dir), TranslationOverlay);

export const readImageOverlay = (dir: string): ImageOverlay | null => read(overlayFile(dir), ImageOverlay);

function read<T>(file: string, schema: z.ZodType<T>): T | null {
  const text = textIfThere(file);
  return text === null ? null : parseAs(text, path.basename(file), schema);
}

export function parseAs<T>(text: string, name: string, schema: z.ZodType<T>): T {
  const { value } = yamlOf(text, name);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path: at, message }) => ({ pointer: `/${at.join('/')}`, message }));
  const lines = faults.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ');
  throw new InvalidInputError('models_invalid', `${name}: ${lines}`, faults);
}

function yamlOf(text: string, name: string): { readonly value: unknown } {
  try {
    return parseYaml(text, name);
  } catch (cause) {
    throw new InvalidInputError('models_invalid', `${name} is no valid YAML`, [], { cause });
  }
}
