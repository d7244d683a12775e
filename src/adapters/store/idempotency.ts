/** Keys by which a request that is sent again is known. */
import { failureCode, LOCK_NOT_AVAILABLE } from '../postgres.js';

/** The first request with the key still holds its row after our whole lock time. */
export const isKeyHeld = (error: unknown): boolean => failureCode((error as Error).cause) === LOCK_NOT_AVAILABLE;
