/** Banks of pictures: hashes as they are given, pictures decoded like those of notes. */
import type { PdqReading, PictureHash } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import { PDQ_DISTANCE } from '../../stages/images/findings.js';
import { indexHashes } from '../../stages/images/hash-index.js';
import { withNegatives } from '../../stages/images/pdq/negatives.js';
import { usageError } from '../io.js';
import { BANK_USAGE, type BankIo, bytesOf } from './bank-io.js';
import type { Held, Subject } from './held.js';
import { hashFault, PDQ_HEX, PICTURE_LIST, qualityFault } from './read-hashes.js';

type PictureSubject = Subject<PictureHash, PdqReading>;

const subjectOf = (name: string, reading: PdqReading): PictureSubject => ({
  name,
  hash: { pdq: reading.pdq },
  asked: reading,
  fault: qualityFault(reading.quality),
});

function givenHash(name: string): PictureSubject {
  const pdq = name.toLowerCase();
  const fault = hashFault(pdq);
  if (fault !== null) throw new InvalidInputError('body_invalid', `${name}: ${fault}`);
  return subjectOf(name, { pdq, quality: 100 });
}

async function hashOfFile(
  file: string,
  hash: (bytes: Uint8Array) => Promise<PdqReading>,
  io: BankIo,
): Promise<PictureSubject> {
  const bytes = await bytesOf(file, io.imageLimitBytes);
  try {
    return subjectOf(file, await hash(bytes));
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    throw new InvalidInputError(cause.code, `${file}: ${cause.message}`, [], { cause });
  }
}

const isHash = (name: string): boolean => PDQ_HEX.test(name);

export const PICTURES: Held<PictureHash, PdqReading> = {
  holds: 'pictures',
  subjects: 'pictures or hashes',
  list: PICTURE_LIST,
  banks: (store) => store.imageBanks,
  async read(names, values, io) {
    if (values.text !== undefined) throw usageError('--text is for banks that hold texts', BANK_USAGE);
    if (names.every(isHash)) return names.map(givenHash);
    return io.withHasher(async (hash) => {
      const subjects: PictureSubject[] = [];
      for (const name of names) subjects.push(isHash(name) ? givenHash(name) : await hashOfFile(name, hash, io));
      return subjects;
    });
  },
  indexOf: indexHashes,
  lookUp: (bank, reading, sourceId) => bank.lookup(withNegatives(reading), PDQ_DISTANCE, sourceId),
  written: ({ pdq }) => pdq,
  remark: ({ quality }) => `  quality ${quality}`,
  facts: ({ pdq, quality }) => ({ pdq, quality }),
};
