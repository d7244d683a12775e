/** What the law says to keep: ordered, reported and released by hand, and read where it is sealed. */
import type { Desk } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import { isRegionCode, unknownRegionWord } from '../policy/countries.js';
import type { PersonRow } from '../ports/review.js';
import type { Actor, HoldOrder, HoldsStore, SealedRevision } from '../ports/store.js';
import type { Clock } from '../ports.js';

export interface HoldPorts {
  readonly holds: HoldsStore;
  readonly clock: Clock;
}

/** Their role alone opens these desks to admins; sealed notes want the desk among their rights as well. */
const READERS: readonly Desk[] = ['child_safety', 'legal'];

export function checkSealedReader({ role, rights }: Pick<PersonRow, 'role' | 'rights'>): void {
  if (role === 'admin' && READERS.some((desk) => rights.desks.includes(desk))) return;
  const message = `Sealed notes are read by admins who have the desk ${READERS.join(' or ')} among their rights.`;
  throw new InvalidInputError('forbidden', message);
}

export async function readSealed(
  { holds, clock }: HoldPorts,
  noteId: string,
  why: string,
  actor: Actor,
): Promise<readonly SealedRevision[]> {
  const revisions = await holds.readSealed(noteId, why, actor, clock.now());
  if (revisions === null) throw new InvalidInputError('not_found', 'Nothing of such a note is sealed.');
  return revisions;
}

export async function orderHold({ holds, clock }: HoldPorts, order: HoldOrder, actor: Actor): Promise<string> {
  if (!isRegionCode(order.region)) throw new InvalidInputError('region_unknown', unknownRegionWord(order.region));
  const made = await holds.order(order, actor, clock.now());
  if (made === null) throw new InvalidInputError('not_found', 'There is no such note.');
  if (made === 'erased')
    throw new InvalidInputError('gone_erased', 'The text of the note is gone; there is nothing to keep.');
  return made.holdId;
}

/** `at` is when the authority was told, which may be some days ago but never ahead. */
export async function reportHold(
  { holds, clock }: HoldPorts,
  holdId: string,
  at: number | null,
  actor: Actor,
): Promise<void> {
  const now = clock.now();
  if (at !== null && at > now) throw new InvalidInputError('date_invalid', 'The report lies in the future.');
  checkChanged(await holds.reported(holdId, at ?? now, actor, now));
}

export async function releaseHold(
  { holds, clock }: HoldPorts,
  holdId: string,
  why: string,
  actor: Actor,
): Promise<void> {
  checkChanged(await holds.release(holdId, why, actor, clock.now()));
}

function checkChanged(result: 'reported' | 'released' | 'ended' | null): void {
  if (result === null) throw new InvalidInputError('not_found', 'There is no such hold.');
  if (result === 'ended') throw new InvalidInputError('conflict', 'The hold has ended already.');
}
