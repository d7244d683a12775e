import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { sha256Hex } from '../../domain/sha256.js';
import type { ImageFormat } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { DecodedImage, Pixels } from '../../ports.js';
import { piecesOf, type Size, sizeToCut, sizeToShow, WHOLE_PX } from '../../stages/images/pieces.js';
import { sniffImage } from '../../stages/images/sniff.js';
import { chooseFrames, evenFrames } from './choose-frames.js';
import type { DecodeLimits } from './decode-image-limits.js';
import { isLostOnWhite, onPapers, type RawPixels } from './paper.js';

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

/** Side to which frames are shrunk to be compared. */
const COMPARED_PX = 48;

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

/** Of a long animation as many frames are compared as the cap on pixels allows; of the others some are looked at unseen. */
async function framesToRead(bytes: Uint8Array, opened: Opened, limits: DecodeLimits): Promise<readonly number[]> {
  const { frames, width, height } = opened;
  if (frames <= 2) return evenFrames(frames, limits.framesRead);
  const compared = Math.min(frames, Math.max(1, Math.floor(limits.comparedPixels / (width * height))));
  const unseen = evenFrames(frames, limits.framesRead).filter((frame) => frame >= compared);
  const small = await sharp(bytes, { ...BASE, limitInputPixels: false, pages: compared })
    .flatten({ background: '#ffffff' })
    .resize(COMPARED_PX, COMPARED_PX, { fit: 'fill', fastShrinkOnLoad: false })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return [...chooseFrames(small, compared, limits.framesRead - unseen.length), ...unseen];
}

const BASE: SharpOptions = { failOn: 'error', sequentialRead: true };
const optionsOf = (opened: Opened, limits: DecodeLimits, frame: number): SharpOptions => ({
  ...BASE,
  limitInputPixels: limits.maxPixels,
  autoOrient: true,
  ...(opened.frames > 1 ? { page: frame, pages: 1 } : {}),
});

async function uprightPixels(bytes: Uint8Array, options: SharpOptions, { width, height }: Size): Promise<RawPixels> {
  const { data, info } = await sharp(bytes, options)
    .resize(width, height, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data };
}

const square = (sidePx: number): Size => ({ width: sidePx, height: sidePx });

interface FrameOrder {
  readonly opened: Opened;
  readonly limits: DecodeLimits;
  readonly frame: number;
}
/** More than one where it depends on the paper what is seen. */
async function pixelsOf(bytes: Uint8Array, order: FrameOrder, size: Size): Promise<readonly Pixels[]> {
  const { opened, limits, frame } = order;
  const raw = await uprightPixels(bytes, optionsOf(opened, limits, frame), size);
  const { width, height } = raw;
  return onPapers(raw).map((rgb) => ({ width, height, rgb, frame, scale: opened.width / width }));
}

/** Null: the frame is looked at as it is. */
async function cutFrame(bytes: Uint8Array, order: FrameOrder, framesRead: number): Promise<readonly Pixels[] | null> {
  const size = sizeToCut(order.opened, framesRead);
  if (size === null) return null;
  const large = await pixelsOf(bytes, order, size);
  return [...large.flatMap(piecesOf), ...(await pixelsOf(bytes, order, square(WHOLE_PX)))];
}

export async function decodeImage(bytes: Uint8Array, limits: DecodeLimits): Promise<DecodedImage> {
  const opened = await openImage(bytes, limits);
  const frames: Pixels[] = [];
  const pieces: Pixels[] = [];
  let framesRead: readonly number[] = [];
  try {
    framesRead = await framesToRead(bytes, opened, limits);
    const sidePx = opened.frames > 1 ? limits.frameSidePx : limits.sidePx;
    for (const frame of framesRead) {
      const order = { opened, limits, frame };
      const whole = await pixelsOf(bytes, order, square(sidePx));
      frames.push(...whole);
      pieces.push(...((await cutFrame(bytes, order, framesRead.length)) ?? whole));
    }
  } catch (cause) {
    throw unreadable(cause);
  }
  const { format, width, height } = opened;
  const sha256 = sha256Hex(bytes);
  const facts = { format, width, height, frames: opened.frames, framesRead, bytes: bytes.length, sha256 };
  return { facts, frames, pieces };
}

/** First frame as WebP, a long one larger than `sidePx`: new bytes, nothing of the original's metadata or of what hangs behind its end. */
export async function viewImage(bytes: Uint8Array, sidePx: number, limits: DecodeLimits): Promise<Uint8Array> {
  const opened = await openImage(bytes, limits);
  try {
    const raw = await uprightPixels(bytes, optionsOf(opened, limits, 0), sizeToShow(opened, sidePx));
    const { width, height, channels, data } = raw;
    return await sharp(data, { raw: { width, height, channels: channelsOf(channels) } })
      .flatten({ background: isLostOnWhite(raw) ? GREY : WHITE })
      .webp({ quality: 82 })
      .toBuffer();
  } catch (cause) {
    throw unreadable(cause);
  }
}

const WHITE = '#ffffff';
/** Light and dark things are seen on it. */
const GREY = '#777777';

function channelsOf(count: number): 1 | 2 | 3 | 4 {
  if (count === 1 || count === 2 || count === 3 || count === 4) return count;
  throw new RangeError(`${count} channels`);
}
