/** A model of a few lines for the tests: the word `rude` is toxic, everything else is not. */
import { type LabelledText, type PartName, SCORE_KEYS } from '../../../src/domain.js';
import type { Calibration } from '../../../src/stages/classify/calibration.js';
import type { TextModel } from '../../../src/stages/classify/model.js';
import { normaliseText } from '../../../src/stages/normalise/text.js';

export const RUDE = 7;
export const PLAIN = 5;

const head = { encoder: 1, ngrams: 0, b: 0, flag: 0.5, sure: 0.9, clear: 0.2 };
export const calibration: Calibration = {
  version: 'test',
  languages: {
    '*': { toxicity: head, 'harass.bully': head },
    de: { toxicity: { ...head, flag: 0.9 } },
  },
};

export interface FakeModel extends TextModel {
  readonly runs: () => number;
}

/** Both `toxicity` and `harass.bully` rise with the number of rude words. */
export function fakeModel(): FakeModel {
  let runs = 0;
  return {
    name: 'fake@test',
    encoder: {
      encode: (word) => (/^rude$/iu.test(word) ? [RUDE] : [PLAIN]),
      logits: async (ids) => {
        runs += 1;
        const rude = ids.filter((id) => id === RUDE).length;
        const z = -4 + 6 * rude;
        return Float32Array.from(SCORE_KEYS, (key) => (key === 'toxicity' || key === 'harass.bully' ? z : -4));
      },
    },
    ngrams: { labels: 8, logits: (text) => Float32Array.from(SCORE_KEYS, () => (/rude/u.test(text) ? 1 : -1)) },
    calibration,
    competence: { en: { toxicity: 'validated', 'harass.bully': 'weak' } },
    explains: true,
    runs: () => runs,
  };
}

export const textOf = (raw: string, part: PartName = 'body'): LabelledText => ({ part, text: normaliseText(raw) });
