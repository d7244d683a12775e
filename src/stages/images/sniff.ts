/** What the bytes say that they are; names and content types are never believed. */
import { IMAGE_FORMATS, type ImageFormat } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';

const latin = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));

/** Still and animated AVIF; HEIC shares the box and is not among them. */
const AVIF_BRANDS: ReadonlySet<string> = new Set(['avif', 'avis']);

const SIGNS: Readonly<Record<ImageFormat, (bytes: Uint8Array) => boolean>> = {
  jpeg: (bytes) => latin(bytes, 0, 3) === '\xff\xd8\xff',
  png: (bytes) => latin(bytes, 0, 8) === '\x89PNG\r\n\x1a\n',
  webp: (bytes) => latin(bytes, 0, 4) === 'RIFF' && latin(bytes, 8, 12) === 'WEBP',
  gif: (bytes) => /^GIF8[79]a$/.test(latin(bytes, 0, 6)),
  avif: (bytes) => latin(bytes, 4, 8) === 'ftyp' && AVIF_BRANDS.has(latin(bytes, 8, 12)),
};

/** Throws `image_unreadable` for no bytes at all, `image_unsupported` for anything that is not on the list. */
export function sniffImage(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new InvalidInputError('image_unreadable', 'The image has no bytes');
  const format = IMAGE_FORMATS.find((name) => SIGNS[name](bytes));
  if (format === undefined) throw new InvalidInputError('image_unsupported', 'Not JPEG, PNG, WebP, GIF or AVIF');
  return format;
}
