/** Which changed words of the banks have to do with a note. */
import { expect, test } from 'vitest';
import { type ReadNote, wordsAlike } from '../../src/policy/changed-words.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { compileBanks } from '../../src/stages/match/matcher.js';
import { parseTermBank } from '../../src/stages/match/term-bank.js';
import { normaliseText } from '../../src/stages/normalise/text.js';
import { bundleOf, global, region, rule } from './bench-files.js';

const entry = (name: string, words: string, more = 'source: a test') =>
  `  - { id: de.spam.${name}, category: authentic.spam, severity: 1, patterns: [${words}], ${more} }\n`;
const bank = (entries: string, more = '') => `language: de\n${more}terms:\n${entries}`;
const bundle = (terms: string | null, more: Readonly<Record<string, string>> = {}) =>
  bundleOf({
    'global.yaml': global(rule({ id: 'r1' })),
    ...(terms === null ? {} : { 'terms/de.yaml': terms }),
    ...more,
  });

const [shoe, hat, coat] = [entry('shoe', 'rote Schuhe'), entry('hat', 'blauer Hut'), entry('coat', 'warmer Mantel')];
const before = bank(shoe + hat);

/** As the stage that matches words found it under `before`. */
function noteOf(body: string): ReadNote {
  const texts = [{ part: 'body', text: normaliseText(body) }] as const;
  const matcher = compileBanks([parseTermBank(before, 'terms/de.yaml')]);
  const value = {
    findings: texts.flatMap((text) => matcher.scan(text)),
    idioms: texts.flatMap((text) => matcher.idioms(text)),
    contacts: [],
  };
  const { evidence } = testInput({ expect: 'match' }, 0);
  return { texts, evidence: { ...evidence, match: { ...evidence.match, status: 'found', value } as never } };
}

const idiom = 'idioms:\n  - { id: de.idiom.tie, patterns: [alte Socke], excuses: [harass.bully], source: a test }\n';

test.each([
  ['a new entry', bank(shoe + hat + coat), 'Ein warmer Mantel', false],
  ['a new entry in a text of another language', bank(shoe + hat + coat), 'My warmer Mantel is here', false],
  ['a new entry that is not in the text', bank(shoe + hat + coat), 'Ein blauer Hut, rote Schuhe', true],
  ['an entry that is gone', bank(shoe), 'Ein blauer Hut', false],
  ['an entry that is gone and was not found', bank(shoe), 'Ein warmer Mantel, rote Schuhe', true],
  ['an entry that spoke and has other words', bank(entry('shoe', 'gelbe Schuhe') + hat), 'rote Schuhe', false],
  ['an entry of another source', bank(entry('shoe', 'rote Schuhe', 'source: elsewhere') + hat), 'rote Schuhe', true],
  ['what is allowed in all of the bank', bank(shoe + hat, 'allow: [im Blumenladen]\n'), 'Ein blauer Hut', false],
  ['the same where no entry is', bank(shoe + hat, 'allow: [im Blumenladen]\n'), 'Ein warmer Mantel', true],
  ['a new idiom', bank(shoe + hat, idiom), 'Na, alte Socke', false],
  ['a new idiom that is not in the text', bank(shoe + hat, idiom), 'Ein blauer Hut', true],
  ['a bank that is gone', null, 'Ein blauer Hut', false],
  ['a bank that is gone and found nothing', null, 'Ein warmer Mantel', true],
  ['a bank that cannot be read any more', 'language: de\nterms: none\n', 'Ein warmer Mantel', false],
  [
    'more entries than are looked at',
    bank(Array.from({ length: 201 }, (_, index) => entry(`x${index}`, `Wort ${index} davon`)).join('')),
    'Ein Fluss',
    false,
  ],
] as const)('%s', (_name, after, body, alike) => {
  expect(wordsAlike(bundle(before), bundle(after), noteOf(body))).toBe(alike);
});

test('without the note all changed words have to do with it, and the same words have nothing', () => {
  expect(wordsAlike(bundle(before), bundle(bank(shoe)), null)).toBe(false);
  expect(wordsAlike(bundle(before), bundle(before, { 'regions/fr.yaml': region('fr') }), null)).toBe(true);
});
