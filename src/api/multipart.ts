/** multipart/form-data on POST /v1/notes: one part `note` with the JSON body, parts `image` with bytes, in their order. */
import { InvalidInputError } from '../errors.js';
import { MAX_IMAGES } from '../usecases/note-input.js';
import { parseJsonBytes } from './json-body.js';

const invalid = (message: string): InvalidInputError => new InvalidInputError('body_invalid', message);

/** The platform's own parser; it is strict about boundaries and headers and never writes to disk. */
async function readForm(contentType: string, bytes: Buffer): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw new InvalidInputError('body_invalid', 'The body is not multipart/form-data.', [], { cause });
  }
}

/** The parser reads broken UTF-8 as U+FFFD: then its text is nowhere in what was sent, and an id would become another id. */
function asSent(text: string, bytes: Buffer): Buffer {
  const written = Buffer.from(text, 'utf8');
  if (!bytes.includes(written)) throw new InvalidInputError('json_invalid', 'The part `note` is not valid UTF-8.');
  return written;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The body that the JSON form would have: files follow the pictures that the note itself names. */
export async function multipartNote(contentType: string, bytes: Buffer): Promise<unknown> {
  const form = await readForm(contentType, bytes);
  const files: Blob[] = [];
  let text: string | null = null;
  for (const [name, value] of form) {
    if (name === 'note' && text === null) text = typeof value === 'string' ? value : await value.text();
    else if (name === 'image' && typeof value !== 'string') files.push(value);
    else throw invalid('The parts are one `note` with JSON and files by the name of `image`.');
    if (files.length > MAX_IMAGES) throw invalid(`A note may have ${MAX_IMAGES} images.`);
  }
  if (text === null) throw invalid('The part `note` is missing.');
  const note = parseJsonBytes(asSent(text, bytes));
  if (!isRecord(note) || (note['images'] !== undefined && !Array.isArray(note['images']))) return note;
  const uploaded = await Promise.all(
    files.map(async (file) => ({ data: Buffer.from(await file.arrayBuffer()).toString('base64') })),
  );
  if (uploaded.some(({ data }) => data === ''))
    throw new InvalidInputError('image_unreadable', 'An image has no bytes.');
  return { ...note, images: [...(note['images'] ?? []), ...uploaded] };
}
