/** To whom a case may be handed over, who may be asked about it, and whether anybody has its language. */
import { foundIn } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import type { CaseFile, PersonRow, QueueRow } from '../ports/review.js';
import { obstacleTo, sightOf } from '../usecases/review/sight.js';
import type { ApiDeps } from './deps.js';

/** What keeps a colleague from taking the case, and from being asked about any of its languages. */
export function obstaclesOf(person: PersonRow, [row, ...others]: readonly [QueueRow, ...QueueRow[]]) {
  const sight = sightOf(person);
  const takes = obstacleTo(sight, row);
  return { takes, asked: others.some((one) => obstacleTo(sight, one) === null) ? null : takes };
}

/** They see the case as their own rights let them; what keeps them from it is said. */
export async function checkColleague(
  deps: ApiDeps,
  [from, to]: readonly [from: string, to: string],
  /** One row for each language that they may know the case by; the first is its own. */
  [row, ...others]: readonly [QueueRow, ...QueueRow[]],
): Promise<PersonRow> {
  const person = from === to ? null : await deps.store.people.person(to);
  const inTheWay = (one: QueueRow) =>
    person === null || person.disabled ? 'unknown' : obstacleTo(sightOf(person), one);
  const obstacle = inTheWay(row);
  if (person !== null && (obstacle === null || others.some((one) => inTheWay(one) === null))) return person;
  const message = `This colleague cannot take the case (${obstacle})`;
  throw new InvalidInputError('body_invalid', message, [{ pointer: '/to', message }]);
}

/** A question may be about any language of the note, whatever the case counts as. */
export function inEachLanguage({ row, evidence }: CaseFile): readonly [QueueRow, ...QueueRow[]] {
  const tags = (foundIn(evidence?.language)?.segments ?? []).map(({ tag }) => tag);
  return [row, ...[...new Set(tags)].map((language) => ({ ...row, language }))];
}

/** A case that waits for a language that nobody names would wait for ever. */
export async function checkSpeaker(deps: ApiDeps, row: QueueRow, language: string | null): Promise<void> {
  const waiting = { ...row, language: language ?? row.language, nativeSpeaker: true };
  const people = await deps.store.people.people();
  if (people.some((person) => !person.disabled && obstacleTo(sightOf(person), waiting) === null)) return;
  const message = `Nobody who could take this case names ${waiting.language ?? 'a language'}; an admin adds it under People`;
  throw new InvalidInputError('no_speaker', message, [{ pointer: '/language', message }]);
}
