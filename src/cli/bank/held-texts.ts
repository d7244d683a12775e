/** Banks of texts: hashes as they are given, texts normalised like those of notes. No message repeats a text. */
import type { TextHash } from '../../domain.js';
import { TEXT_DISTANCE } from '../../stages/match/bank-findings.js';
import { indexTextHashes } from '../../stages/match/text-hash.js';
import { type BankIo, textOf } from './bank-io.js';
import type { Held, Subject } from './held.js';
import { hashOfText, TEXT_LIST, textHashOf } from './read-hashes.js';

type TextSubject = Subject<TextHash, TextHash>;

const TEXT_LIMIT_BYTES = 4 * 1_048_576;

function subjectOf(name: string, raw: string): TextSubject {
  const { fault, ...hash } = hashOfText(raw);
  return { name, hash, asked: hash, fault };
}

/** As `list` and `add` write it. */
function givenHash(name: string): TextSubject | null {
  const [exact = '', simhash = '', ...rest] = name.split(':');
  const hash = rest.length > 0 ? null : textHashOf({ exact, simhash });
  return hash === null ? null : { name, hash, asked: hash, fault: null };
}

async function subjectNamed(name: string, io: BankIo): Promise<TextSubject> {
  const shown = name === '-' ? 'standard input' : name;
  return givenHash(name) ?? subjectOf(shown, await textOf(name, io, TEXT_LIMIT_BYTES));
}

export const TEXTS: Held<TextHash, TextHash> = {
  holds: 'texts',
  subjects: 'texts: files, hashes, - for standard input, or --text',
  list: TEXT_LIST,
  banks: (store) => store.textBanks,
  async read(names, values, io) {
    const subjects = values.text === undefined ? [] : [subjectOf('--text', values.text)];
    for (const name of names) subjects.push(await subjectNamed(name, io));
    return subjects;
  },
  indexOf: indexTextHashes,
  lookUp: (bank, hash, sourceId) => bank.lookup(hash, TEXT_DISTANCE, sourceId),
  written: ({ exact, simhash }) => `${exact}:${simhash}`,
  remark: () => '',
  facts: (hash) => hash,
};
