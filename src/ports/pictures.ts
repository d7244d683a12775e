/** Work on pictures, and where their bytes lie. */
import type { ImageReading, LanguageTag } from '../domain.js';
import type { PieceStore } from './work.js';

export interface ImageClaim {
  readonly revisionId: string;
  readonly index: number;
  readonly noteId: string;
  readonly sourceId: string;
  readonly url: string | null;
  readonly blobKey: string | null;
  /** Languages of the note, best first. */
  readonly likely: readonly LanguageTag[];
  readonly epoch: number;
  readonly crashes: number;
}
export interface ImageResult {
  readonly reading: ImageReading;
  /** Where the sealed original lies; null when it never came. */
  readonly blobKey: string | null;
  readonly sha256: string | null;
}
export interface ImagesStore extends PieceStore<ImageClaim, ImageResult> {
  /** Notes the keys before their bytes are written: what no picture names by then is removed. */
  reserve(sourceId: string, keys: readonly string[], removeAt: number): Promise<void>;
  claim(revisionId: string, index: number, leaseMs: number, now: number): Promise<ImageClaim | null>;
  takeDue(
    limit: number,
    nudgedBefore: number,
    now: number,
  ): Promise<readonly { readonly revisionId: string; readonly index: number; readonly run: number }[]>;
  /** Of one revision, with how many pictures are still unread and since when. */
  readings(revisionId: string): Promise<{
    readonly readings: readonly ImageReading[];
    readonly due: number;
    readonly since: number;
  }>;
  /** Null: no such note or picture. `blobKey` null: the bytes are not here. */
  place(
    sourceId: string | null,
    noteId: string,
    index: number,
    revision: number | null,
  ): Promise<{
    readonly erased: boolean;
    readonly due: boolean;
    readonly blobKey: string | null;
    readonly sha256: string | null;
  } | null>;
  /** Keys whose bytes may go; `removed` forgets them afterwards. */
  removable(limit: number, now: number): Promise<readonly string[]>;
  removed(keys: readonly string[]): Promise<void>;
}
