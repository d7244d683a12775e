/** Queue `opinions`: the second opinion on one revision. */
import type { App } from '../src/compose.js';
import { InvalidInputError } from '../src/errors.js';
import type { JobHandler } from '../src/jobs.js';
import { planOpinion } from '../src/policy/opinions.js';
import type { OpinionClaim } from '../src/ports/opinions.js';
import type { SentPicture } from '../src/usecases/opinions/ask-opinion.js';
import { opineWith } from '../src/usecases/opinions/opine.js';

/** Models look at pictures in tiles of about this size. */
const SIDE_PX = 1_024;
/** Each costs as much as a long text. */
const MOST_PICTURES = 4;

export function opinionsHandler(app: App): JobHandler {
  const { config, clock } = app;
  return opineWith({
    ...app,
    opinions: app.store.opinions,
    ask: app.opinions,
    planOf: (claim) => {
      const { note, evidence, askedBy } = claim;
      return planOpinion(app.bundle(), { note, evidence, now: clock.now() }, askedBy !== null);
    },
    picturesOf: (claim, signal) => picturesOf(app, claim, signal),
    leaseMs: config.LEASE_MS,
    maxCrashes: config.MAX_CRASHES,
  });
}

/** Views alone: re-encoded, without metadata. A picture whose bytes are not here or cannot be read is left out; its gap is on record. */
async function picturesOf(
  app: App,
  { note, noteId, revision, sourceId }: OpinionClaim,
  signal: AbortSignal,
): Promise<readonly SentPicture[]> {
  const views: SentPicture[] = [];
  for (const { index } of note.images.slice(0, MOST_PICTURES)) {
    const place = await app.store.images.place(sourceId, noteId, index, revision);
    const bytes = place?.blobKey ? await app.images.blobs.get(place.blobKey) : null;
    const view = bytes === null ? null : await viewOf(app, bytes, signal);
    if (view !== null) views.push({ index, mediaType: 'image/webp', bytes: view });
  }
  return views;
}

async function viewOf(app: App, bytes: Uint8Array, signal: AbortSignal): Promise<Uint8Array | null> {
  try {
    return await app.images.readers.decoder.view(bytes, SIDE_PX, signal);
  } catch (error) {
    if (error instanceof InvalidInputError) return null;
    throw error;
  }
}
