/** What a stage answers. */
import type { ErrorCode } from '../errors.js';

/** The three answers of a stage, plus `due`: asynchronous evidence that has not come yet. */
export type Outcome<T> =
  | { readonly status: 'found'; readonly value: T; readonly ms: number; readonly version: string }
  | { readonly status: 'skipped'; readonly why: SkipReason }
  | { readonly status: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly status: 'due'; readonly until: string };

/** The value of what was found; null where there is none, whatever the reason. */
export const foundIn = <T>(outcome: Outcome<T> | undefined): T | null =>
  outcome?.status === 'found' ? outcome.value : null;

/** Why there is no value: the reason of a skip, the code of a failure; null where there is one, or it may still come. */
export function whyNot(outcome: Outcome<unknown>): SkipReason | ErrorCode | null {
  if (outcome.status === 'skipped') return outcome.why;
  return outcome.status === 'failed' ? outcome.code : null;
}

export const SKIP_REASONS = [
  'not_selected',
  'no_text',
  'no_images',
  'no_store',
  'no_model',
  'not_configured',
  'not_supported',
  'not_needed',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];
