/** Reads `models/language/language.bin.gz` (layout: training/language/README.md) into a LanguageModel. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { UnavailableError } from '../errors.js';
import type { LanguageModel } from '../ports.js';
import { guessByNgrams, type NgramGroup } from '../stages/language/ngram-model.js';
import { withLongTail } from './language-franc.js';

const GroupHeader = z.object({
  script: z.string(),
  bits: z.int().min(8).max(22),
  bounded: z.boolean(),
  languages: z.array(z.string()).min(2).max(255),
  scale: z.number().positive(),
  temperatures: z.array(z.number().positive()).length(4),
  pairs: z.int().nonnegative(),
});
const Header = z.object({ version: z.literal(1), groups: z.array(GroupHeader) });
type GroupHeader = z.infer<typeof GroupHeader>;

const groupAt = (bytes: Buffer, at: number, header: GroupHeader): NgramGroup => {
  const size = 2 ** header.bits;
  const counts = bytes.subarray(at, at + size);
  const columns = bytes.subarray(at + size, at + size + header.pairs);
  const weights = bytes.subarray(at + size + header.pairs, at + size + 2 * header.pairs);
  const offsets = new Uint32Array(size + 1);
  counts.forEach((count, feature) => {
    offsets[feature + 1] = (offsets[feature] ?? 0) + count;
  });
  if (offsets[size] !== header.pairs || weights.length !== header.pairs) {
    throw new Error(`the table of ${header.script} is cut short or inconsistent`);
  }
  return { ...header, offsets, columns: new Uint8Array(columns), weights: new Int8Array(weights) };
};

const parse = (bytes: Buffer): ReadonlyMap<string, NgramGroup> => {
  const headerLength = bytes.readUInt32LE(0);
  let at = 4 + headerLength;
  const header = Header.parse(JSON.parse(bytes.toString('utf8', 4, at)));
  const groups = new Map<string, NgramGroup>();
  for (const group of header.groups) {
    groups.set(group.script, groupAt(bytes, at, group));
    at += 2 ** group.bits + 2 * group.pairs;
  }
  return groups;
};

/** The n-gram model with franc for the long tail. Throws `model_missing` when the file is absent or damaged. */
export const loadLanguageModel = (file: string): LanguageModel => {
  try {
    const groups = parse(gunzipSync(readFileSync(file)));
    return withLongTail({ guess: (text) => guessByNgrams(groups, text) });
  } catch (cause) {
    throw new UnavailableError('model_missing', `The language model cannot be read: ${file}`, { cause });
  }
};
