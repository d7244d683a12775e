/** The one route into what is sealed of an erased note. */
import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import { checkSealedReader, readSealed } from '../../usecases/legal-holds.js';
import { actorOf, sessionOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { IdParams, Instant, problems, whole } from '../schemas/common.js';

const SealedReadInput = z
  .strictObject({ why: z.string().trim().min(1).max(500).describe('Kept in the audit, with who read it and when') })
  .meta({ id: 'SealedRead' });
const asStored = z.record(z.string(), z.unknown());
const SealedNote = z
  .object({
    noteId: z.string(),
    revisions: z.array(
      z.object({
        revision: whole,
        externalId: z.string(),
        authorId: z.string().nullable(),
        acceptedAt: Instant,
        sealedAt: Instant,
        note: asStored.describe('As it was sent'),
        evidence: asStored.nullable(),
        images: z.array(asStored).describe('With the key of the bytes; null: they were never fetched'),
      }),
    ),
  })
  .meta({ id: 'SealedNote' });

export function sealedRoutes(server: ApiServer, { store, clock }: ApiDeps): void {
  server.route({
    method: 'POST',
    url: '/v1/notes/:id/sealed',
    schema: {
      tags: ['notes'],
      summary: 'Read what a law keeps of an erased note; the reading is in the audit',
      params: IdParams,
      body: SealedReadInput,
      response: { 200: SealedNote, ...problems },
    },
    handler: async (request) => {
      const person = await store.people.person(sessionOf(request).session.user.userId);
      if (person === null) throw new InvalidInputError('unauthenticated', 'The session has ended; sign in again.');
      checkSealedReader(person);
      const { id } = request.params;
      const ports = { holds: store.holds, clock };
      const revisions = await readSealed(ports, id, request.body.why, actorOf(request));
      return {
        noteId: id,
        revisions: revisions.map(({ note, evidence, images, ...rest }) => ({
          ...rest,
          note: { ...note },
          evidence: evidence === null ? null : { ...evidence },
          images: images.map((image) => ({ ...image })),
        })),
      };
    },
  });
}
