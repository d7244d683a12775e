/** What is kept of a picture or a text that is known; they themselves are not. */
export interface PictureHash {
  /** 64 hex digits. */
  readonly pdq: string;
}
export interface TextHash {
  /** SHA-256 (hex) of the folded text without its outer spaces. */
  readonly exact: string;
  /** 64-bit simhash over character n-grams, 16 hex digits. */
  readonly simhash: string;
}
