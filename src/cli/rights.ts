/** Rights of a person on the command line: which cases they see. */
import { CATEGORY_IDS } from '../categories.js';
import { DESKS } from '../domain.js';
import type { Rights } from '../ports/store.js';
import { checkRights } from '../usecases/rights.js';
import { unknownWord, usageError } from './io.js';

export const RIGHTS_OPTIONS = {
  languages: { type: 'string' },
  regions: { type: 'string' },
  categories: { type: 'string' },
  desks: { type: 'string' },
} as const;
type RightsName = keyof typeof RIGHTS_OPTIONS;
const NAMES = Object.keys(RIGHTS_OPTIONS) as readonly RightsName[];

export const RIGHTS_USAGE = `  --languages LIST   languages that they read, comma-separated, as de,hi-Latn; zh covers zh-Hans and zh-Hant
  --regions LIST     regions, as de,eu
  --categories LIST  categories, as hate.attack,fraud.scam
  --desks LIST       of ${DESKS.join(', ')}; without it general
                     What is not named is not narrowed.`;

/** What a person sees, as the options name it; what is not narrowed is left out. */
export const sayRights = (rights: Rights): string =>
  NAMES.flatMap((name) => (rights[name] === null ? [] : [`${name}=${rights[name].join(',')}`])).join(' ');

/** Undefined: none is given. */
export function rightsFrom(
  values: Readonly<Partial<Record<RightsName, string | undefined>>>,
  usage: string,
): Rights | undefined {
  const given = NAMES.filter((name) => values[name] !== undefined);
  if (given.length === 0) return undefined;
  const listOf = (name: RightsName): readonly string[] | null => {
    const words = values[name]?.split(',').flatMap((word) => word.trim() || []);
    if (words?.length === 0) throw usageError(`--${name} names nothing`, usage);
    return words ?? null;
  };
  const rights = {
    languages: listOf('languages'),
    regions: listOf('regions')?.map((region) => region.toLowerCase()) ?? null,
    categories: oneOf('category', CATEGORY_IDS, listOf('categories'), usage),
    desks: oneOf('desk', DESKS, listOf('desks'), usage) ?? ['general'],
  };
  checkRights(rights);
  return rights;
}

function oneOf<T extends string>(
  what: string,
  known: readonly T[],
  words: readonly string[] | null,
  usage: string,
): readonly T[] | null {
  return (
    words?.map((word) => {
      const found = known.find((one) => one === word);
      if (found === undefined) throw usageError(unknownWord(what, word, known), usage);
      return found;
    }) ?? null
  );
}
