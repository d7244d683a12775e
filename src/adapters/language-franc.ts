/** franc for the long tail: languages that the n-gram model was never trained on. Its own answers on known ones are worse. */
import { francAll } from 'franc';
import type { LanguageGuess } from '../domain.js';
import type { LanguageModel } from '../ports.js';

/** ISO 639-3 of franc -> BCP 47, for languages outside the model only. Near-doubles of known ones (sco, vec, glg) are left out. */
const LONG_TAIL: ReadonlyMap<string, string> = new Map([
  ['ace', 'ace'],
  ['ayr', 'ay'],
  ['bam', 'bm'],
  ['ban', 'ban'],
  ['bem', 'bem'],
  ['bho', 'bho'],
  ['bin', 'bin'],
  ['bug', 'bug'],
  ['ceb', 'ceb'],
  ['dyu', 'dyu'],
  ['ewe', 'ee'],
  ['fon', 'fon'],
  ['fuf', 'ff'],
  ['fuv', 'ff'],
  ['gaa', 'gaa'],
  ['hil', 'hil'],
  ['hms', 'hmn'],
  ['hnj', 'hmn'],
  ['ibb', 'ibb'],
  ['ilo', 'ilo'],
  ['kbd', 'kbd'],
  ['kde', 'kde'],
  ['kmb', 'kmb'],
  ['knc', 'kr'],
  ['kng', 'kg'],
  ['koi', 'koi'],
  ['lin', 'ln'],
  ['lua', 'lua'],
  ['lug', 'lg'],
  ['lun', 'lun'],
  ['mad', 'mad'],
  ['mag', 'mag'],
  ['mai', 'mai'],
  ['men', 'men'],
  ['min', 'min'],
  ['mos', 'mos'],
  ['ndo', 'ng'],
  ['nds', 'nds'],
  ['nhn', 'nah'],
  ['nso', 'nso'],
  ['nya', 'ny'],
  ['nyn', 'nyn'],
  ['pam', 'pam'],
  ['plt', 'mg'],
  ['rmn', 'rom'],
  ['run', 'rn'],
  ['sag', 'sg'],
  ['skr', 'skr'],
  ['sna', 'sn'],
  ['snk', 'snk'],
  ['sot', 'st'],
  ['src', 'sc'],
  ['ssw', 'ss'],
  ['suk', 'suk'],
  ['tem', 'tem'],
  ['tiv', 'tiv'],
  ['tpi', 'tpi'],
  ['tsn', 'tn'],
  ['tzm', 'tzm'],
  ['umb', 'umb'],
  ['ven', 've'],
  ['vmw', 'vmw'],
  ['war', 'war'],
  ['wol', 'wo'],
  ['zyb', 'za'],
]);
/** franc is not to be trusted on less. */
const MIN_LENGTH = 60;
/** A text of that length in a known language hardly ever gets less from the model. */
const MODEL_SURE = 0.75;
/** franc gives no probability; this ranks its word above the doubtful model and keeps it far from sure. */
const FRANC_CONFIDENCE = 0.6;

const longTail = (text: string): string | undefined => {
  const [best] = francAll(text, { minLength: MIN_LENGTH });
  return best === undefined ? undefined : LONG_TAIL.get(best[0]);
};

/** Asks franc only about long texts that the model is not sure of, and only believes it about languages new to the model. */
export const withLongTail = (model: LanguageModel): LanguageModel => ({
  guess: (text) => {
    const guesses = model.guess(text);
    const top = guesses[0]?.confidence ?? 0;
    if (top >= MODEL_SURE || text.length < MIN_LENGTH) return guesses;
    const tag = longTail(text);
    if (tag === undefined) return guesses;
    return [{ tag, confidence: FRANC_CONFIDENCE }, ...shrunk(guesses.filter((guess) => guess.tag !== tag))];
  },
});

const shrunk = (guesses: readonly LanguageGuess[]): readonly LanguageGuess[] =>
  guesses.map(({ tag, confidence }) => ({ tag, confidence: confidence * (1 - FRANC_CONFIDENCE) }));
