/** A labelled note of `fixtures/notes/<lang>.jsonl`: the API's body plus what a good moderator would want. */
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ACTIONS, DAY_MS, NOTE_KINDS } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import { PICTURES_DIR } from '../../paths.js';

const Region = z.string().regex(/^[a-z]{2,6}$/);

const Fixture = z
  .strictObject({
    externalId: z.string().min(1),
    kind: z.enum(NOTE_KINDS),
    title: z.string(),
    body: z.string(),
    author: z.strictObject({ id: z.string().min(1), region: Region, createdAt: z.iso.datetime() }),
    regions: z.array(Region).min(1),
    languageHint: z.string().optional(),
    context: z.looseObject({}).optional(),
    /** Files of `fixtures/images`. */
    images: z
      .array(z.string().regex(/^[a-z0-9-]+\.(png|jpg|webp|gif)$/))
      .min(1)
      .optional(),
    /** Replaces `author.createdAt` by so many days before now: a young account must stay young. */
    authorAgeDays: z.number().int().min(0).optional(),
    expect: z.record(Region, z.enum(ACTIONS)),
    reason: z.string().min(1),
    tags: z.array(z.string().min(1)).min(1),
  })
  .refine((row) => row.regions.every((region) => row.expect[region] !== undefined), 'A region has no expected action')
  .refine((row) => Object.keys(row.expect).length === row.regions.length, 'An action for a region that is not listed');
type Fixture = z.infer<typeof Fixture>;

export interface NamedFixture extends Fixture {
  /** Name of the file: the main language of the note as a person would say. */
  readonly language: string;
}

/** The request body: the fixture without its labels. */
export function toBody(fixture: Fixture, now: number): Readonly<Record<string, unknown>> {
  const { externalId, kind, title, body, author, regions, languageHint, context, authorAgeDays } = fixture;
  const images = fixture.images?.map((file) => ({ data: readFileSync(path.join(PICTURES_DIR, file), 'base64') }));
  const createdAt =
    authorAgeDays === undefined ? author.createdAt : new Date(now - authorAgeDays * DAY_MS).toISOString();
  return { externalId, kind, title, body, author: { ...author, createdAt }, regions, languageHint, context, images };
}

function parseLine(line: string, where: string): Fixture {
  try {
    return Fixture.parse(JSON.parse(line));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new InvalidInputError('input_row_invalid', `${where}: ${why}`, [], { cause: error });
  }
}

/** All fixtures, in the order of their files and lines. */
export async function readFixtures(folder: string): Promise<readonly NamedFixture[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const fixtures: NamedFixture[] = [];
  for (const file of files) {
    const lines = (await readFile(path.join(folder, file), 'utf8')).split('\n');
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '') continue;
      fixtures.push({ ...parseLine(line, `${file}:${index + 1}`), language: path.basename(file, '.jsonl') });
    }
  }
  return fixtures;
}
