/** `npm run bench:known-texts -- [SECONDS]`: an index of 50,000 hashes of texts, in time, memory, look-ups and texts per second. */
import { seeded } from '../src/seeded.js';
import { bankFindings, TEXT_DISTANCE } from '../src/stages/match/bank-findings.js';
import { hashText, indexTextHashes } from '../src/stages/match/text-hash.js';
import { normaliseText } from '../src/stages/normalise/text.js';
import { perSecond, say, whole } from './figures.js';

const BANK = 50_000;
const SEED = 2_026;
const MEGABYTE = 1_048_576;
const random = seeded(SEED);
const digits = (count: number): string =>
  Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');

const hashes = () => ({ exact: digits(64), simhash: digits(16) });
const LETTERS = 'etaoinshrdlu';
const wordOf = (): string =>
  Array.from({ length: 6 }, () => LETTERS[Math.floor(random() * LETTERS.length)] ?? '').join('');
const lineOf = (): string => Array.from({ length: 9 }, wordOf).join(' ');
const LINES = 12;

/** Two bits of one digit off. */
const nearOf = (simhash: string): string =>
  (Number.parseInt(simhash.charAt(0), 16) ^ 3).toString(16) + simhash.slice(1);

function main(): number {
  const seconds = Number(process.argv[2] ?? 3);
  if (!(seconds > 0)) {
    console.error('bench:known-texts takes a number of seconds');
    return 2;
  }
  const letter = lineOf();
  const entries = Array.from({ length: BANK }, (_, at) => ({
    ...(at === 0 ? hashText(normaliseText(letter)) : hashes()),
    entryId: `hash_${at}`,
    category: 'fraud.scam',
    severity: 3,
    benign: false,
  }));
  const before = process.memoryUsage().rss;
  const started = performance.now();
  const index = indexTextHashes(entries);
  say(`index of ${whole(BANK)} hashes, ms`, whole(performance.now() - started));
  say('index, MiB', ((process.memoryUsage().rss - before) / MEGABYTE).toFixed(1));

  const asked = Array.from({ length: 1_000 }, (_, at) => {
    const known = entries[Math.floor(random() * BANK)]?.simhash ?? '';
    return at % 2 === 0 ? hashes() : { exact: digits(64), simhash: nearOf(known) };
  });
  let found = 0;
  const rate = perSecond(seconds, asked.length, () => {
    found = asked.filter((hash) => index.lookup(hash, TEXT_DISTANCE).length > 0).length;
  });
  say('look-ups, half of them near one, /s', whole(rate));
  say(`found, of ${asked.length}`, whole(found));

  const texts = Array.from({ length: 200 }, (_, at) => {
    const lines = Array.from({ length: LINES }, lineOf);
    return (at % 2 === 0 ? lines : lines.with(at % LINES, letter)).join('\n');
  });
  let letters = 0;
  const readPerSecond = perSecond(seconds, texts.length, () => {
    const known = texts.filter((raw) => bankFindings({ part: 'body', text: normaliseText(raw) }, index).length > 0);
    letters = known.length;
  });
  say(`texts of ${LINES} lines, each read and looked up, /s`, whole(readPerSecond));
  say(`found, of ${texts.length} with the letter in every other`, whole(letters));
  return found >= asked.length / 2 && letters === texts.length / 2 ? 0 : 1;
}

process.exitCode = main();
