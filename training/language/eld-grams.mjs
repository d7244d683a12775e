// Writes the n-grams of the eld package (Apache-2.0, Nito T.M.) as [gram, {language: score}] with "_" for word edges.
//   node training/language/eld-grams.mjs OUT.json
import { writeFileSync } from 'node:fs';
import { dictionary } from '../../node_modules/eld/src/dictionary.js';
import { ngramsData } from '../../node_modules/eld/src/ngrams/large.js';

const BASE_SCORE = 53;
const byteOf = new Map();
dictionary.forEach((character, byte) => {
  if (character !== ' ') byteOf.set(character, byte);
});
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The whole characters inside a cut of UTF-8 bytes: a gram may begin or end inside one. */
const decode = (bytes) => {
  let first = 0;
  while (first < bytes.length && (bytes[first] & 0xc0) === 0x80) first += 1;
  for (let last = bytes.length; last > first; last -= 1) {
    try {
      const text = decoder.decode(Uint8Array.from(bytes.slice(first, last)));
      return { text, wholeStart: first === 0, wholeEnd: last === bytes.length };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return null;
};

const grams = [];
for (const [gram, scores] of Object.entries(ngramsData.ngrams)) {
  const bytes = [...gram.trim()].map((character) => byteOf.get(character));
  const found = bytes.includes(undefined) ? null : decode(bytes);
  if (found === null) continue;
  const start = gram.startsWith(' ') && found.wholeStart ? '_' : '';
  const end = gram.endsWith(' ') && found.wholeEnd ? '_' : '';
  const named = Object.entries(scores).map(([id, score]) => [ngramsData.languages[id], score + BASE_SCORE]);
  grams.push([`${start}${found.text}${end}`, Object.fromEntries(named)]);
}
writeFileSync(process.argv[2], JSON.stringify(grams));
console.error(`${grams.length} n-grams`);
