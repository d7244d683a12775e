import { sha256Hex } from '../domain/sha256.js';
import { whyNot } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import type { JobHandler } from '../jobs.js';
import type { ImageClaim, ImageResult, ImagesStore } from '../ports/store.js';
import type { Blobs, Ids, ImageFetcher } from '../ports.js';
import { type ImageReaders, readImage, unreadImage } from '../stages/images/read-image.js';
import { type PieceDeps, processPiece } from './process-piece.js';
import { REMOVE_UNNAMED_AFTER_MS } from './store-uploads.js';

export interface ProcessImageDeps extends PieceDeps {
  readonly images: ImagesStore;
  readonly blobs: Blobs;
  readonly fetcher: ImageFetcher;
  readonly readers: ImageReaders;
  readonly ids: Ids;
}

const SUBJECT = /^(.+)\.(\d{1,4})$/;
export const imageSubject = (revisionId: string, index: number): string => `${revisionId}.${index}`;

export function processImageWith(deps: ProcessImageDeps): JobHandler {
  return async (run, signal) => {
    const [, revisionId, index] = SUBJECT.exec(run.subjectId) ?? [];
    if (revisionId === undefined || index === undefined) return 'nothing_due';
    signal.throwIfAborted();
    const claim = await deps.images.claim(revisionId, Number(index), deps.leaseMs, deps.clock.now());
    if (claim === null) return 'nothing_due';
    const picture = {
      subject: 'picture',
      queue: 'images',
      claim,
      store: deps.images,
      work: (own: AbortSignal) => readClaimed(deps, claim, run.lastAttempt, own),
      givenUp: () => crashed(deps, claim),
    } as const;
    return processPiece(deps, picture, signal);
  };
}

/** Written without touching the bytes again: whatever they do to a worker, they may not do once more. */
function crashed(deps: ProcessImageDeps, claim: ImageClaim): ImageResult {
  const { revisionId, index, crashes } = claim;
  deps.log.error('picture given up after crashes', { revisionId, index, crashes });
  return { reading: unreadImage(index, 'stage_failed'), blobKey: null, sha256: null };
}

async function readClaimed(
  deps: ProcessImageDeps,
  claim: ImageClaim,
  lastAttempt: boolean,
  signal: AbortSignal,
): Promise<ImageResult> {
  let kept: Pick<ImageResult, 'blobKey' | 'sha256'> = { blobKey: null, sha256: null };
  const bytes = async (): Promise<Uint8Array> => {
    if (claim.blobKey !== null) return stored(deps.blobs, claim.blobKey);
    if (claim.url === null)
      throw new InvalidInputError('image_unreadable', 'The picture has neither bytes nor address');
    const fetched = await deps.fetcher.get(claim.url, signal);
    kept = await seal(deps, claim.sourceId, fetched);
    return fetched;
  };
  const order = { index: claim.index, bytes, likely: claim.likely, lastAttempt };
  const started = performance.now();
  const reading = await readImage(order, deps.readers, signal);
  const { facts } = reading;
  deps.metrics.count('stage_outcomes_total', { stage: 'image', status: facts.status, why: whyNot(facts) ?? '' });
  deps.metrics.observe('stage_seconds', (performance.now() - started) / 1_000, { stage: 'image' });
  return { reading, ...kept };
}

async function stored(blobs: Blobs, key: string): Promise<Uint8Array> {
  const bytes = await blobs.get(key);
  if (bytes === null) throw new InvalidInputError('image_unreadable', 'The stored copy is gone');
  return bytes;
}

/** The bytes that were judged are the bytes that are kept: an address may answer otherwise tomorrow. */
async function seal(deps: ProcessImageDeps, sourceId: string, bytes: Uint8Array) {
  const blobKey = deps.ids.next('img');
  await deps.images.reserve(sourceId, [blobKey], deps.clock.now() + REMOVE_UNNAMED_AFTER_MS);
  await deps.blobs.put(blobKey, bytes);
  return { blobKey, sha256: sha256Hex(bytes) };
}
