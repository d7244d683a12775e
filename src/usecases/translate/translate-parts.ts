import { sha256Hex } from '../../domain/sha256.js';
import type { LanguageTag } from '../../domain.js';
import type { TranslatedSegment, TranslationKey, Translator } from '../../ports/translation.js';
import { isWordless } from './protect.js';
import {
  isSameLanguage,
  type TextToTranslate,
  type TranslateDeps,
  type TranslateScene,
  translateText,
} from './translate-text.js';

export interface TranslatedPart {
  readonly part: string;
  readonly from: LanguageTag;
  readonly segments: readonly TranslatedSegment[];
}
/** Another engine or model writes other translations. */
export const modelKeyOf = ({ engine, model }: Pick<Translator, 'engine' | 'model'>): string => `${engine}:${model}`;

const keyOf =
  (deps: Pick<TranslateDeps, 'translator' | 'glossary'>, scene: TranslateScene) =>
  (text: TextToTranslate): TranslationKey => ({
    sourceId: scene.sourceId,
    contentHash: sha256Hex(text.text),
    from: text.language,
    to: scene.to,
    model: modelKeyOf(deps.translator),
    glossary: deps.glossary.version,
  });

const isOf =
  (a: TranslationKey) =>
  (b: TranslationKey): boolean =>
    a.contentHash === b.contentHash && a.from === b.from;

/** Parts that have words in another language than the reader's. */
export const wantedTexts = (texts: readonly TextToTranslate[], to: LanguageTag): readonly TextToTranslate[] =>
  texts.filter(({ text, language, segments }) => {
    const tags = segments.length > 0 ? segments.map(({ tag }) => tag) : [language];
    return !isWordless(text) && tags.some((tag) => !isSameLanguage(tag, to));
  });

export async function storedParts(
  deps: TranslateDeps,
  scene: TranslateScene,
  texts: readonly TextToTranslate[],
): Promise<readonly TranslatedPart[]> {
  const keys = texts.map(keyOf(deps, scene));
  const found = await deps.store.find(keys);
  return texts.flatMap(({ part }, i) => {
    const key = keys[i];
    const row = key === undefined ? undefined : found.find(isOf(key));
    return row === undefined ? [] : [{ part, from: row.from, segments: row.segments }];
  });
}

/**
 * All of the texts, from the store where they are there. Each is kept as soon as it is translated, so that one that
 * fails costs the others nothing at the next try. False in `kept`: the note was erased meanwhile.
 */
export async function translateParts(
  deps: TranslateDeps,
  scene: TranslateScene,
  {
    texts,
    now,
    signal,
  }: { readonly texts: readonly TextToTranslate[]; readonly now: number; readonly signal: AbortSignal },
): Promise<{ readonly parts: readonly TranslatedPart[]; readonly kept: boolean }> {
  const stored = await storedParts(deps, scene, texts);
  const { noteId, revisionId } = scene;
  const parts: TranslatedPart[] = [];
  for (const text of texts) {
    const before = stored.find(({ part }) => part === text.part);
    const segments = before?.segments ?? (await translateText(deps, scene, { text, signal }));
    parts.push({ part: text.part, from: text.language, segments });
    if (before !== undefined) continue;
    const row = { ...keyOf(deps, scene)(text), noteId, revisionId, segments };
    if (!(await deps.store.save([row], now))) return { parts, kept: false };
  }
  return { parts, kept: true };
}
