import { sha256Hex } from '../../domain/sha256.js';
import type { Note } from '../../domain.js';

/** What the `textHash` filter of the list compares: SHA-256 over title, line feed and body. */
export const textHashOf = (note: Pick<Note, 'title' | 'body'>): string => sha256Hex(`${note.title}\n${note.body}`);
