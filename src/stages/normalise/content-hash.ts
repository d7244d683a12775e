/** One hash over everything of a note that is moderated; another hash is another revision. */
import { createHash } from 'node:crypto';
import type { Note } from '../../domain.js';

/** Fixed order of fields; absent and undefined are the same, the order of flags says nothing. */
function canonical(note: Note): readonly unknown[] {
  const { context } = note;
  return [
    1,
    note.kind,
    note.title,
    note.body,
    note.images.map((image) => [image.index, image.url ?? null, image.path ?? null]),
    [...new Set(context.flags ?? [])].sort(),
    context.replyTo ?? null,
    context.adDeclared ?? null,
    context.reach ?? null,
  ];
}

/** SHA-256, hex. */
export const contentHash = (note: Note): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(note)))
    .digest('hex');
