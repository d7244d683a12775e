/** Stand-ins for the models: one word decides, so that a test knows the answer beforehand. */
import { type LabelledText, SCORE_KEYS, type Score, type ScoreKey } from '../../src/domain.js';
import type { Classifier, LanguageModel } from '../../src/ports.js';

/** Made up; no language has it. */
export const HOT_WORD = 'grumblefax';

export interface FakeClassifier extends Classifier {
  calls: number;
}

export function classifierFake(
  onCall: (texts: readonly LabelledText[]) => Promise<void> = async () => undefined,
): FakeClassifier {
  const fake: FakeClassifier = {
    model: 'fake@1',
    calls: 0,
    classify: async (texts, language, signal) => {
      fake.calls += 1;
      await onCall(texts);
      signal.throwIfAborted();
      const hot = texts.some((text) => text.text.raw.includes(HOT_WORD));
      const of = <T>(value: (key: ScoreKey) => T) =>
        Object.fromEntries(SCORE_KEYS.map((key) => [key, value(key)])) as Record<ScoreKey, T>;
      const score = (key: ScoreKey): Score => {
        const value = hot && (key === 'harass.bully' || key === 'toxicity') ? 0.97 : 0.01;
        return { score: value, p: value, calibrated: value };
      };
      return { scores: of(score), evidence: [], competence: of(() => 'validated' as const), language, windows: 1 };
    },
    close: async () => undefined,
  };
  return fake;
}

/** Everything is English. */
export const languageFake: LanguageModel = { guess: () => [{ tag: 'en', confidence: 0.99 }] };
