/** What parent and decoding child say to each other, by structured clone. */
import type { ErrorCode } from '../../errors.js';
import type { DecodedImage } from '../../ports.js';
import type { DecodeLimits } from './decode-image-limits.js';

export type ChildOrder = { readonly id: number; readonly bytes: Uint8Array; readonly limits: DecodeLimits } & (
  | { readonly kind: 'decode' }
  | { readonly kind: 'view'; readonly sidePx: number }
);
export type ChildAnswer =
  | { readonly id: number; readonly ok: true; readonly decoded?: DecodedImage; readonly view?: Uint8Array }
  | { readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** The child's own word that it grew beyond its limit. */
export const MEMORY_EXIT_CODE = 71;
