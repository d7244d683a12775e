/** One seeded picture with lines of text: fonts, sizes, colours, backgrounds, slant, blur, grain and formats as they come. */
import type { Sharp } from 'sharp';

const LATIN = ['Noto Sans', 'Noto Serif', 'DejaVu Sans', 'DejaVu Serif', 'Liberation Sans', 'Liberation Serif'];
const cjk = (place: string): readonly string[] => [`Noto Sans CJK ${place}`, `Noto Serif CJK ${place}`];
const FONTS: Readonly<Record<string, readonly string[]>> = {
  'zh-Hans': cjk('SC'),
  'zh-Hant': cjk('TC'),
  ja: cjk('JP'),
  ko: cjk('KR'),
  ar: ['Noto Naskh Arabic', 'Noto Sans Arabic', 'DejaVu Sans'],
  hi: ['Noto Sans Devanagari', 'Noto Serif Devanagari'],
  th: ['Noto Sans Thai', 'Noto Serif Thai', 'Noto Looped Thai'],
  vi: LATIN.slice(0, 4),
};
const WIDE: ReadonlySet<string> = new Set(['zh-Hans', 'zh-Hant', 'ja', 'ko']);
const SIZES_PX = [14, 17, 20, 24, 30, 38, 48, 64];
/** Ink and paper, half of them light on dark, two of low contrast. */
const COLOURS = [
  ['#111111', '#ffffff'],
  ['#222222', '#f3ead7'],
  ['#5a1030', '#fde8ef'],
  ['#123a6b', '#dceaf7'],
  ['#ffffff', '#1b1b1f'],
  ['#ffe9a8', '#233b2f'],
  ['#fafafa', '#8a1538'],
  ['#f2f2f2', '#2b3a67'],
  ['#8a8a8a', '#f4f4f4'],
  ['#9fb4c8', '#31404e'],
] as const;

/** mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Drawing {
  readonly svg: Buffer;
  readonly finish: (image: Sharp) => Sharp;
  readonly ending: 'png' | 'jpg' | 'webp';
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function backdrop(paper: string, width: number, height: number, random: () => number): string {
  const kind = random();
  const plain = `<rect width="100%" height="100%" fill="${paper}"/>`;
  if (kind < 0.55) return plain;
  const shade = (opacity: number, at: string): string =>
    `<stop offset="${at}" stop-color="#888" stop-opacity="${opacity}"/>`;
  if (kind < 0.8) {
    const gradient = `<linearGradient id="g" x2="1" y2="1">${shade(0, '0')}${shade(0.28, '1')}</linearGradient>`;
    return `<defs>${gradient}</defs>${plain}<rect width="100%" height="100%" fill="url(#g)"/>`;
  }
  const blobs = Array.from({ length: 14 }, () => {
    const [x, y, r] = [random() * width, random() * height, 20 + random() * 90];
    return `<circle cx="${x}" cy="${y}" r="${r}" fill="#888" opacity="${0.05 + random() * 0.12}"/>`;
  });
  return plain + blobs.join('');
}

/** Grey dots of a camera in poor light: raw pixels of their own opacity, so that a seed gives the same ones everywhere. */
function grainOf(width: number, height: number, strength: number, random: () => number): Buffer {
  const dots = Buffer.alloc(width * height * 4);
  for (let i = 0; i < width * height; i += 1) {
    const swing = (random() + random() + random() - 1.5) * 2 * strength;
    if (swing > 0) dots.writeUIntLE(0xffffff, i * 4, 3);
    dots[i * 4 + 3] = Math.min(255, Math.round(Math.abs(swing)));
  }
  return dots;
}

export function draw(lang: string, lines: readonly string[], random: () => number): Drawing {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const sizePx = pick(SIZES_PX);
  const [ink, paper] = pick(COLOURS);
  const font = pick(FONTS[lang] ?? LATIN);
  const weight = random() < 0.25 ? 'bold' : 'normal';
  const stepPx = Math.round(sizePx * (1.45 + random() * 0.4));
  const longest = Math.max(...lines.map((line) => line.length));
  const margin = Math.round(sizePx * (0.3 + random() * 2.2));
  const width = Math.round(longest * sizePx * (WIDE.has(lang) ? 1.02 : 0.66)) + 2 * margin;
  const height = stepPx * lines.length + 2 * margin;
  const turn = random() < 0.3 ? (random() - 0.5) * 9 : 0;
  const isRight = lang === 'ar';
  const rows = lines.map((line, i) => {
    const place = isRight ? `x="${width - margin}" direction="rtl"` : `x="${margin}"`;
    return `<text ${place} y="${margin + (i + 0.75) * stepPx}">${escaped(line)}</text>`;
  });
  const style = `font-family="'${font}'" font-size="${sizePx}" font-weight="${weight}" fill="${ink}"`;
  const svg = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      backdrop(paper, width, height, random) +
      `<g ${style} transform="rotate(${turn.toFixed(2)} ${width / 2} ${height / 2})">${rows.join('')}</g></svg>`,
  );
  const ending = pick(['png', 'jpg', 'jpg', 'webp'] as const);
  const quality = 25 + Math.floor(random() * 60);
  const blur = random() < 0.15 ? sizePx / 40 : 0;
  const grain = random() < 0.25 ? 6 + random() * 20 : 0;
  const finish = (image: Sharp): Sharp => {
    const even = blur >= 0.3 ? image.blur(blur) : image;
    const soft =
      grain === 0
        ? even
        : even.composite([{ input: grainOf(width, height, grain, random), raw: { width, height, channels: 4 } }]);
    if (ending === 'jpg') return soft.jpeg({ quality });
    return ending === 'webp' ? soft.webp({ quality }) : soft.png();
  };
  return { svg, finish, ending };
}
