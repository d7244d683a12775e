/** Banks of texts: hashes as they are given, texts normalised like those of notes. No message repeats a text. */
import type { TextHash } from '../../domain.js';
import type { TextHashBank } from '../../ports.js';
import { type HashedText, textHits } from '../../stages/match/bank-findings.js';
import { indexTextHashes } from '../../stages/match/text-hash.js';
import { type BankIo, textOf } from './bank-io.js';
import type { Held, HeldHit, Subject } from './held.js';
import { hashOfText, TEXT_LIST, textHashOf } from './read-hashes.js';

type TextSubject = Subject<TextHash, HashedText>;

const TEXT_LIMIT_BYTES = 4 * 1_048_576;

function subjectOf(name: string, raw: string): TextSubject {
  const { fault, pieces, ...hash } = hashOfText(raw);
  return { name, hash, asked: { ...hash, pieces }, fault };
}

/** As `list` and `add` write it. */
function givenHash(name: string): TextSubject | null {
  const [exact = '', simhash = '', ...rest] = name.split(':');
  const hash = rest.length > 0 ? null : textHashOf({ exact, simhash });
  return hash === null ? null : { name, hash, asked: { ...hash, pieces: [] }, fault: null };
}

async function subjectNamed(name: string, io: BankIo): Promise<TextSubject> {
  const shown = name === '-' ? 'standard input' : name;
  return givenHash(name) ?? subjectOf(shown, await textOf(name, io, TEXT_LIMIT_BYTES));
}

function lookUp(bank: TextHashBank, asked: HashedText, sourceId: string | undefined): readonly HeldHit[] {
  const found = new Map<string, HeldHit>();
  for (const { hits, piece } of textHits(bank, asked, sourceId)) {
    for (const hit of hits)
      if (!found.has(hit.entryId)) found.set(hit.entryId, piece === null ? hit : { ...hit, lines: piece.lines });
  }
  return [...found.values()];
}

export const TEXTS: Held<TextHash, HashedText> = {
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
  lookUp,
  written: ({ exact, simhash }) => `${exact}:${simhash}`,
  remark: () => '',
  facts: ({ exact, simhash }) => ({ exact, simhash }),
};
