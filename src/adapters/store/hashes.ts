import { sha256Hex } from '../../domain/sha256.js';
import { type Note, saysSomething } from '../../domain.js';

/** What the `textHash` filter of the list compares: SHA-256 over title, line feed and body; null where there is no text. */
export const textHashOf = ({ title, body }: Pick<Note, 'title' | 'body'>): string | null =>
  saysSomething({ title, body }) ? sha256Hex(`${title}\n${body}`) : null;
