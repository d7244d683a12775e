/** PDQ, the perceptual hash published by Meta (ThreatExchange): 256 bits that survive scaling, compression and small edits. */
import type { PdqReading } from '../../../domain.js';
import type { Pixels } from '../../../ports.js';
import { frequenciesOf, TURN_NAMES, turned } from './frequencies.js';
import { luminanceOf } from './luminance.js';
import { qualityOf, shrink } from './shrink.js';

const WORD_BITS = 16;
const WORD_DIGITS = 4;

/** One bit a frequency: whether it lies above the median. The last word comes first, as the reference prints it. */
function hexOf(frequencies: Float64Array): string {
  const median = frequencies.toSorted()[frequencies.length / 2 - 1] ?? 0;
  let hex = '';
  for (let word = frequencies.length / WORD_BITS - 1; word >= 0; word -= 1) {
    let bits = 0;
    for (let bit = 0; bit < WORD_BITS; bit += 1) {
      if ((frequencies[word * WORD_BITS + bit] ?? 0) > median) bits |= 1 << bit;
    }
    hex += bits.toString(16).padStart(WORD_DIGITS, '0');
  }
  return hex;
}

/** With the hashes of the seven turned and mirrored pictures, which cost next to nothing beside the first. */
export function pdqOf(pixels: Pick<Pixels, 'width' | 'height' | 'rgb'>): PdqReading {
  const small = shrink(luminanceOf(pixels));
  const frequencies = frequenciesOf(small);
  return {
    pdq: hexOf(frequencies),
    quality: qualityOf(small),
    turned: TURN_NAMES.map((name) => hexOf(turned(frequencies, name))),
  };
}
