/**
 * `node dist/scripts/draw-script-lines.js OUT [PER_CLASS] [SEED]`: lines cut out of drawn pictures with the script that they are
 * written in, and pieces of pictures without text, for `training/ocr-script/train.py`. Words come from the names of
 * regions, languages and currencies that Node's ICU knows (CLDR) and, for Han and Hangul, from the tables of common
 * characters of GB 2312, Big5 and EUC-KR. Row: class (uint8), width (uint16), 23 x width greys.
 */
import { createWriteStream } from 'node:fs';
import sharp from 'sharp';
import { cropLine } from '../src/stages/images/ocr/crop.js';
import { findLines } from '../src/stages/images/ocr/lines.js';
import { halved, SCRIPT_CLASSES, type ScriptClass } from '../src/stages/images/ocr/script-net.js';
import { draw, seeded } from './ocr-drawing.js';

type Random = () => number;
const LOCALES: Readonly<Record<Exclude<ScriptClass, 'None'>, readonly string[]>> = {
  Latn: ['en', 'es', 'de', 'fr', 'pt', 'it', 'nl', 'pl', 'tr', 'id', 'cs', 'sv', 'hu', 'ro', 'sw', 'hr'],
  Viet: ['vi'],
  Cyrl: ['ru', 'uk', 'bg', 'sr', 'kk'],
  Hans: ['zh-Hans'],
  Hant: ['zh-Hant'],
  Jpan: ['ja'],
  Kore: ['ko'],
  Arab: ['ar', 'fa', 'ur'],
  Deva: ['hi', 'mr', 'ne'],
  Thai: ['th'],
};
/** Fonts of `ocr-drawing.ts` go by language. */
const DRAWN_AS: Readonly<Partial<Record<string, string>>> = { fa: 'ar', ur: 'ar', mr: 'hi', ne: 'hi' };

const pick = <T>(all: readonly T[], random: Random): T => all[Math.floor(random() * all.length)] as T;

function namesOf(locale: string): readonly string[] {
  const names: string[] = [];
  for (const type of ['region', 'language', 'currency'] as const) {
    const say = new Intl.DisplayNames([locale], { type, fallback: 'none' });
    const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i));
    const codes =
      type === 'currency'
        ? Intl.supportedValuesOf('currency')
        : letters.flatMap((a) => letters.map((b) => (type === 'region' ? a + b : (a + b).toLowerCase())));
    for (const code of codes) {
      const name = say.of(code);
      if (name !== undefined) names.push(name);
    }
  }
  return names;
}

/** Characters of a double-byte table, rows and cells inclusive. */
function tableOf(
  encoding: string,
  rows: readonly [number, number],
  cells: readonly [number, number],
): readonly string[] {
  const decoder = new TextDecoder(encoding);
  const all: string[] = [];
  for (let row = rows[0]; row <= rows[1]; row += 1) {
    for (let cell = cells[0]; cell <= cells[1]; cell += 1) {
      const character = decoder.decode(Uint8Array.of(row, cell));
      if (/^[\p{Script=Han}\p{Script=Hangul}]$/u.test(character)) all.push(character);
    }
  }
  return all;
}
const HANS = tableOf('gbk', [0xb0, 0xd7], [0xa1, 0xfe]);
const HANT = tableOf('big5', [0xa4, 0xc6], [0x40, 0xfe]);
const KANJI = tableOf('euc-jp', [0xb0, 0xcf], [0xa1, 0xfe]);
const HANGUL = tableOf('euc-kr', [0xb0, 0xc8], [0xa1, 0xfe]);
const HIRAGANA = Array.from({ length: 83 }, (_, i) => String.fromCharCode(0x3041 + i));
const KATAKANA = Array.from({ length: 83 }, (_, i) => String.fromCharCode(0x30a1 + i));

const run = (all: readonly string[], most: number, random: Random): string =>
  Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(all, random)).join('');

const MADE_UP: Readonly<Partial<Record<ScriptClass, (random: Random) => string>>> = {
  Hans: (random) => run(HANS, 6, random),
  Hant: (random) => run(HANT, 6, random),
  Jpan: (random) => (random() < 0.2 ? run(KATAKANA, 5, random) : run(KANJI, 2, random) + run(HIRAGANA, 4, random)),
  Kore: (random) => run(HANGUL, 4, random),
};

function lineOf(script: Exclude<ScriptClass, 'None'>, names: readonly string[], random: Random): string {
  const spaced = !['Hans', 'Hant', 'Jpan', 'Thai'].includes(script);
  const length = 4 + random() * (spaced ? 36 : 16);
  let line = '';
  while (line.length < length) {
    const made = MADE_UP[script];
    const word = made !== undefined && random() < 0.7 ? made(random) : pick(names, random);
    const digits = random() < 0.08 ? String(Math.floor(random() * 2_000)) : '';
    line += (line === '' ? '' : spaced ? ' ' : pick(['', '', '，', ' '], random)) + word + digits;
  }
  const cut = line.slice(0, Math.ceil(length * 1.3)).trim();
  return script === 'Latn' && random() < 0.15 ? cut.toUpperCase() : cut;
}

/** Shapes and waves: what is on pictures and is no writing. */
function shapes(random: Random): Buffer {
  const colour = (): string =>
    `hsl(${Math.floor(random() * 360)} ${Math.floor(random() * 90)}% ${Math.floor(random() * 95)}%)`;
  const [w, h] = [300 + Math.floor(random() * 500), 200 + Math.floor(random() * 400)];
  const most = pick([12, 40, 120], random);
  const items = Array.from({ length: 4 + Math.floor(random() * most) }, () => {
    const [x, y, r] = [random() * w, random() * h, 2 + random() * random() * 70];
    const stroke = `fill="${random() < 0.5 ? colour() : 'none'}" stroke="${colour()}" stroke-width="${random() * 4}"`;
    const kind = random();
    if (kind < 0.25) return `<circle cx="${x}" cy="${y}" r="${r}" ${stroke}/>`;
    if (kind < 0.45) return `<rect x="${x}" y="${y}" width="${r * 2}" height="${r * random() * 2}" ${stroke}/>`;
    if (kind < 0.6) return `<ellipse cx="${x}" cy="${y}" rx="${r}" ry="${r * random()}" ${stroke}/>`;
    const points = Array.from({ length: 3 + Math.floor(random() * 6) }, () =>
      [x + (random() - 0.5) * r * 3, y + (random() - 0.5) * r * 3].join(','),
    );
    if (kind < 0.8) return `<polygon points="${points.join(' ')}" ${stroke}/>`;
    return `<path d="M${points[0]} Q${points.slice(1, 3).join(' ')} T${points.at(-1)}" ${stroke}/>`;
  });
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}"><rect width="100%" height="100%" fill="${colour()}"/>${items.join('')}</svg>`,
  );
}

const [output, count = '300', seed = '20261121'] = process.argv.slice(2);
if (output === undefined) {
  console.error('usage: draw-script-lines OUT [PICTURES_PER_CLASS] [SEED]');
  process.exit(2);
}
const file = createWriteStream(output);
const random = seeded(Number(seed));
for (const [label, script] of SCRIPT_CLASSES.entries()) {
  let rows = 0;
  const locales = script === 'None' ? [] : LOCALES[script];
  const names = new Map(locales.map((locale) => [locale, namesOf(locale)]));
  for (let i = 0; i < Number(count); i += 1) {
    let image = sharp(shapes(random))
      .flatten({ background: '#fff' })
      .jpeg({ quality: 40 + Math.floor(random() * 50) });
    if (script !== 'None') {
      const locale = pick(locales, random);
      const lines = Array.from({ length: 1 + Math.floor(random() * 5) }, () =>
        lineOf(script, names.get(locale) ?? [], random),
      );
      const drawing = draw(DRAWN_AS[locale] ?? locale, lines, random);
      image = drawing.finish(sharp(drawing.svg).flatten({ background: '#fff' }));
    }
    const { data, info } = await sharp(await image.toBuffer())
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const pixels = { width: info.width, height: info.height, rgb: new Uint8Array(data) };
    const found = findLines(pixels);
    for (const line of found.lines.slice(0, 6)) {
      const { width, px } = halved(cropLine(pixels, line, found.slant, { tallPx: 30, marginPx: 8 }));
      const head = Buffer.alloc(3);
      head.writeUInt8(label, 0);
      head.writeUInt16LE(width, 1);
      file.write(head);
      file.write(px);
      rows += 1;
    }
  }
  console.log(`${script} ${rows} lines`);
}
file.end();
