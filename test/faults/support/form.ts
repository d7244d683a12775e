/** One seed and one length for the whole run: `FAULT_SEED=7 FAULT_FORM=full npm run test:faults`. */
import { seeded } from '../../../src/seeded.js';

export interface Form {
  readonly seed: number;
  readonly isFull: boolean;
  /** Durations and counts differ between the forms, rows never. */
  of<T>(short: T, full: T): T;
  /** Numbers in [0, 1), the same for the same seed and name. */
  random(name: string): () => number;
}

export const form: Form = formOf(Number(process.env['FAULT_SEED'] ?? 1), process.env['FAULT_FORM'] === 'full');

export function formOf(seed: number, isFull: boolean): Form {
  return {
    seed,
    isFull,
    of: (short, full) => (isFull ? full : short),
    random: (name) => {
      return seeded([...name].reduce((sum, char) => Math.imul(sum ^ (char.codePointAt(0) ?? 0), 0x01000193), seed | 0));
    },
  };
}

/**
 * What the run must find out: `FAULT_BREAK=fence|sweeper|allow` takes one safeguard away, and the run has to go red.
 * The rows that depend on a safeguard also prove that themselves, on a system of their own without it.
 */
export const BREAKS = ['fence', 'sweeper', 'allow'] as const;
export type Break = (typeof BREAKS)[number];

export const broken: Break | null = BREAKS.find((name) => name === process.env['FAULT_BREAK']) ?? null;
