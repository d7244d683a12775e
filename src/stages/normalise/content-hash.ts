/**
 * One hash over everything of a note that is moderated, and the regions it is moderated for; another hash is another
 * revision. Regions count: the same text shown in one more country needs a decision there.
 */
import { sha256Hex } from '../../domain/sha256.js';
import type { Note } from '../../domain.js';

/** Fixed order of fields; absent and undefined are the same, the order of flags says nothing. */
function canonical(note: Note): readonly unknown[] {
  const { context } = note;
  return [
    2,
    note.kind,
    note.title,
    note.body,
    // Uploaded bytes count by their hash; where they lie does not.
    note.images.map(({ index, url, path, sha256 }) => [index, url ?? null, path ?? null, ...(sha256 ? [sha256] : [])]),
    [...new Set(context.flags ?? [])].sort(),
    context.replyTo ?? null,
    context.adDeclared ?? null,
    context.reach ?? null,
    [...new Set(note.regions)].sort(),
    note.languageHint ?? null,
  ];
}

/** SHA-256, hex. */
export const contentHash = (note: Note): string => sha256Hex(JSON.stringify(canonical(note)));
