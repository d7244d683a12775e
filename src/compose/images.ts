/** Everything that has to do with pictures. Processes are started when the first picture comes, not before. */
import { readFile, stat } from 'node:fs/promises';
import { openCodeReader } from '../adapters/codes-zxing.js';
import { openImageFetcher } from '../adapters/image-fetch.js';
import { DECODE_LIMITS } from '../adapters/images/decode-image-limits.js';
import { openDecoder } from '../adapters/images-sharp.js';
import { openTextReader } from '../adapters/ocr-tesseract.js';
import { closeAll } from '../close-all.js';
import type { Config } from '../config.js';
import type { ImageReading, ImageRef } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import { DECODE_SCRIPT, OCR_SCRIPT } from '../paths.js';
import type { ImagesStore } from '../ports/store.js';
import type { Blobs, ImageFetcher, ImageHashBank } from '../ports.js';
import type { ImageSource } from '../stages/images/index.js';
import { pdqOf } from '../stages/images/pdq/pdq.js';
import { type ImageReaders, readImage, unreadImage } from '../stages/images/read-image.js';
import { waitUntil } from '../usecases/wait-until.js';
import { composeBlobs } from './blobs.js';
import { composeImageModel } from './image-model.js';

export interface Images {
  readonly readers: ImageReaders;
  readonly blobs: Blobs;
  readonly fetcher: ImageFetcher;
  readonly bank: ImageHashBank | null;
  /** Reads at once: for what is judged without being stored. */
  readonly direct: ImageSource;
  /** Takes what the image workers stored. `deadlineMs`: how long the policies wait for it. */
  stored(images: ImagesStore, deadlineMs: number): ImageSource;
  close(): Promise<void>;
}

const DECODE_RECYCLE = 300;
const MEGABYTE = 1_048_576;

export function composeImages(config: Config, decodeScript = DECODE_SCRIPT, ocrScript = OCR_SCRIPT): Images {
  const decoder = openDecoder({
    script: decodeScript,
    limits: { ...DECODE_LIMITS, maxBytes: config.IMAGE_LIMIT_BYTES },
    timeoutMs: config.IMAGE_DECODE_TIMEOUT_MS,
    maxRssBytes: config.IMAGE_DECODE_MEMORY_MB * MEGABYTE,
    recycleAfter: DECODE_RECYCLE,
  });
  const fetcher = openImageFetcher({
    allowPrivate: config.IMAGE_ALLOW_PRIVATE,
    maxBytes: config.IMAGE_LIMIT_BYTES,
    timeoutMs: config.IMAGE_FETCH_TIMEOUT_MS,
  });
  const text = openTextReader({
    script: ocrScript,
    startMs: config.OCR_START_TIMEOUT_MS,
    timeoutMs: config.OCR_TIMEOUT_MS,
    maxRssBytes: config.OCR_MEMORY_MB * MEGABYTE,
    recycleAfter: config.OCR_RECYCLE,
  });
  const readers: ImageReaders = {
    decoder,
    text,
    codes: openCodeReader(),
    hash: pdqOf,
    model: composeImageModel(config),
  };
  const blobs = composeBlobs(config);
  return {
    readers,
    blobs,
    fetcher,
    bank: null,
    direct: directSource(readers, fetcher, config.IMAGE_LIMIT_BYTES),
    stored: storedSource,
    close: () =>
      closeAll([blobs, fetcher, decoder, readers.model, readers.text].map((part) => async () => part?.close())),
  };
}

const storedSource = (images: ImagesStore, deadlineMs: number): ImageSource => ({
  dueUntil: async (revisionId, now) => {
    const { due, since } = await images.readings(revisionId);
    return due === 0 ? null : waitUntil(since, deadlineMs, now);
  },
  readings: async ({ revisionId, images: refs }) => {
    const { readings } = await images.readings(revisionId);
    const known = new Map(readings.map((reading) => [reading.index, reading]));
    // A picture that nobody read is never left out in silence.
    return refs.map(({ index }) => known.get(index) ?? unreadImage(index, 'stage_failed'));
  },
});

function directSource(readers: ImageReaders, fetcher: ImageFetcher, maxBytes: number): ImageSource {
  return {
    dueUntil: async () => null,
    readings: async ({ images, likely }, signal) => {
      const readings: ImageReading[] = [];
      for (const image of images) {
        const bytes = () => bytesOf(image, fetcher, maxBytes, signal);
        readings.push(await readImage({ index: image.index, bytes, likely, lastAttempt: true }, readers, signal));
      }
      return readings;
    },
  };
}

async function bytesOf(
  { url, path: file, data }: ImageRef,
  fetcher: ImageFetcher,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (data !== undefined) return Buffer.from(data, 'base64');
  if (file !== undefined) return fileBytes(file, maxBytes);
  if (url !== undefined) return fetcher.get(url, signal);
  throw new InvalidInputError('image_unreadable', 'The picture has neither bytes nor address');
}

async function fileBytes(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw new InvalidInputError('image_too_large', `An image may have ${maxBytes} bytes`);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause;
    throw new InvalidInputError('file_unreadable', 'The picture cannot be read', [], { cause });
  }
}
