/**
 * `npm run bench:pdq -- [SECONDS]`: PDQ hashes per second of decoded pictures, and look-ups per second in a bank of 50,000
 * hashes, of a picture as it stands and of its eight turned and mirrored forms. One thread.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { PICTURES_DIR } from '../src/paths.js';
import { seeded } from '../src/seeded.js';
import { PDQ_DISTANCE } from '../src/stages/images/findings.js';
import { indexHashes, type PictureEntry } from '../src/stages/images/hash-index.js';
import { distanceOf } from '../src/stages/images/pdq/distance.js';
import { pdqOf } from '../src/stages/images/pdq/pdq.js';
import { perSecond, say, whole } from './figures.js';

const BANK = 50_000;
const SEED = 2_026;
const CHECKED = 200;
const MEGABYTE = 1_048_576;
/** Of 256 bits: as far as a copy may be. */
const FLIPPED_BITS = 31;

const random = seeded(SEED);
const randomHash = (): string =>
  Array.from({ length: 8 }, () => (random() * 4_294_967_296).toString(16).split('.')[0]?.padStart(8, '0')).join('');

function nearOf(pdq: string): string {
  const digits = [...pdq].map((digit) => Number.parseInt(digit, 16));
  for (let flip = 0; flip < FLIPPED_BITS; flip += 1) {
    const bit = Math.floor(random() * 256);
    digits[bit >> 2] = (digits[bit >> 2] ?? 0) ^ (1 << (bit & 3));
  }
  return digits.map((digit) => digit.toString(16)).join('');
}

async function decodedPictures() {
  const files = (await readdir(PICTURES_DIR)).filter((file) => /\.(png|jpg|webp)$/.test(file));
  return Promise.all(
    files.map(async (file) => {
      const picture = sharp(path.join(PICTURES_DIR, file)).flatten({ background: '#fff' }).toColourspace('srgb');
      const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, rgb: data };
    }),
  );
}

async function main(): Promise<number> {
  const seconds = Number(process.argv[2] ?? 3);
  if (!(seconds > 0)) {
    console.error('bench:pdq takes a number of seconds');
    return 2;
  }
  const pictures = await decodedPictures();
  say(
    `hashes with their seven turns, ${pictures.length} pictures, /s`,
    whole(
      perSecond(seconds, pictures.length, () => {
        for (const pixels of pictures) pdqOf(pixels);
      }),
    ),
  );

  const entries = Array.from({ length: BANK }, (_, at): PictureEntry => {
    const pdq = randomHash();
    return { entryId: `hash_${at}`, pdq, category: 'fraud.scam', severity: 3, benign: false };
  });
  const before = process.memoryUsage.rss();
  const started = performance.now();
  const index = indexHashes(entries);
  say(`index of ${whole(BANK)} hashes, ms`, whole(performance.now() - started));
  say('index, MiB', ((process.memoryUsage.rss() - before) / MEGABYTE).toFixed(1));

  const asked = Array.from({ length: 1_000 }, (_, at) => {
    const known = entries[Math.floor(random() * BANK)]?.pdq ?? '';
    const pdq = at % 2 === 0 ? randomHash() : nearOf(known);
    return { pdq, quality: 100, turned: Array.from({ length: 7 }, randomHash) };
  });
  say(
    'look-ups of one hash, half of them near one, /s',
    whole(
      perSecond(seconds, asked.length, () => {
        for (const { pdq, quality } of asked) index.lookup({ pdq, quality }, PDQ_DISTANCE);
      }),
    ),
  );
  say(
    'look-ups of all eight forms, /s',
    whole(
      perSecond(seconds, asked.length, () => {
        for (const reading of asked) index.lookup(reading, PDQ_DISTANCE);
      }),
    ),
  );
  const checked = asked.slice(0, CHECKED);
  const missed = checked.filter(({ pdq, quality }) => {
    const wanted = entries.filter((entry) => distanceOf(entry.pdq, pdq) <= PDQ_DISTANCE).length;
    return index.lookup({ pdq, quality }, PDQ_DISTANCE).length !== wanted;
  });
  say(`look-ups that differ from comparing with all, of ${checked.length}`, String(missed.length));
  return missed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
