import { hash } from 'node:crypto';

/** Not passed on by `domain.ts`: the pages of the dashboard import that, and browsers have no such module. */
export const sha256Hex = (value: string | Uint8Array): string => hash('sha256', value, 'hex');
