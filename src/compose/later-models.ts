/** Models that are loaded at their first call: the API seldom needs them, but shall say at start when one is missing. */
import { access, constants } from 'node:fs/promises';
import { UnavailableError } from '../errors.js';
import { openLater } from '../open-once.js';
import type { Classifier, LanguageModel } from '../ports.js';

/** Workers would say so as well, but only after the start has called itself ready. */
export async function checkModelFiles(files: readonly string[]): Promise<void> {
  for (const file of files) {
    await access(file, constants.R_OK).catch((cause: unknown) => {
      throw new UnavailableError('model_missing', 'A model file is missing', { cause });
    });
  }
}

export function laterClassifier(name: string, open: () => Promise<Classifier>): Classifier {
  let model = name;
  const { opened, close } = openLater(async () => {
    const classifier = await open();
    model = classifier.model;
    return classifier;
  });
  return {
    get model() {
      return model;
    },
    classify: async (...asked) => (await opened()).classify(...asked),
    competence: async (language) => (await (await opened()).competence?.(language)) ?? null,
    close,
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
