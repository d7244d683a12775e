/** Prompts as files: whoever changes one changes the version that is stored with every answer. */
import path from 'node:path';
import { sha256Hex } from '../domain/sha256.js';
import type { PromptFiles } from '../stages/deliberate/prompt.js';
import type { TranslationPrompt } from '../usecases/translate/by-chat.js';
import { readText } from './read-text.js';

export const readPromptFiles = (dir: string): PromptFiles => promptsIn(dir, ['system', 'user', 'repair']);
export const readTranslationPrompt = (dir: string): TranslationPrompt => promptsIn(dir, ['system', 'user']);

function promptsIn<N extends string>(dir: string, names: readonly N[]): Readonly<Record<N | 'version', string>> {
  const texts = names.map((name) => [name, readText(path.join(dir, `${name}.md`))] as const);
  const version = sha256Hex(texts.map(([, text]) => text).join('\n')).slice(0, 12);
  return Object.fromEntries([...texts, ['version', version]]) as Record<N | 'version', string>;
}
