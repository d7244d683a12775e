/** The review desk in memory: the same rights, fences and states as the real one, over the same notes. */
import type { DeskStore } from '../../../src/ports/review.js';
import { claimsOf } from './desk/claims.js';
import { decideOf } from './desk/decide.js';
import { figuresOf } from './desk/figures.js';
import { leasesOf } from './desk/leases.js';
import { pleasOf } from './desk/pleas.js';
import { queueOf } from './desk/queue.js';
import { rowsOf } from './desk/rows.js';
import { similarOf } from './desk/similar.js';
import { standingOf } from './desk/standing.js';
import { type MemoryDeskParts, openState } from './desk/state.js';
import { talkOf } from './desk/talk.js';

export function memoryDesk(parts: MemoryDeskParts): DeskStore {
  const state = openState(parts);
  const seen = rowsOf(state);
  const leases = leasesOf(state, seen);
  const standing = standingOf();
  return {
    ...queueOf(state, seen),
    ...similarOf(state, seen),
    ...claimsOf(state, seen, leases),
    ...talkOf(state),
    ...decideOf(state, seen, leases, standing),
    ...pleasOf(state, seen),
    ...figuresOf(state, seen, standing),
  };
}
