/** Time and ids of the real world. */
import { randomBytes } from 'node:crypto';
import type { Clock, Ids } from '../ports.js';

export const systemClock: Clock = { now: () => Date.now() };

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `prefix_` and a ULID: 10 characters of time, 16 of chance; sortable to the millisecond. */
export function openIds(clock: Clock): Ids {
  return {
    next: (prefix) => `${prefix}_${timePart(clock.now())}${chancePart()}`,
    secret: (bytes) => randomBytes(bytes).toString('base64url'),
  };
}

function timePart(now: number): string {
  let rest = now;
  let text = '';
  for (let place = 0; place < 10; place += 1) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** 256 is a multiple of 32, so the low five bits of a random byte are even. */
const chancePart = (): string => Array.from(randomBytes(16), (byte) => ALPHABET.charAt(byte & 31)).join('');
