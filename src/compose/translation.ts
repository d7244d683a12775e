import path from 'node:path';
import { parseAs } from '../adapters/models/overlays.js';
import { readTranslationPrompt } from '../adapters/prompt-files.js';
import { textIfThere } from '../adapters/read-text.js';
import { openLocalTranslator } from '../adapters/translator-local.js';
import type { Config } from '../config.js';
import { InvalidInputError } from '../errors.js';
import { PROMPTS_DIR } from '../paths.js';
import type { ChatModel } from '../ports/llm.js';
import type { Translator } from '../ports/translation.js';
import type { Ids } from '../ports.js';
import { chatTranslator } from '../usecases/translate/by-chat.js';
import { type Glossary, GlossaryFile, glossaryOf, NO_GLOSSARY } from '../usecases/translate/glossary.js';
import type { Translation } from '../usecases/translate/translate-case.js';

export type OpenTranslation = Translation & { close(): Promise<void> };

/** Null: translation is off. `chat`: the configured model for translations. */
export function composeTranslation(
  config: Config,
  chat: ChatModel | null,
  ids: Pick<Ids, 'secret'>,
): OpenTranslation | null {
  const translator = translatorOf(config, chat, ids);
  if (translator === null) return null;
  return { translator, glossary: readGlossary(config.MODELS_DIR), close: () => translator.close() };
}

function translatorOf(config: Config, chat: ChatModel | null, ids: Pick<Ids, 'secret'>): Translator | null {
  switch (config.TRANSLATION) {
    case 'off':
      return null;
    case 'openai':
      if (chat === null) {
        throw new InvalidInputError('config_invalid', 'TRANSLATION=openai needs LLM_BASE_URL or a key, and a model');
      }
      return chatTranslator(chat, readTranslationPrompt(path.join(PROMPTS_DIR, 'translation')), () => ids.secret(12));
    case 'local': {
      const name = config.TRANSLATION_LOCAL_MODEL;
      if (name === undefined) {
        throw new InvalidInputError('config_invalid', 'TRANSLATION=local needs TRANSLATION_LOCAL_MODEL');
      }
      return openLocalTranslator({ dir: path.join(config.MODELS_DIR, name), threads: config.MODEL_THREADS });
    }
  }
}

/** A folder of models without a glossary has none. */
export function readGlossary(modelsDir: string): Glossary {
  const text = textIfThere(path.join(modelsDir, 'glossary.yaml'));
  return text === null ? NO_GLOSSARY : glossaryOf(parseAs(text, 'glossary.yaml', GlossaryFile));
}
