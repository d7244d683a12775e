/** What the law says to keep: holds on notes, and the sealed copies of those that were erased. */
import type { CategoryId } from '../categories.js';
import type { Evidence, Note, RegionId } from '../domain.js';
import type { Actor } from './access.js';

export interface LegalHold {
  readonly holdId: string;
  readonly noteId: string;
  readonly revision: number;
  readonly region: RegionId;
  /** Its name in the region file; null: ordered by hand. */
  readonly term: string | null;
  readonly categories: readonly CategoryId[];
  readonly ground: string;
  readonly gag: boolean;
  readonly begunAt: string;
  /** Null: a suspicion that no person has confirmed. */
  readonly confirmedAt: string | null;
  readonly reportedAt: string | null;
  readonly until: string;
  readonly endedAt: string | null;
  readonly endedWhy: string | null;
}
export interface HoldOrder {
  readonly noteId: string;
  readonly region: RegionId;
  /** Statute and article, or the order's own mark. */
  readonly ground: string;
  readonly days: number;
  readonly gag: boolean;
  readonly why: string;
}
/** One revision of an erased note, as it was. */
export interface SealedRevision {
  readonly revision: number;
  readonly externalId: string;
  readonly authorId: string | null;
  readonly acceptedAt: string;
  readonly sealedAt: string;
  readonly note: Note;
  readonly evidence: Evidence | null;
  /** Bytes lie in the blob store by their key; null: they were never fetched. */
  readonly images: readonly {
    readonly index: number;
    readonly url: string | null;
    readonly sha256: string | null;
    readonly blobKey: string | null;
    readonly reading: unknown;
  }[];
}

export interface HoldsStore {
  /** Of one note, the oldest first, ended ones too. */
  of(noteId: string): Promise<readonly LegalHold[]>;
  /** About the newest revision. Null: no such note; `erased`: its text is gone and was not sealed. */
  order(order: HoldOrder, actor: Actor, now: number): Promise<{ readonly holdId: string } | 'erased' | null>;
  /** The authority was told at `reportedAt`; null: no such hold. */
  reported(holdId: string, reportedAt: number, actor: Actor, now: number): Promise<'reported' | 'ended' | null>;
  release(holdId: string, why: string, actor: Actor, now: number): Promise<'released' | 'ended' | null>;
  /** Writes the reading into the audit. Null: nothing of the note is sealed. */
  readSealed(noteId: string, why: string, actor: Actor, now: number): Promise<readonly SealedRevision[] | null>;
}
