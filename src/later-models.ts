/** Models that are loaded at their first call: the API seldom needs them, but shall say at start when one is missing. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { UnavailableError } from './errors.js';
import type { Classifier, LanguageModel } from './ports.js';

export async function laterClassifier(dir: string, open: () => Promise<Classifier>): Promise<Classifier> {
  try {
    await access(path.join(dir, 'config.json'));
  } catch (error) {
    throw new UnavailableError('model_missing', `There is no model in ${dir}`, { cause: error });
  }
  let opening: Promise<Classifier> | null = null;
  let model = path.basename(dir);
  const opened = async (): Promise<Classifier> => {
    opening ??= open();
    try {
      const classifier = await opening;
      model = classifier.model;
      return classifier;
    } catch (error) {
      // The next call tries again.
      opening = null;
      throw error;
    }
  };
  return {
    get model() {
      return model;
    },
    classify: async (texts, language, signal) => (await opened()).classify(texts, language, signal),
    close: async () => {
      if (opening !== null) await (await opening).close();
    },
  };
}

export function laterLanguageModel(load: () => LanguageModel): LanguageModel {
  let model: LanguageModel | null = null;
  return {
    guess: (text) => {
      model ??= load();
      return model.guess(text);
    },
  };
}
