/** `models/models.yaml`: what is shipped, and what an operator can fetch in its place. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import { parseAs } from './overlays.js';

const MODEL_KINDS = [
  'text-classification',
  'ngrams',
  'language',
  'ocr',
  'zero-shot-image-classification',
  'translation',
] as const;

const Folder = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/);
/** Stays inside its folder whatever the list says. */
const FilePath = z
  .string()
  .regex(/^[A-Za-z0-9_-][\w.-]*(\/[A-Za-z0-9_-][\w.-]*)*$/)
  .refine((name) => !name.includes('..'), 'no parent folders');
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const HubFile = z.strictObject({
  path: FilePath,
  /** Null: learned at the first fetch and verified from then on. */
  sha256: Sha256.nullable(),
  bytes: z.int().positive().nullable(),
});
const common = { folder: Folder, kind: z.enum(MODEL_KINDS), about: z.string().min(1), licence: z.string().min(1) };

const ShippedEntry = z.strictObject({ ...common, source: z.literal('shipped'), files: z.array(FilePath).min(1) });
const HubEntry = z.strictObject({
  ...common,
  source: z.literal('hub'),
  repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  /** Commit; null: the newest at the first fetch, then that one. */
  revision: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .nullable(),
  files: z.array(HubFile).min(1),
  max_bytes: z.int().positive(),
  select: z.string().min(1).describe('What to set to use it'),
});
export type HubEntry = z.infer<typeof HubEntry>;
export type ShippedEntry = z.infer<typeof ShippedEntry>;

export const Manifest = z
  .strictObject({
    version: z.literal(1),
    hub: z.url({ protocol: /^https?$/ }),
    models: z.array(z.discriminatedUnion('source', [ShippedEntry, HubEntry])),
  })
  .refine(
    ({ models }) => new Set(models.map(({ folder }) => folder)).size === models.length,
    'two models in one folder',
  );
export type Manifest = z.infer<typeof Manifest>;
export type ModelEntry = Manifest['models'][number];

export async function readManifest(modelsDir: string): Promise<Manifest> {
  const file = path.join(modelsDir, 'models.yaml');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new InvalidInputError('file_unreadable', `${file} cannot be read`, [], { cause });
  });
  return parseAs(text, 'models.yaml', Manifest);
}
