/** Reading and erasing notes. A key sees its own source, people who are signed in see every source. */
import { z } from 'zod';
import { ACTIONS } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import { isRegionCode, unknownRegionWord } from '../../policy/countries.js';
import { eraseAuthor, eraseNote } from '../../usecases/erase.js';
import { ForeignId } from '../../usecases/note-input.js';
import { actorOf, keyOf, reachOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { lookUpOf } from '../look-up.js';
import { type NoteAnswerer, rowAnswer } from '../note-answer.js';
import { Cursor, ForeignIdParams, IdParams, Kept, Limit, problems, RegionInAnyCase, Tag } from '../schemas/common.js';
import { NoteAnswer, NotePage } from '../schemas/note.js';

/** BCP 47 tags are equal in any case; ours are written zh-Hant, pt-BR. No more is changed: `tl` stays `tl`. */
const asWritten = (tag: string): string =>
  tag
    .toLowerCase()
    .replace(/-([a-z])([a-z]{3})(?=-|$)/g, (_, first: string, rest: string) => `-${first.toUpperCase()}${rest}`)
    .replace(/-[a-z]{2}(?=-|$)/g, (region) => region.toUpperCase());

const ListQuery = z.strictObject({
  externalId: ForeignId.optional(),
  authorId: ForeignId.optional(),
  textHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'A SHA-256 in hex')
    .optional()
    .describe('SHA-256 in hex over title, line feed and body of a revision, in UTF-8'),
  action: z.enum(ACTIONS).optional(),
  region: RegionInAnyCase.optional(),
  language: Tag.transform(asWritten).optional(),
  status: z.enum(['pending', 'decided', 'held', 'erased']).optional(),
  cursor: Cursor.optional(),
  limit: Limit,
});

/** A region that does not exist would otherwise look like one without notes. */
function checkRegion(region: string | undefined): void {
  if (region === undefined || isRegionCode(region)) return;
  const message = unknownRegionWord(region);
  throw new InvalidInputError('region_unknown', message, [{ pointer: '/region', message }]);
}

export function readRoutes(server: ApiServer, deps: ApiDeps, answerOf: NoteAnswerer): void {
  const { notes } = deps.store;
  const lookUp = lookUpOf(deps);
  server.route({
    method: 'GET',
    url: '/v1/notes',
    schema: {
      tags: ['notes'],
      summary: 'List notes, newest first',
      querystring: ListQuery,
      response: { 200: NotePage, ...problems },
    },
    handler: async (request) => {
      const { cursor, limit, ...filter } = request.query;
      checkRegion(filter.region);
      const page = await notes.list(reachOf(request), filter, cursor ?? null, limit);
      return { items: (await lookUp.only(request, page.items)).map(rowAnswer), nextCursor: page.nextCursor };
    },
  });

  server.route({
    method: 'GET',
    url: '/v1/notes/:id',
    schema: {
      tags: ['notes'],
      summary: 'One note: revisions, decisions of policy and people, evidence in short, and why',
      params: IdParams,
      response: { 200: NoteAnswer, ...problems },
    },
    handler: async (request) => {
      const view = await notes.get(reachOf(request), request.params.id);
      if (view === null) throw new InvalidInputError('not_found', 'There is no such note.');
      await lookUp.check(request, view.noteId);
      if (view.status === 'erased') throw new InvalidInputError('gone_erased', 'The note was erased.');
      await lookUp.seen(request, view.noteId);
      return answerOf(view);
    },
  });
}

export function eraseRoutes(server: ApiServer, deps: ApiDeps): void {
  const ports = { notes: deps.store.notes, clock: deps.clock };
  server.route({
    method: 'DELETE',
    url: '/v1/notes/:id',
    schema: {
      tags: ['notes'],
      summary: 'Erase a note with its texts, evidence and hashes; the audit stays',
      params: IdParams,
      response: {
        200: z.object({
          id: z.string(),
          erased: z.boolean().describe('False when it was erased before'),
          kept: z.array(Kept).describe('What a law says to keep of it, sealed; erased as well when the time is over'),
        }),
        ...problems,
      },
    },
    handler: async (request) => {
      const { id } = request.params;
      const { erased, kept } = await eraseNote(ports, reachOf(request), id, actorOf(request));
      return { id, erased, kept: [...kept] };
    },
  });

  server.route({
    method: 'DELETE',
    url: '/v1/authors/:id',
    schema: {
      tags: ['notes'],
      summary: 'Erase an author (your author id) with every note',
      params: ForeignIdParams,
      response: {
        200: z.object({
          id: z.string(),
          notes: z.number().int(),
          kept: z
            .array(z.object({ noteId: z.string(), kept: z.array(Kept) }))
            .describe('Notes of which a law says to keep something, sealed'),
        }),
        ...problems,
      },
    },
    handler: async (request) => {
      const { id } = request.params;
      const { notes, kept } = await eraseAuthor(ports, keyOf(request).sourceId, id, actorOf(request));
      return { id, notes, kept: kept.map(({ noteId, kept: parts }) => ({ noteId, kept: [...parts] })) };
    },
  });
}
