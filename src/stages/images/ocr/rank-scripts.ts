/** Which script the lines are written in, best guess first. */
import type { LanguageTag } from '../../../domain.js';
import type { LineCrop } from './crop.js';
import { OCR_SCRIPTS, type OcrScript, scriptOfTag } from './scripts.js';

export function rankScripts(_crops: readonly LineCrop[], likely: readonly LanguageTag[]): readonly OcrScript[] {
  return [...new Set([...likely.map(scriptOfTag), ...OCR_SCRIPTS])];
}
