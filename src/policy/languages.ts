/** Languages that exist, by BCP 47 tag: a tag that no language has would be waited for in vain. */
import { primaryOf } from '../domain.js';
import { nearest } from './nearest.js';

export const NO_LANGUAGE = 'is no language that exists';

let english: Intl.DisplayNames | null = null;
const englishNames = (): Intl.DisplayNames => {
  english ??= new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  return english;
};

function nameOf(tag: string): string | undefined {
  try {
    return englishNames().of(tag);
  } catch {
    // Not even the form of a tag.
    return undefined;
  }
}

const asked = new Map<string, boolean>();

/** Detection says Tagalog, for which Unicode writes Filipino. */
const AS_DETECTED: Readonly<Record<string, string>> = { fil: 'tl' };

/** As detection writes it: `IT`, `ita` and `iw` are other ways to write `it` and `he`, and would be waited for in vain. */
function canonical(tag: string): string | undefined {
  try {
    const [found = ''] = Intl.getCanonicalLocales(tag);
    const primary = primaryOf(found);
    return `${AS_DETECTED[primary] ?? primary}${found.slice(primary.length)}`;
  } catch {
    return undefined;
  }
}

/** `und` stands for text of which the language is not known. */
export function isLanguage(tag: string): boolean {
  const known = asked.get(tag) ?? (tag === 'und' || (canonical(tag) === tag && nameOf(tag) !== undefined));
  // The same few tags come back in every file; what is no tag is not kept.
  if (known) asked.set(tag, known);
  return known;
}

/** A tag of somebody's own, such as `x-slang`: BCP 47 allows it, and nobody here knows which language is meant. */
const PRIVATE_TAG = /^x(-[a-z0-9]{1,8})+$/i;
export const isPrivateTag = (tag: string): boolean => PRIVATE_TAG.test(tag);

/** The form allows words such as `english`; no language has a tag that long. */
const LONGEST_LANGUAGE = 3;

/** In its canonical form, as detection writes it; undefined: no BCP 47 tag of a language. */
export function languageTag(word: string): string | undefined {
  const tag = canonical(word);
  return tag !== undefined && primaryOf(tag).length <= LONGEST_LANGUAGE ? tag : undefined;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const twoLetterTags = (): readonly string[] =>
  [...LETTERS].flatMap((first) => [...LETTERS].map((second) => first + second)).filter((tag) => isLanguage(tag));

/** Words that people write for a language: its tag, its English name, and the name that its speakers have for it. */
function tagsByWord(): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const tag of twoLetterTags()) {
    const own = new Intl.DisplayNames([tag], { type: 'language', fallback: 'none' }).of(tag);
    for (const word of [tag, nameOf(tag), own]) if (word !== undefined) words.set(word.toLowerCase(), tag);
  }
  return words;
}

export function languageHint(word: string): string {
  const other = canonical(word.replaceAll('_', '-'));
  if (other !== undefined && isLanguage(other)) return `; did you mean "${other}" (${nameOf(other)})?`;
  const words = tagsByWord();
  const tag = words.get(nearest(word, words.keys()) ?? '');
  return tag === undefined ? '; a tag is as short as de or zh-Hans' : `; did you mean "${tag}" (${nameOf(tag)})?`;
}
