/** Reads each text in its views, words and codes of pictures too, and notes signs of disguise. */
import type { NormaliseEvidence } from '../../domain.js';
import type { Stage } from '../stage.js';
import { cloakSigns } from './signs.js';

export { normaliseText, normaliseText as normalise } from './text.js';

export function normaliseStage(): Stage<'normalise'> {
  return {
    name: 'normalise',
    version: '4',
    reads: ['images'],
    languages: '*',
    cost: 'free',
    timeoutMs: 2_000,
    when: (input) => (input.texts.length > 0 ? { run: true } : { run: false, why: 'no_text' }),
    async run(input): Promise<NormaliseEvidence> {
      const parts = input.texts.map(({ part, text }) => ({ part, length: text.raw.length, signs: cloakSigns(text) }));
      return { parts, repaired: input.repaired };
    },
  };
}
