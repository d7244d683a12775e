/** One line of the input file -> a note, or the error that stands in its place. */
import path from 'node:path';
import { z } from 'zod';
import { ACCOUNT_TYPES, AGE_BANDS, NOTE_KINDS, type Note } from '../../domain.js';
import { codeOf, type ErrorCode } from '../../errors.js';
import { plainWords } from '../../plain-words.js';
import { readNote } from '../../usecases/note-input.js';
import type { Line } from '../lines.js';

const Region = z.string().min(1).max(16);
const AuthorRow = z.object({
  id: z.coerce.string().min(1).max(200),
  region: Region.optional(),
  createdAt: z.string().optional(),
  verified: z.boolean().optional(),
  accountType: z.enum(ACCOUNT_TYPES).optional(),
  ageBand: z.enum(AGE_BANDS).optional(),
});

/** Only the fields that are needed: files of other tools carry labels and more beside them. */
const Row = z
  .object({
    id: z.union([z.string(), z.number()]).nullish(),
    externalId: z.string().nullish(),
    kind: z.enum(NOTE_KINDS).default('note'),
    title: z.string().nullish(),
    text: z.string().nullish(),
    body: z.string().nullish(),
    images: z.array(z.string().min(1)).max(500).nullish(),
    author: z
      .union([
        z
          .string()
          .min(1)
          .transform((id) => ({ id })),
        AuthorRow,
      ])
      .nullish(),
    regions: z.array(Region).max(300).nullish(),
    languageHint: z.string().nullish(),
  })
  .refine((row) => typeof row.text !== 'string' || typeof row.body !== 'string' || row.text === row.body, {
    message: 'text is another name for body: give one of them',
    path: ['text'],
  })
  // A misspelt key must not turn a note into an empty one that every rule allows.
  .refine((row) => row.title != null || row.text != null || row.body != null || row.images != null, {
    message: 'no title, text, body or images',
  });

export type ReadRow =
  | { readonly ok: true; readonly id: unknown; readonly note: Note; readonly repaired: boolean }
  | { readonly ok: false; readonly id: unknown; readonly code: ErrorCode; readonly message: string };

export interface RowLimits {
  readonly now: number;
  readonly textLimitChars: number;
  /** Folder that image paths are relative to. */
  readonly baseDir: string;
}

export function readRow(line: Line, limits: RowLimits): ReadRow {
  if (line.tooLong) return { ok: false, id: null, code: 'body_too_large', message: 'The row is longer than the limit' };
  if (line.text === null) return { ok: false, id: null, code: 'json_invalid', message: 'The row is not UTF-8' };
  let json: unknown;
  try {
    json = JSON.parse(line.text);
  } catch {
    return { ok: false, id: null, code: 'json_invalid', message: 'The row is not JSON' };
  }
  const id = idOf(json);
  const parsed = Row.safeParse(json, { error: plainWords });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    return { ok: false, id, code: 'input_row_invalid', message: `${place}${issue?.message ?? 'not valid'}` };
  }
  return toNote(parsed.data, id, limits);
}

/** `externalId`, so that what is sent to the API may be judged here as it is. */
function idOf(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return null;
  if ('id' in json && json.id !== null) return json.id;
  return 'externalId' in json ? json.externalId : null;
}

function toNote(row: z.infer<typeof Row>, id: unknown, limits: RowLimits): ReadRow {
  const images = (row.images ?? []).map((file, index) => ({ index, path: path.resolve(limits.baseDir, file) }));
  try {
    const read = readNote(
      {
        externalId: String(row.id ?? row.externalId ?? ''),
        kind: row.kind,
        title: row.title ?? '',
        body: row.body ?? row.text ?? '',
        ...(row.author == null ? {} : { author: row.author }),
        regions: row.regions ?? [],
        ...(row.languageHint == null ? {} : { languageHint: row.languageHint }),
        context: {},
        images: [],
      },
      limits,
    );
    return { ok: true, id, note: { ...read.note, images }, repaired: read.repaired };
  } catch (error) {
    return { ok: false, id, code: codeOf(error), message: error instanceof Error ? error.message : 'not valid' };
  }
}
