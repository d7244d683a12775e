/** The ids of the term banks, so that a rule which asks for one that is not there is told so. */
import { didYouMean } from './nearest.js';

export interface TermNames {
  /** What is wrong with asking for this entry, or for this group of entries; null when it is there. */
  fault(id: string, group: boolean): string | null;
}

const ID_LINE = /(?:^|[\s{,])id: *["']?([a-z0-9.-]+)/gm;
/** Private banks live outside the repository; their names cannot be looked up here. */
const PRIVATE = /^[a-z]{2,3}\.private(?:\.|$)/;

function read(files: ReadonlyMap<string, string>): readonly [ReadonlySet<string>, ReadonlySet<string>] {
  const ids = new Set<string>();
  for (const [file, text] of files) {
    if (!file.startsWith('terms/')) continue;
    for (const [, id] of text.matchAll(ID_LINE)) if (id !== undefined) ids.add(id);
  }
  const groups = [...ids].flatMap((id) => {
    const steps = id.split('.');
    return steps.slice(0, -1).map((_, index) => steps.slice(0, index + 1).join('.'));
  });
  return [ids, new Set(groups)];
}

/** Read when a rule first asks: most bundles never do. */
export function termNames(files: ReadonlyMap<string, string>): TermNames {
  let known: ReturnType<typeof read> | null = null;
  return {
    fault(id, group) {
      if (PRIVATE.test(id)) return null;
      known ??= read(files);
      const words = known[group ? 1 : 0];
      if (words.has(id)) return null;
      return `there is no ${group ? 'bank or group of entries' : 'entry'} "${id}" in terms/${didYouMean(id, words)}`;
    },
  };
}
