/**
 * What a person may look up. Every role reads notes, and rights by language, region and category route work, they
 * hide nothing; but a note whose cases all lie at desks that are not the person's (child safety, legal, senior) is
 * closed to them everywhere: page, pictures, lists, search.
 */
import type { FastifyRequest } from 'fastify';
import { InvalidInputError } from '../errors.js';
import type { CaseFile, NoteRef, Sight } from '../ports/review.js';
import { sightOf } from '../usecases/review/sight.js';
import { actorOf, sessionOf } from './auth.js';
import type { ApiDeps } from './deps.js';

type Row = { readonly noteId: string };

export interface LookUp {
  /** Refuses a note that is closed to the person; keys have the border of their source. */
  check(request: FastifyRequest, noteId: string): Promise<void>;
  only<T extends Row>(request: FastifyRequest, rows: readonly T[]): Promise<readonly T[]>;
  /** That a person has read a note is part of the record. */
  seen(request: FastifyRequest, noteId: string): Promise<void>;
}

export function lookUpOf({ store, clock }: ApiDeps): LookUp {
  const hidden = async (request: FastifyRequest, noteIds: readonly string[]): Promise<ReadonlySet<string>> => {
    if (request.caller?.kind !== 'user' || noteIds.length === 0) return new Set();
    const person = await store.people.person(sessionOf(request).session.user.userId);
    if (person === null) throw new InvalidInputError('unauthenticated', 'The session has ended; sign in again.');
    return store.desk.hidden(sightOf(person), noteIds);
  };
  return {
    async check(request, noteId) {
      if ((await hidden(request, [noteId])).has(noteId)) {
        throw new InvalidInputError('forbidden', 'The cases of this note lie at desks that are not yours.');
      }
    },
    async only(request, rows) {
      const closed = await hidden(
        request,
        rows.map(({ noteId }) => noteId),
      );
      return rows.filter(({ noteId }) => !closed.has(noteId));
    },
    async seen(request, noteId) {
      if (request.caller?.kind !== 'user') return;
      await store.audit.append(
        { actor: actorOf(request), verb: 'note.seen', subject: noteId, detail: {} },
        clock.now(),
      );
    },
  };
}

/** What stands around a case: notes that are closed to the person stay counted, without their words. */
export async function aroundFor({ store }: ApiDeps, sight: Sight, file: CaseFile): Promise<CaseFile> {
  const { sameText, campaign, author } = file;
  const ids = [...sameText, ...campaign, ...(author?.recent ?? [])].map(({ noteId }) => noteId);
  const closed = ids.length === 0 ? new Set<string>() : await store.desk.hidden(sight, ids);
  const wordless = (ref: NoteRef): NoteRef => (closed.has(ref.noteId) ? { ...ref, title: null } : ref);
  return {
    ...file,
    sameText: sameText.map(wordless),
    campaign: campaign.map(wordless),
    author: author === null ? null : { ...author, recent: author.recent.map(wordless) },
  };
}
