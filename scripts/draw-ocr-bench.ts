/**
 * `node dist/scripts/draw-ocr-bench.js [DIR] [PER_LANGUAGE]`: draws pictures with text in twenty languages, seeded, into
 * DIR/tune and DIR/held (default .data/ocr), each with its `truth.jsonl`. Sentences, seeds and pictures of the two differ.
 * Needs the fonts of Debian's fonts-noto-core, fonts-noto-cjk, fonts-dejavu and fonts-liberation.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { draw, seeded } from './ocr-drawing.js';
import { SENTENCES } from './ocr-sentences.js';

const PER_LANGUAGE = 8;
function linesOf(lang: string, isHeld: boolean, random: () => number): readonly string[] {
  const own = (SENTENCES[lang] ?? []).filter((_, i) => (i % 2 === 1) === isHeld);
  const start = Math.floor(random() * own.length);
  const count = 1 + Math.floor(random() * 4);
  return Array.from({ length: count }, (_, i) => own[(start + i) % own.length] ?? '');
}

async function drawSet(folder: string, isHeld: boolean, perLanguage: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const rows: string[] = [];
  for (const [number, lang] of Object.keys(SENTENCES).entries()) {
    for (let i = 0; i < perLanguage; i += 1) {
      const random = seeded((isHeld ? 900_000 : 100_000) + number * 1_000 + i);
      const lines = linesOf(lang, isHeld, random);
      const drawing = draw(lang, lines, random);
      const file = `${lang}-${i}.${drawing.ending}`;
      const flat = sharp(drawing.svg).flatten({ background: '#fff' });
      await writeFile(path.join(folder, file), await drawing.finish(flat).toBuffer());
      rows.push(JSON.stringify({ file, lang, text: lines.join('\n') }));
    }
  }
  await writeFile(path.join(folder, 'truth.jsonl'), `${rows.join('\n')}\n`);
  console.log(`${rows.length} pictures in ${folder}`);
}

const [folder = path.join('.data', 'ocr'), count = String(PER_LANGUAGE)] = process.argv.slice(2);
const perLanguage = Number(count);
if (!Number.isInteger(perLanguage) || perLanguage < 1 || perLanguage > 1_000) {
  console.error('PER_LANGUAGE is a whole number from 1 to 1000');
  process.exit(2);
}
await drawSet(path.join(folder, 'tune'), false, perLanguage);
await drawSet(path.join(folder, 'held'), true, perLanguage);
