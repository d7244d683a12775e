/** Rights name what exists: under a language or a region that nobody writes so, a person would see no case. */
import { type Fault, InvalidInputError } from '../errors.js';
import { isRegionCode, regionHint } from '../policy/countries.js';
import { isLanguage, languageHint, NO_LANGUAGE } from '../policy/languages.js';
import type { Rights } from '../ports/store.js';

type Named = Pick<Rights, 'languages' | 'regions'>;

export function checkRights({ languages, regions }: Named): void {
  const unspoken = faultsOf('languages', languages, (tag) =>
    isLanguage(tag) ? null : `"${tag}" ${NO_LANGUAGE}${languageHint(tag)}`,
  );
  const nowhere = faultsOf('regions', regions, (region) =>
    isRegionCode(region)
      ? null
      : `"${region}" is neither an ISO 3166-1 country nor a policy region${regionHint(region)}`,
  );
  const faults = [...unspoken, ...nowhere];
  if (faults.length === 0) return;
  const code = unspoken.length > 0 ? 'language_unknown' : 'region_unknown';
  throw new InvalidInputError(code, faults.map(({ message }) => message).join('. '), faults);
}

const faultsOf = (
  name: string,
  entries: readonly string[] | null,
  wrongIn: (entry: string) => string | null,
): readonly Fault[] =>
  (entries ?? []).flatMap((entry, index) => {
    const message = wrongIn(entry);
    return message === null ? [] : [{ pointer: `/rights/${name}/${index}`, message }];
  });
