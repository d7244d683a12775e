/** Options of `polywarden bank`, for all of its commands. */
import type { readArgs } from '../io.js';

export const BANK_OPTIONS = {
  holds: { type: 'string' },
  category: { type: 'string' },
  severity: { type: 'string' },
  owner: { type: 'string' },
  from: { type: 'string' },
  benign: { type: 'boolean' },
  platform: { type: 'string' },
  expires: { type: 'string' },
  note: { type: 'string' },
  text: { type: 'string' },
  format: { type: 'string' },
  since: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
export type BankValues = ReturnType<typeof readArgs<typeof BANK_OPTIONS>>['values'];
