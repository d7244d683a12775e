/** Decodes and re-encodes one picture with sharp, its only importer. Runs in the child process alone. */
import { createHash } from 'node:crypto';
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import type { ImageFormat } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { DecodedImage, Pixels } from '../../ports.js';
import { sniffImage } from '../../stages/images/sniff.js';
import type { DecodeLimits } from './decode-image-limits.js';

/** Every loader is shut but those of the list, and those take bytes only: no path, no address, no SVG or TIFF. */
const LOADERS = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadHeifBuffer',
];
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS });
sharp.cache(false);
sharp.concurrency(1);

const FORMATS: Readonly<Record<ImageFormat, string>> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  avif: 'heif',
};

const unreadable = (cause: unknown): InvalidInputError =>
  new InvalidInputError('image_unreadable', 'The image cannot be decoded', [], { cause });
const tooLarge = (message: string): InvalidInputError => new InvalidInputError('image_too_large', message);

interface Opened {
  readonly format: ImageFormat;
  readonly metadata: Metadata;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}

/** The header alone; pixels are not touched before all limits hold. */
async function openImage(bytes: Uint8Array, limits: DecodeLimits): Promise<Opened> {
  if (bytes.length > limits.maxBytes) throw tooLarge(`An image may have ${limits.maxBytes} bytes`);
  const format = sniffImage(bytes);
  let metadata: Metadata;
  try {
    metadata = await sharp(bytes, { limitInputPixels: false, failOn: 'error' }).metadata();
  } catch (cause) {
    throw unreadable(cause);
  }
  if (metadata.format !== FORMATS[format] || (format === 'avif' && metadata.compression !== 'av1')) {
    throw new InvalidInputError('image_unsupported', 'The bytes are not what they begin as');
  }
  const frames = metadata.pages ?? 1;
  const height = metadata.pageHeight ?? metadata.height;
  if (metadata.width * height > limits.maxPixels || Math.max(metadata.width, height) > limits.maxSidePx) {
    throw tooLarge(`${metadata.width} x ${height} pixels are more than is decoded`);
  }
  if (frames > limits.maxFrames) throw tooLarge(`${frames} frames are more than is decoded`);
  const isTurned = (metadata.orientation ?? 1) >= 5;
  return {
    format,
    metadata,
    width: isTurned ? height : metadata.width,
    height: isTurned ? metadata.width : height,
    frames,
  };
}

function sampledFrames(frames: number, most: number): readonly number[] {
  if (frames <= 1) return [0];
  const count = Math.min(frames, most);
  return [...new Set(Array.from({ length: count }, (_, i) => Math.round((i * (frames - 1)) / (count - 1))))];
}

const optionsOf = (opened: Opened, limits: DecodeLimits, frame: number): SharpOptions => ({
  failOn: 'error',
  limitInputPixels: limits.maxPixels,
  sequentialRead: true,
  autoOrient: true,
  ...(opened.frames > 1 ? { page: frame, pages: 1 } : {}),
});

const upright = (bytes: Uint8Array, options: SharpOptions, sidePx: number): Sharp =>
  sharp(bytes, options)
    .resize(sidePx, sidePx, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb');

async function readFrame(bytes: Uint8Array, opened: Opened, limits: DecodeLimits, frame: number): Promise<Pixels> {
  const sidePx = opened.frames > 1 ? limits.frameSidePx : limits.sidePx;
  const { data, info } = await upright(bytes, optionsOf(opened, limits, frame), sidePx)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, rgb: rgbOf(data, info.channels), frame, scale: opened.width / width };
}

/** Grey pictures have one channel. */
function rgbOf(data: Buffer, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i += 1) {
    for (let c = 0; c < 3; c += 1) rgb[i * 3 + c] = data[i * channels + (channels < 3 ? 0 : c)] ?? 0;
  }
  return rgb;
}

export async function decodeImage(bytes: Uint8Array, limits: DecodeLimits): Promise<DecodedImage> {
  const opened = await openImage(bytes, limits);
  const framesRead = sampledFrames(opened.frames, limits.framesRead);
  const frames: Pixels[] = [];
  try {
    for (const frame of framesRead) frames.push(await readFrame(bytes, opened, limits, frame));
  } catch (cause) {
    throw unreadable(cause);
  }
  const { format, width, height } = opened;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const facts = { format, width, height, frames: opened.frames, framesRead, bytes: bytes.length, sha256 };
  return { facts, frames };
}

/** First frame as WebP: new bytes, nothing of the original's metadata or of what hangs behind its end. */
export async function viewImage(bytes: Uint8Array, sidePx: number, limits: DecodeLimits): Promise<Uint8Array> {
  const opened = await openImage(bytes, limits);
  try {
    return await upright(bytes, optionsOf(opened, limits, 0), sidePx)
      .webp({ quality: 82 })
      .toBuffer();
  } catch (cause) {
    throw unreadable(cause);
  }
}
