/** Whether the words in which two bundles differ have to do with a note: banks listen to every text, whatever its language. */
import { type Evidence, foundIn, type LabelledText } from '../domain.js';
import { compileBanks, type Matcher } from '../stages/match/matcher.js';
import { parseTermBank, type TermBank } from '../stages/match/term-bank.js';
import { filesIn, termFilesOf } from './bundle-content.js';
import { faultsIn } from './faults.js';
import type { Bundle } from './model.js';
import { recent } from './recent.js';

/** Texts and evidence of a note as they are stored. */
export interface ReadNote {
  readonly texts: readonly LabelledText[];
  readonly evidence: Evidence;
}
interface ChangedWords {
  /** Of entries that are another now, new or gone. */
  readonly ids: ReadonlySet<string>;
  /** Of those that are there now. */
  readonly matcher: Matcher;
}

/** Compiling some thousand wordings keeps a process busy for a second; so many that differ speak of most notes. */
const MOST_ENTRIES = 200;

type Entry = TermBank['terms'][number] | NonNullable<TermBank['idioms']>[number];
const entriesOf = (bank: TermBank | null): readonly Entry[] => [...(bank?.terms ?? []), ...(bank?.idioms ?? [])];
const ownOf = (bank: TermBank | null): string => JSON.stringify([bank?.language, bank?.allow]);
/** What it finds; where it comes from and why it is there change nothing. */
const faceOf = ({ source, note, ...face }: Entry): string => JSON.stringify(face);

/** Ids of entries that differ; of all where something differs that holds for the whole bank. */
function idsBetween(was: TermBank | null, is: TermBank | null): readonly string[] {
  const [old, fresh] = [was, is].map((bank) => new Map(entriesOf(bank).map((entry) => [entry.id, faceOf(entry)])));
  const ids = [...new Set([...(old?.keys() ?? []), ...(fresh?.keys() ?? [])])];
  return ownOf(was) === ownOf(is) ? ids.filter((id) => old?.get(id) !== fresh?.get(id)) : ids;
}

const bankIn = (files: ReadonlyMap<string, string>, file: string): TermBank | null => {
  const text = files.get(file);
  return text === undefined ? null : parseTermBank(text, file);
};

const termFiles = (bundle: Bundle): ReadonlyMap<string, string> =>
  new Map(termFilesOf(filesIn(bundle.content)).map(({ file, text }) => [file, text]));

function changedWords(before: Bundle, after: Bundle): ChangedWords | null {
  const [old, fresh] = [termFiles(before), termFiles(after)];
  const files = [...new Set([...old.keys(), ...fresh.keys()])].filter((file) => old.get(file) !== fresh.get(file));
  const ids = new Set<string>();
  const banks: TermBank[] = [];
  for (const file of files) {
    const [was, is] = [bankIn(old, file), bankIn(fresh, file)];
    for (const id of idsBetween(was, is)) ids.add(id);
    const isChanged = ({ id }: Entry): boolean => ids.has(id);
    if (is !== null) banks.push({ ...is, terms: is.terms.filter(isChanged), idioms: is.idioms?.filter(isChanged) });
  }
  return ids.size > MOST_ENTRIES ? null : { ids, matcher: compileBanks(banks) };
}

/** One case after the other asks about the same two. */
const kept = recent<ChangedWords | null>(4);
/** Null: too many, or in a form of older files that this version does not read. */
const wordsBetween = (before: Bundle, after: Bundle): ChangedWords | null =>
  kept(`${before.hash} ${after.hash}`, () => {
    try {
      return changedWords(before, after);
    } catch (error) {
      if (faultsIn(error) === null) throw error;
      return null;
    }
  });

/** Without the note every changed word has to do with it. */
export function wordsAlike(before: Bundle, after: Bundle, note: ReadNote | null): boolean {
  const [was, is] = [termFiles(before), termFiles(after)];
  if (JSON.stringify([...was]) === JSON.stringify([...is])) return true;
  const words = note === null ? null : wordsBetween(before, after);
  if (note === null || words === null) return false;
  const match = foundIn(note.evidence.match);
  const spoke = [
    ...(match?.findings ?? []).map(({ detector }) => detector),
    ...(match?.idioms ?? []).map(({ id }) => id),
  ];
  if (spoke.some((id) => words.ids.has(id))) return false;
  return note.texts.every((text) => words.matcher.scan(text).length + words.matcher.idioms(text).length === 0);
}
