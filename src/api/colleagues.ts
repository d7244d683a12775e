/** To whom a case may be handed over, and who may be asked about it. */
import { InvalidInputError } from '../errors.js';
import type { PersonRow, QueueRow } from '../ports/review.js';
import { obstacleTo, sightOf } from '../usecases/review/sight.js';
import type { ApiDeps } from './deps.js';

/** They see the case as their own rights let them; what keeps them from it is said. */
export async function checkColleague(deps: ApiDeps, userId: string, row: QueueRow): Promise<PersonRow> {
  const person = await deps.store.people.person(userId);
  const obstacle = person === null || person.disabled ? 'unknown' : obstacleTo(sightOf(person), row);
  if (person !== null && obstacle === null) return person;
  const message = `This colleague cannot take the case (${obstacle})`;
  throw new InvalidInputError('body_invalid', message, [{ pointer: '/to', message }]);
}
