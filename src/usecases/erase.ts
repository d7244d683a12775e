/** Erasure on request: text, images, evidence and hashes go, what the law says to keep is sealed, the audit stays. */
import { InvalidInputError } from '../errors.js';
import type { Actor, Erased, ErasedAuthor, NotesStore } from '../ports/store.js';
import type { Clock } from '../ports.js';

export interface ErasePorts {
  readonly notes: Pick<NotesStore, 'erase' | 'eraseAuthor'>;
  readonly clock: Clock;
}

/** `sourceId` null: any source, for people with the right to it. Erasing twice is no fault. */
export async function eraseNote(
  ports: ErasePorts,
  sourceId: string | null,
  noteId: string,
  actor: Actor,
): Promise<Erased> {
  const result = await ports.notes.erase(sourceId, noteId, actor, ports.clock.now());
  if (result === null) throw new InvalidInputError('not_found', 'There is no such note.');
  return result;
}

export async function eraseAuthor(
  ports: ErasePorts,
  sourceId: string,
  authorId: string,
  actor: Actor,
): Promise<ErasedAuthor> {
  const result = await ports.notes.eraseAuthor(sourceId, authorId, actor, ports.clock.now());
  if (result === null) throw new InvalidInputError('not_found', 'There is no such author.');
  return result;
}
