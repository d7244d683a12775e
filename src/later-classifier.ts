/** A classifier that is loaded at its first call: the API seldom needs one, but shall say at start when it is missing. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { UnavailableError } from './errors.js';
import type { Classifier } from './ports.js';

export async function laterClassifier(dir: string, open: () => Promise<Classifier>): Promise<Classifier> {
  try {
    await access(path.join(dir, 'config.json'));
  } catch (error) {
    throw new UnavailableError('model_missing', `No model in ${dir}`, { cause: error });
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
