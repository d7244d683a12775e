/** The answer to a claim: the lease, or the error that says why there is none. */
import { InvalidInputError } from '../errors.js';
import type { ClaimResult, Lease, QueueRow } from '../ports/review.js';

export function leaseOf(result: ClaimResult, row: QueueRow): Lease {
  switch (result.kind) {
    case 'claimed':
      return result.lease;
    case 'held':
      throw new InvalidInputError('conflict', `${row.holder?.login ?? 'Somebody else'} has this case.`);
    case 'closed':
      throw new InvalidInputError('conflict', 'The case is closed.');
    case 'refused':
      throw new InvalidInputError('forbidden', 'This case is not yours to take; the case says why.');
    case 'unknown':
      throw new InvalidInputError('not_found', 'There is no such case.');
  }
}
