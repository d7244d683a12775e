import type { Outcome } from '../../domain.js';

/** The value of a reading; null where there is none, whatever the reason. */
export const foundIn = <T>(outcome: Outcome<T> | undefined): T | null =>
  outcome?.status === 'found' ? outcome.value : null;
