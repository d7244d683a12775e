import { z } from 'zod';
import { plainPattern } from '../../domain/plain-pattern.js';
import { sha256Hex } from '../../domain/sha256.js';
import type { LanguageTag } from '../../domain.js';

const Tag = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/);
const Word = z.string().min(1).max(80);
export const GlossaryFile = z.strictObject({
  version: z.literal(1),
  entries: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z0-9-]+$/),
      /** By language, the first one is what translations get. */
      words: z.record(Tag, z.array(Word).min(1)),
    }),
  ),
});
export interface Glossary {
  /** Changes with any entry. */
  readonly version: string;
  readonly entries: z.infer<typeof GlossaryFile>['entries'];
}
export const NO_GLOSSARY: Glossary = { version: 'none', entries: [] };

export function glossaryOf(file: z.infer<typeof GlossaryFile>): Glossary {
  const version = sha256Hex(JSON.stringify(file.entries)).slice(0, 12);
  return { version, entries: file.entries };
}

/** Scripts without spaces: a word is found wherever it stands. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

export interface GlossaryRule {
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** What is to be put for what, longest first; a tag also finds entries of its parents. */
export function glossaryRules({ entries }: Glossary, from: LanguageTag, to: LanguageTag): readonly GlossaryRule[] {
  return entries
    .flatMap(({ words }) => {
      const [found, wanted] = [ofTag(words, from), ofTag(words, to)?.[0]];
      return found === undefined || wanted === undefined ? [] : found.map((word) => ({ word, replacement: wanted }));
    })
    .sort((a, b) => b.word.length - a.word.length)
    .map(({ word, replacement }) => ({ pattern: patternOf(word), replacement }));
}

function ofTag(words: Readonly<Record<string, readonly string[]>>, tag: LanguageTag): readonly string[] | undefined {
  const parts = tag.split('-');
  for (let length = parts.length; length > 0; length -= 1) {
    const found = words[parts.slice(0, length).join('-')];
    if (found !== undefined) return found;
  }
  // A bare `zh` finds the words of its common script.
  return words[`${parts[0]}-Hans`];
}

function patternOf(word: string): RegExp {
  const plain = plainPattern(word);
  return UNSPACED.test(word)
    ? new RegExp(plain, 'gu')
    : new RegExp(`(?<![\\p{L}\\p{N}])${plain}(?![\\p{L}\\p{N}])`, 'giu');
}
