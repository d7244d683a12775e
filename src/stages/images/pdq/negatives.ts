/** A picture with its colours reversed is the same picture: each of its bits is the other one. */
import type { PdqReading } from '../../../domain.js';

const DIGITS = '0123456789abcdef';
const OTHERS = '0123456789abcdef'.split('').reverse().join('');

export const negativeOf = (pdq: string): string =>
  pdq.replaceAll(/[0-9a-f]/g, (digit) => OTHERS.charAt(DIGITS.indexOf(digit)));

/** To be looked up with: what a picture is known by in all ways to show it. */
export function withNegatives(reading: PdqReading): PdqReading {
  const { pdq, turned = [], frames = [] } = reading;
  const all = [pdq, ...turned, ...frames];
  return { ...reading, turned: [...turned, ...all.map(negativeOf)] };
}
