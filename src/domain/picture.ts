/** What is read on pictures. */
import type { CategoryId } from '../categories.js';
import type { Finding } from './findings.js';
import type { LanguageGuess, Span } from './note.js';
import type { Outcome } from './outcome.js';

/** Pixels of the upright picture (its orientation applied), origin top left. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
export const IMAGE_FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** What decoding found. `framesRead` are the frames of an animation that the other readings have seen. */
export interface ImageFacts {
  readonly format: ImageFormat;
  /** Upright, before any scaling. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly framesRead: readonly number[];
  readonly bytes: number;
  /** SHA-256 (hex) of the original bytes. */
  readonly sha256: string;
}
export interface OcrWord {
  readonly box: Box;
  /** 0 to 1. */
  readonly confidence: number;
  /** Where the word stands in the text of the part. */
  readonly span: Span;
}
export interface OcrReading {
  /** Lines joined by a line feed: the text of the part `image:<n>`. */
  readonly text: string;
  readonly words: readonly OcrWord[];
  /** Mean over the words, weighted by length; 0 without any. */
  readonly confidence: number;
  /** Data that read it, best first: `eng`, `chi_sim`. */
  readonly languages: readonly string[];
}
export interface CodeReading {
  readonly kind: 'qr';
  readonly text: string;
  readonly box: Box;
  readonly frame: number;
}
export interface PdqReading {
  /** 64 hex digits. */
  readonly pdq: string;
  /** 0 to 100; below 50 the picture is too plain to compare. */
  readonly quality: number;
  /** Hashes of the same picture turned and mirrored in the seven other ways; absent where nobody asked for them. */
  readonly turned?: readonly string[] | undefined;
  /** Of the other frames of an animation, turned ones too; frames that are too plain are left out. */
  readonly frames?: readonly string[] | undefined;
}
export interface ImageModelReading {
  readonly model: string;
  /** The model's own labels, 0 to 1, the highest over the frames read. */
  readonly labels: Readonly<Record<string, number>>;
  /** What it looks for, in our categories; absent: nobody said what its labels mean. */
  readonly scores?: Readonly<Partial<Record<CategoryId, MappedScore>>> | undefined;
}
export interface MappedScore {
  readonly label: string;
  /** The model's own figure, 0 to 1. */
  readonly score: number;
  /** Scaled so that .5 is the flag threshold. */
  readonly calibrated: number;
}
/** One picture: each reading is an outcome of its own, so that one that failed hides none of the others. */
export interface ImageReading {
  readonly index: number;
  readonly facts: Outcome<ImageFacts>;
  readonly ocr: Outcome<OcrReading>;
  readonly codes: Outcome<readonly CodeReading[]>;
  readonly hash: Outcome<PdqReading>;
  readonly model: Outcome<ImageModelReading>;
}
export interface ImagesEvidence {
  readonly readings: readonly ImageReading[];
  /** Of hash banks and image models; `part` is `image:<n>`, `spans` is empty. */
  readonly findings: readonly Finding[];
  /** Of the words on the pictures, best first; empty when nobody can say. */
  readonly languages?: readonly LanguageGuess[] | undefined;
}
