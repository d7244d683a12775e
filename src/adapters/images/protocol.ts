/** What parent and decoding child say to each other, by structured clone. */
import type { DecodedImage } from '../../ports.js';
import type { DecodeLimits } from './decode-image-limits.js';

export type DecodeWork =
  | { readonly kind: 'decode'; readonly bytes: Uint8Array }
  | { readonly kind: 'view'; readonly bytes: Uint8Array; readonly sidePx: number };
export type DecodeOrder = DecodeWork & { readonly limits: DecodeLimits };
export interface DecodeValue {
  readonly decoded?: DecodedImage;
  readonly view?: Uint8Array;
}
