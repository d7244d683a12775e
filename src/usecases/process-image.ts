import { sha256Hex } from '../domain/sha256.js';
import { whyNot } from '../domain.js';
import { InvalidInputError, UnavailableError } from '../errors.js';
import { type JobHandler, retryBy } from '../jobs.js';
import type { ImageClaim, ImageResult, ImagesStore } from '../ports/store.js';
import type { Blobs, Clock, Ids, ImageFetcher, Log, Metrics, Queue } from '../ports.js';
import { type ImageReaders, readImage, unreadImage } from '../stages/images/read-image.js';
import { keepLease } from './lease.js';
import { nudgeNote } from './nudge-note.js';
import { REMOVE_UNNAMED_AFTER_MS } from './store-uploads.js';

export interface ProcessImageDeps {
  readonly images: ImagesStore;
  readonly blobs: Blobs;
  readonly fetcher: ImageFetcher;
  readonly readers: ImageReaders;
  readonly queue: Pick<Queue, 'nudge'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly leaseMs: number;
  readonly maxCrashes: number;
}

const SUBJECT = /^(.+)\.(\d{1,4})$/;
export const imageSubject = (revisionId: string, index: number): string => `${revisionId}.${index}`;

export function processImageWith(deps: ProcessImageDeps): JobHandler {
  return async (run, signal) => {
    const [, revisionId, index] = SUBJECT.exec(run.subjectId) ?? [];
    if (revisionId === undefined || index === undefined) return 'nothing_due';
    signal.throwIfAborted();
    const claim = await deps.images.claim(revisionId, Number(index), deps.leaseMs, deps.clock.now());
    return claim === null ? 'nothing_due' : workOn(deps, claim, run.lastAttempt, signal);
  };
}

async function workOn(
  deps: ProcessImageDeps,
  claim: ImageClaim,
  lastAttempt: boolean,
  signal: AbortSignal,
): Promise<'saved' | 'stale'> {
  const { leaseMs, log, clock } = deps;
  const extend = () => deps.images.extend(claim, leaseMs, clock.now());
  const lease = keepLease({ subject: 'this picture', revisionId: claim.revisionId, leaseMs, log, extend }, signal);
  try {
    const result =
      claim.crashes >= deps.maxCrashes
        ? crashed(deps, claim)
        : await readClaimed(deps, claim, lastAttempt, lease.signal);
    const { saved, wake } = await deps.images.complete(claim, result, deps.clock.now());
    if (!saved) deps.metrics.count('stale_writes_total');
    if (wake !== null) await nudgeNote(deps, claim.revisionId, wake);
    return saved ? 'saved' : 'stale';
  } catch (error) {
    if (signal.aborted || error instanceof UnavailableError) await handBack(deps, claim, signal.aborted);
    throw error;
  } finally {
    lease.end();
  }
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

async function handBack(deps: ProcessImageDeps, claim: ImageClaim, isStopped: boolean): Promise<void> {
  const now = deps.clock.now();
  try {
    await deps.images.handBack(claim, isStopped ? null : retryBy('images', now), now);
  } catch (error) {
    // The lease runs out by itself.
    deps.log.warn('picture not handed back', { revisionId: claim.revisionId, error });
  }
}
