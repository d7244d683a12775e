/** Bytes of one picture -> its reading. Each part is an outcome of its own, so that one that failed hides no other. */
import type { ImageReading, LanguageTag, Outcome, PdqReading, SkipReason } from '../../domain.js';
import { ERROR_CODES, type ErrorCode, isOurs, UnavailableError } from '../../errors.js';
import type { CodeReader, DecodedImage, ImageDecoder, ImageModel, Pixels, TextReader } from '../../ports.js';
import { hashFrames } from './pdq/frames.js';
import { SOUND_CODES, SOUND_HASH, SOUND_LABELS, SOUND_TEXT, soundDecoded } from './sound.js';

export interface ImageReaders {
  readonly decoder: ImageDecoder;
  /** Null: not configured, which a policy answers. */
  readonly text: TextReader | null;
  readonly codes: CodeReader | null;
  readonly hash: ((pixels: Pixels) => PdqReading) | null;
  readonly model: ImageModel | null;
}
export interface ImageOrder {
  readonly index: number;
  readonly bytes: () => Promise<Uint8Array>;
  /** Languages of the note, best first. */
  readonly likely: readonly LanguageTag[];
  /** On the last attempt an absent dependency becomes a recorded failure. */
  readonly lastAttempt: boolean;
}

/** Raised when the readings of the same picture may change; part of the stage's version. */
export const READING_VERSION = '5';

const skipped = (why: SkipReason): Outcome<never> => ({ status: 'skipped', why });
const failedReading = (code: ErrorCode): Outcome<never> => ({
  status: 'failed',
  code,
  message: ERROR_CODES[code].title,
});

/** All parts of a picture that could not even be opened. */
export const unreadImage = (index: number, code: ErrorCode): ImageReading => {
  const failed = failedReading(code);
  return { index, facts: failed, ocr: failed, codes: failed, hash: failed, model: failed };
};

type Read = <T>(work: () => Promise<T>) => Promise<Outcome<T>>;

/** Codes and titles only: what a vendor says may quote the picture. */
const reader =
  (order: ImageOrder, signal: AbortSignal): Read =>
  async (work) => {
    const started = performance.now();
    try {
      const value = await work();
      return { status: 'found', value, ms: Math.round(performance.now() - started), version: READING_VERSION };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UnavailableError && !order.lastAttempt) throw error;
      return failedReading(isOurs(error) ? error.code : 'stage_failed');
    }
  };

/** Throws UnavailableError while attempts remain; everything else ends as an outcome. */
export async function readImage(order: ImageOrder, readers: ImageReaders, signal: AbortSignal): Promise<ImageReading> {
  const read = reader(order, signal);
  const decoded = await read(async () => soundDecoded(await readers.decoder.decode(await order.bytes(), signal)));
  if (decoded.status !== 'found') {
    return unreadImage(order.index, decoded.status === 'failed' ? decoded.code : 'stage_failed');
  }
  const { facts } = decoded.value;
  return {
    index: order.index,
    facts: { ...decoded, value: facts },
    ...(await readParts(order, readers, decoded.value, read, signal)),
  };
}

async function readParts(
  order: ImageOrder,
  readers: ImageReaders,
  { frames, pieces }: DecodedImage,
  ...[read, signal]: [Read, AbortSignal]
): Promise<Omit<ImageReading, 'index' | 'facts'>> {
  const { text, codes, hash, model } = readers;
  // One after the other: each takes a core, and a picture is not in a hurry.
  const ocr =
    text === null
      ? skipped('not_configured')
      : await read(async () => SOUND_TEXT.parse(await text.read(pieces, order.likely, signal)));
  const coded =
    codes === null
      ? skipped('not_configured')
      : await read(async () => SOUND_CODES.parse(await codes.read(pieces, signal)));
  const hashed =
    hash === null
      ? skipped('not_configured')
      : await read(async () => hashFrames(frames.map((frame) => SOUND_HASH.parse(hash(frame)))));
  const labels =
    model === null
      ? skipped('no_model')
      : await read(async () => SOUND_LABELS.parse(await model.classify(pieces, signal)));
  return { ocr, codes: coded, hash: hashed, model: labels };
}
