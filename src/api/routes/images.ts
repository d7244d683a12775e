import { z } from 'zod';
import { sha256Hex } from '../../domain/sha256.js';
import { InvalidInputError, UnavailableError } from '../../errors.js';
import { turns } from '../../turns.js';
import { reachOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { lookUpOf } from '../look-up.js';
import { Id, problems } from '../schemas/common.js';

const DEFAULT_SIDE_PX = 1_024;
const MOST_SIDE_PX = 2_048;
const TIME_LIMIT_MS = 25_000;
/** Each view takes a core for a moment. */
const MAX_AT_ONCE = 2;

const Params = z.strictObject({ id: Id, index: z.coerce.number().int().min(0).max(9_999) });
const Query = z.strictObject({
  revision: z.coerce.number().int().min(1).max(1_000_000).optional().describe('Unset: the newest'),
  sidePx: z.coerce
    .number()
    .int()
    .min(16)
    .max(MOST_SIDE_PX)
    .default(DEFAULT_SIDE_PX)
    .describe('Longest side; of a picture far longer than wide the short side is half of it'),
});

export function imageRoutes(server: ApiServer, deps: ApiDeps): void {
  const inTurn = turns(MAX_AT_ONCE);
  const { blobs, readers } = deps.images;
  const lookUp = lookUpOf(deps);

  async function originalOf(sourceId: string | null, params: z.infer<typeof Params>, revision: number | undefined) {
    const place = await deps.store.images.place(sourceId, params.id, params.index, revision ?? null);
    if (place === null) throw new InvalidInputError('not_found', 'There is no such picture.');
    if (place.erased) throw new InvalidInputError('gone_erased', 'The note was erased.');
    if (place.blobKey === null) {
      if (place.due) throw new UnavailableError('not_ready', 'The picture was not fetched yet.');
      throw new InvalidInputError('not_found', 'The picture could never be fetched.');
    }
    const bytes = await blobs.get(place.blobKey);
    if (bytes === null) throw new InvalidInputError('not_found', 'The picture is no longer stored.');
    // What is shown is what was judged.
    if (place.sha256 !== null && sha256Hex(bytes) !== place.sha256) {
      throw new InvalidInputError('image_unreadable', 'The stored copy is damaged.');
    }
    return bytes;
  }

  server.route({
    method: 'GET',
    url: '/v1/notes/:id/images/:index',
    schema: {
      tags: ['notes'],
      summary: 'A picture of a note, re-encoded as WebP: upright, without metadata, never the original bytes',
      params: Params,
      querystring: Query,
      response: {
        200: { description: 'WebP', content: { 'image/webp': { schema: z.any() } } },
        ...problems,
      },
    },
    handler: async (request, reply) => {
      const { revision, sidePx } = request.query;
      await lookUp.check(request, request.params.id);
      const bytes = await originalOf(reachOf(request), request.params, revision);
      const signal = AbortSignal.timeout(TIME_LIMIT_MS);
      const view = await inTurn(() => readers.decoder.view(bytes, sidePx, signal));
      void reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox");
      void reply.header('content-disposition', 'inline; filename="picture.webp"');
      void reply.type('image/webp');
      return reply.send(Buffer.from(view));
    },
  });
}
