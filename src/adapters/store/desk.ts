/** The review desk on PostgreSQL. */

import type { DeskStore } from '../../ports/review.js';
import type { Ids } from '../../ports.js';
import type { Database } from './database.js';
import { claimsWith } from './desk/claims.js';
import { decideWith } from './desk/decide.js';
import { figuresWith } from './desk/figures.js';
import { fileWith } from './desk/file.js';
import { pleasWith } from './desk/pleas.js';
import { queueWith } from './desk/queue.js';
import { talkWith } from './desk/talk.js';

export function deskWith(database: Database, ids: Ids): DeskStore {
  const queue = queueWith(database);
  return {
    ...queue,
    file: fileWith(database, queue),
    ...claimsWith(database),
    ...talkWith(database, ids),
    ...decideWith(database, ids),
    ...pleasWith(database, ids),
    ...figuresWith(database, ids),
  };
}
