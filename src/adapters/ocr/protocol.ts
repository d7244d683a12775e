/** What parent and reading child say to each other, by structured clone. */
import type { OcrReading } from '../../domain.js';
import type { Pixels } from '../../ports.js';

export interface OcrOrder {
  readonly id: number;
  readonly frames: readonly Pixels[];
  readonly likely: readonly string[];
}
export type OcrAnswer =
  | { readonly id: number; readonly ok: true; readonly reading: OcrReading; readonly rssBytes: number }
  | {
      readonly id: number;
      readonly ok: false;
      readonly code: 'ocr_failed' | 'model_missing';
      readonly message: string;
    };
