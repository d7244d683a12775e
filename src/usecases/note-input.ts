import { z } from 'zod';
import { sha256Hex } from '../domain/sha256.js';
import {
  ACCOUNT_TYPES,
  AGE_BANDS,
  type Author,
  CONTEXT_FLAGS,
  type ImageRef,
  MINUTE_MS,
  NOTE_KINDS,
  type Note,
  primaryOf,
} from '../domain.js';
import { type ErrorCode, type Fault, InvalidInputError } from '../errors.js';
import { isRegionCode, NO_REGION, unknownRegionWord } from '../policy/countries.js';
import { isPrivateTag, languageHint, languageTag } from '../policy/languages.js';
import { sniffImage } from '../stages/images/sniff.js';
import { repairText } from '../stages/normalise/repair.js';

export const MAX_IMAGES = 20;
const MAX_REGIONS = 300;
/** Clocks of platforms drift; a date further ahead than this is wrong. */
const MAX_SKEW_MS = 5 * MINUTE_MS;
/** PostgreSQL writes years before 1 otherwise; such a note could be stored and never be decided. */
const FIRST_MOMENT_MS = Date.parse('0001-01-01T00:00:00Z');

/** Ids of the platform: any printable text, stored as it is; a repaired id would be another id. */
export const ForeignId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'No control characters and no lone surrogates');
const Region = z.string().min(1).max(16).describe('ISO 3166-1 alpha-2 in any case, or the id of a policy region');
/** Text that is stored as it is, line breaks and all. */
export const storableText = (maxChars: number) =>
  z
    .string()
    .max(maxChars)
    .regex(/^[^\0\p{Cs}]*$/u, 'No NUL and no lone surrogates');
const Moment = z.string().min(1).max(40).meta({ format: 'date-time' });
const Url = z
  .url({ protocol: /^https?$/, error: 'Not an http(s) address' })
  .max(2_000)
  .regex(/^[^\0\p{Cs}]*$/u, 'No NUL and no lone surrogates');

const AuthorInput = z.strictObject({
  id: ForeignId,
  region: Region.optional(),
  createdAt: Moment.optional().describe('When the account was made'),
  verified: z.boolean().optional(),
  accountType: z.enum(ACCOUNT_TYPES).optional(),
  ageBand: z.enum(AGE_BANDS).optional().describe('A birth date is never asked for'),
});

const BASE64_LETTERS = /^[A-Za-z0-9+/]*={0,2}$/;
/** Base64 of the standard alphabet; its bytes are judged, whatever it is called. */
const Base64 = z
  .string()
  .min(1)
  .regex(BASE64_LETTERS, {
    error: ({ input }) =>
      String(input).startsWith('data:') ? 'A data URL: send what follows its comma, the base64 alone' : 'Not base64',
  })
  .refine((text) => text.length % 4 === 0 || !BASE64_LETTERS.test(text), 'Not base64: its length is no multiple of 4');
const ImageInput = z.union(
  [
    z.strictObject({ url: Url.describe('Fetched by the workers; public http(s) addresses only') }),
    z.strictObject({ data: Base64.describe('The bytes in base64; larger pictures come as multipart/form-data') }),
  ],
  'Either url or data, and nothing else',
);

export const NoteInput = z
  .strictObject({
    externalId: ForeignId.describe('Your id; sent again with other content it makes a new revision'),
    kind: z.enum(NOTE_KINDS).default('note'),
    title: z.string().default(''),
    body: z.string().default(''),
    createdAt: Moment.optional(),
    author: AuthorInput.optional(),
    regions: z.array(Region).max(MAX_REGIONS).default([]).describe('Where it is shown; none means every loaded region'),
    languageHint: z.string().min(1).max(64).optional().describe('BCP 47'),
    context: z
      .strictObject({
        flags: z.array(z.enum(CONTEXT_FLAGS)).max(CONTEXT_FLAGS.length).optional(),
        replyTo: ForeignId.optional(),
        adDeclared: z.boolean().optional(),
        reach: z.number().int().min(0).max(1e12).optional(),
      })
      .default({}),
    images: z.array(ImageInput).max(MAX_IMAGES).default([]),
  })
  .meta({ id: 'Note', description: 'A new note has a title, a body or a picture' });
export type NoteInput = z.infer<typeof NoteInput>;

export interface NoteLimits {
  readonly now: number;
  readonly textLimitChars: number;
  /** Unset: uploaded bytes stay in the note, for what is judged without being stored. */
  readonly imageLimitBytes?: number | undefined;
  readonly newKey?: (() => string) | undefined;
}
export interface Upload {
  readonly key: string;
  readonly bytes: Uint8Array;
}
export interface ReadNote {
  readonly externalId: string;
  readonly note: Note;
  /** True when NUL or lone surrogates in title or body were replaced. */
  readonly repaired: boolean;
  readonly uploads: readonly Upload[];
}

const MOST_HINTS = 3;

/** Collects all faults; the first one's code answers. */
class Faults {
  readonly #faults: Fault[] = [];
  #code: ErrorCode = 'body_invalid';

  get count(): number {
    return this.#faults.length;
  }

  add(code: ErrorCode, pointer: string, message: string): void {
    if (this.#faults.length === 0) this.#code = code;
    this.#faults.push({ pointer, message });
  }

  raise(): void {
    const first = this.#faults[0];
    if (first !== undefined) throw new InvalidInputError(this.#code, first.message, this.#faults);
  }
}

const Iso = z.iso.datetime({ offset: true });

function readMoment(value: string | undefined, pointer: string, now: number, faults: Faults): string | undefined {
  if (value === undefined) return undefined;
  const ms = Iso.safeParse(value).success ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) {
    faults.add('date_invalid', pointer, 'Not an ISO 8601 date and time with an offset');
    return undefined;
  }
  if (ms < FIRST_MOMENT_MS) faults.add('date_invalid', pointer, 'The date lies before the year 1');
  if (ms > now + MAX_SKEW_MS) faults.add('date_invalid', pointer, 'The date lies more than 5 minutes in the future');
  return new Date(ms).toISOString();
}

function readRegion(value: string, pointer: string, faults: Faults): string {
  const region = value.toLowerCase();
  if (isRegionCode(region)) return region;
  // Looking for what was meant takes its time, and a batch may hold very many of them.
  faults.add('region_unknown', pointer, faults.count < MOST_HINTS ? unknownRegionWord(value) : NO_REGION);
  return region;
}

function readLanguage(value: string | undefined, faults: Faults): string | undefined {
  if (value === undefined || isPrivateTag(value)) return undefined;
  const tag = languageTag(value);
  if (tag === undefined) faults.add('language_unknown', '/languageHint', `Not a BCP 47 tag${languageHint(value)}`);
  // The tag of text of which the language is not known hints at nothing.
  return tag !== undefined && primaryOf(tag) === 'und' ? undefined : tag;
}

function readAuthor(input: NoteInput['author'], now: number, faults: Faults): Author | undefined {
  if (input === undefined) return undefined;
  const region = input.region === undefined ? undefined : readRegion(input.region, '/author/region', faults);
  return { ...input, region, createdAt: readMoment(input.createdAt, '/author/createdAt', now, faults) };
}

type ImageInput = NoteInput['images'][number];

/** Bytes leave the note: what stays is where they will lie and what they are. */
function readImageInput(
  input: ImageInput,
  index: number,
  limits: NoteLimits,
  faults: Faults,
): { readonly ref: ImageRef; readonly uploads: readonly Upload[] } {
  if ('url' in input) return { ref: { index, url: input.url }, uploads: [] };
  const { imageLimitBytes, newKey } = limits;
  if (imageLimitBytes === undefined || newKey === undefined) return { ref: { index, data: input.data }, uploads: [] };
  const bytes = Buffer.from(input.data, 'base64');
  const pointer = `/images/${index}`;
  if (bytes.length > imageLimitBytes)
    faults.add('image_too_large', pointer, `An image may have ${imageLimitBytes} bytes`);
  try {
    sniffImage(bytes);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    faults.add(error.code, pointer, error.message);
  }
  const blob = newKey();
  return { ref: { index, blob, sha256: sha256Hex(bytes) }, uploads: [{ key: blob, bytes }] };
}

/** Throws `InvalidInputError` with pointers relative to the note. */
export function readNote(input: NoteInput, limits: NoteLimits): ReadNote {
  const faults = new Faults();
  const chars = input.title.length + input.body.length;
  if (chars > limits.textLimitChars) {
    const message = `Title and body may have ${limits.textLimitChars} UTF-16 code units together; these have ${chars}`;
    faults.add('body_invalid', '/body', message);
  }
  const title = repairText(input.title);
  const body = repairText(input.body);
  const regions = input.regions.map((region, index) => readRegion(region, `/regions/${index}`, faults));
  const images = input.images.map((image, index) => readImageInput(image, index, limits, faults));
  const note: Note = {
    externalId: input.externalId,
    kind: input.kind,
    title: title.text,
    body: body.text,
    createdAt: readMoment(input.createdAt, '/createdAt', limits.now, faults),
    author: readAuthor(input.author, limits.now, faults),
    regions: [...new Set(regions)],
    languageHint: readLanguage(input.languageHint, faults),
    context: input.context,
    images: images.map(({ ref }) => ref),
  };
  faults.raise();
  return {
    externalId: input.externalId,
    note,
    repaired: title.repaired || body.repaired,
    uploads: images.flatMap(({ uploads }) => uploads),
  };
}
