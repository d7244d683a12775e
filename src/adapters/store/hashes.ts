/** Hashes that stand in indexes instead of long or personal values. */
import { createHash } from 'node:crypto';
import type { Note } from '../../domain.js';

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** What the `textHash` filter of the list compares: SHA-256 over title, line feed and body. */
export const textHashOf = (note: Pick<Note, 'title' | 'body'>): string => sha256(`${note.title}\n${note.body}`);
