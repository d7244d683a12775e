/** Pixels with transparency -> colours on paper: nobody knows on which colour a platform shows them. */

export interface RawPixels {
  readonly width: number;
  readonly height: number;
  /** 1 or 2: grey; 2 or 4: the last one is opacity. */
  readonly channels: number;
  readonly data: Uint8Array;
}

const WHITE = 255;
const BLACK = 0;
/** From here on a colour is lost on white paper. */
const LIGHT = 200;
/** Share of such pixels from which they may be writing, and of those that show the paper. */
const LEAST_SHARE = 0.001;

/** On white; where something light would be lost on it, on black too. */
export function onPapers(raw: RawPixels): readonly Uint8Array[] {
  const white = onPaper(raw, WHITE);
  return isLostOnWhite(raw) ? [white, onPaper(raw, BLACK)] : [white];
}

/** Light things that stand on nothing. */
export function isLostOnWhite({ width, height, channels, data }: RawPixels): boolean {
  if (channels % 2 !== 0) return false;
  let [light, open] = [0, 0];
  for (let at = 0; at < data.length; at += channels) {
    const opacity = data[at + channels - 1] as number;
    if (opacity < 128) open += 1;
    else if (leastOf(data, at, channels - 1) >= LIGHT) light += 1;
  }
  const least = width * height * LEAST_SHARE;
  return light >= least && open >= least;
}

function leastOf(data: Uint8Array, at: number, count: number): number {
  let least = 255;
  for (let i = at; i < at + count; i += 1) least = Math.min(least, data[i] as number);
  return least;
}

function onPaper({ channels, data }: RawPixels, paper: number): Uint8Array {
  if (channels === 3) return data;
  const isGrey = channels < 3;
  const hasOpacity = channels % 2 === 0;
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let at = 0, to = 0; at < data.length; at += channels, to += 3) {
    const opacity = hasOpacity ? (data[at + channels - 1] as number) / 255 : 1;
    for (let c = 0; c < 3; c += 1) {
      const value = data[isGrey ? at : at + c] as number;
      rgb[to + c] = Math.round(value * opacity + paper * (1 - opacity));
    }
  }
  return rgb;
}
