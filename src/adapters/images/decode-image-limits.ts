/** What a picture may be and what of it is given on. Apart from the decoder, which loads sharp. */
export interface DecodeLimits {
  readonly maxBytes: number;
  readonly maxPixels: number;
  /** No picture that people look at has a longer side; some decoders allocate by rows. */
  readonly maxSidePx: number;
  readonly maxFrames: number;
  /** Long side of the pixels that are given on: OCR reads 12 px letters of a 2,000 px screenshot. */
  readonly sidePx: number;
  /** Of animations, whose frames are many. */
  readonly frameSidePx: number;
  /** Frames of an animation that are looked at: those that differ most. */
  readonly framesRead: number;
  /** Pixels of all frames together that are compared to choose them. */
  readonly comparedPixels: number;
}

export const DECODE_LIMITS: DecodeLimits = {
  maxBytes: 20_971_520,
  maxPixels: 40_000_000,
  maxSidePx: 16_384,
  maxFrames: 2_000,
  sidePx: 2_000,
  frameSidePx: 1_200,
  framesRead: 6,
  comparedPixels: 50_000_000,
};
