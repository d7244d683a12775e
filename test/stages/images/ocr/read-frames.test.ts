import { describe, expect, it } from 'vitest';
import type { Pixels } from '../../../../src/ports.js';
import type { LineWord } from '../../../../src/stages/images/ocr/join.js';
import { type ReadingParts, readFrames } from '../../../../src/stages/images/ocr/read-frames.js';
import { SCRIPT_CLASSES, type ScriptClass, type ScriptWeights } from '../../../../src/stages/images/ocr/script-net.js';

/** Two lines of bars with feet, 18 and 9 of them. */
function page(frame = 0): Pixels {
  const [width, height] = [400, 160];
  const rgb = new Uint8Array(width * height * 3).fill(250);
  const put = (x: number, y: number): void => void rgb.set([20, 20, 20], (y * width + x) * 3);
  for (const [y, letters] of [
    [30, 18],
    [90, 9],
  ] as const) {
    for (let letter = 0; letter < letters; letter += 1) {
      const x = 40 + letter * 16;
      for (let dy = 0; dy < 20; dy += 1) for (let dx = 0; dx < 3; dx += 1) put(x + dx, y + dy);
      for (let dx = 0; dx < 10; dx += 1) for (let dy = 17; dy < 20; dy += 1) put(x + dx, y + dy);
    }
  }
  return { width, height, rgb, frame, scale: 1 };
}

/** A network that always says the same. */
function says(odds: Partial<Record<ScriptClass, number>>): ScriptWeights {
  const none = { weight: new Float32Array(9), bias: Float32Array.of(0) };
  const bias = Float32Array.from(SCRIPT_CLASSES, (script) => Math.log(odds[script] ?? 1e-6));
  return { convolutions: [none, none, none], out: { weight: new Float32Array(SCRIPT_CLASSES.length * 2), bias } };
}
const word = (text: string, confidence: number): LineWord => ({ text, confidence, x0: 10, x1: 90 });

function reading(odds: Partial<Record<ScriptClass, number>>, bySet: Readonly<Record<string, LineWord>>) {
  const asked: string[] = [];
  const parts: ReadingParts = {
    weights: says(odds),
    readLine: (_line, set) => {
      asked.push(set);
      const read = bySet[set];
      return read === undefined ? [] : [read];
    },
  };
  return { asked, read: readFrames([page()], [], parts) };
}

describe('readFrames', () => {
  it('asks once for a line that was read with confidence', () => {
    const { asked, read } = reading({ Thai: 1 }, { tha: word('วันนี้', 0.93) });
    expect(asked).toEqual(['tha', 'tha']);
    expect(read.text).toBe('วันนี้\nวันนี้');
    expect(read.languages).toEqual(['tha']);
  });

  it('tries the next guess where the first leaves doubts, and keeps what convinces', () => {
    const { asked, read } = reading(
      { Jpan: 0.8, Kore: 0.2 },
      { jpn: word('スープ', 0.5), kor: word('안녕하세요', 0.9) },
    );
    expect(asked).toEqual(['jpn', 'kor', 'jpn', 'kor']);
    expect(read.languages).toEqual(['kor']);
  });

  it('takes a picture for one Chinese script, by the characters that both read differently', () => {
    const simplified = reading({ Hans: 0.5, Hant: 0.5 }, { chi_sim: word('门票', 0.95), chi_tra: word('門票', 0.94) });
    expect(simplified.read.text).toBe('门票\n门票');
    const traditional = reading({ Hans: 0.6, Hant: 0.4 }, { chi_sim: word('卷票', 0.4), chi_tra: word('鄰票', 0.93) });
    expect(traditional.read.text).toBe('鄰票\n鄰票');
  });

  it('does not read Latin letters as Cyrillic ones that look alike', () => {
    const { read } = reading({ Latn: 0.3, Cyrl: 0.7 }, { latin: word('Apple', 0.92), cyrillic: word('Арріе', 0.6) });
    expect(read.text).toBe('Apple\nApple');
  });

  it('reads a line of the other script on the same picture', () => {
    const parts: ReadingParts = {
      weights: says({ Latn: 0.5, Cyrl: 0.5 }),
      // The longer line is Latin, the shorter one Cyrillic.
      readLine: (line, set) => {
        const isLatin = line.width > 350;
        return set === 'latin'
          ? [word(isLatin ? 'Lunch menu' : 'Cyn', isLatin ? 0.92 : 0.5)]
          : [word(isLatin ? 'опсћ' : 'Суп дня', isLatin ? 0.4 : 0.93)];
      },
    };
    expect(readFrames([page()], [], parts).text).toBe('Lunch menu\nСуп дня');
  });

  it('tries a doubtful line upside down, and keeps it as it stands unless that convinces', () => {
    const uprightOnly = (confidence: number): ReadingParts => ({
      weights: says({ Latn: 1 }),
      // The feet of the letters stand below; upside down they are above.
      readLine: ({ width, height, px }) => {
        let below = 0;
        for (let at = (height >> 1) * width; at < px.length; at += 1) below += 255 - (px[at] as number);
        let all = 0;
        for (const value of px) all += 255 - value;
        return below * 2 > all ? [word('dnos toh', 0.5)] : [word('hot soup', confidence)];
      },
    });
    expect(readFrames([page()], [], uprightOnly(0.9)).text).toBe('hot soup\nhot soup');
    expect(readFrames([page()], [], uprightOnly(0.7)).text).toBe('dnos toh\ndnos toh');
  });

  it('reads a page of noise in other ways only up to a bound', () => {
    const [width, height] = [2_000, 1_600];
    const rgb = new Uint8Array(width * height * 3).fill(250);
    for (let y = 20; y < height - 30; y += 40) {
      for (let x = 20; x < width - 30; x += 18) {
        for (let at = 0; at < 16; at += 1) rgb.fill(20, ((y + at) * width + x) * 3, ((y + at) * width + x + 3) * 3);
        rgb.fill(20, ((y + 15) * width + x) * 3, ((y + 15) * width + x + 9) * 3);
      }
    }
    let columns = 0;
    const parts: ReadingParts = {
      weights: says({ Latn: 1 }),
      readLine: (line) => {
        columns += line.width;
        return [word('nniim', 0.5)];
      },
    };
    readFrames([{ width, height, rgb, frame: 0, scale: 1 }], [], parts);
    const asItStands = 39 * ((width - 40) * (36 / 16) + 100);
    expect(columns).toBeGreaterThan(100_000);
    // Once as it stands, and at most 40,000 pixels of width in other ways.
    expect(columns).toBeLessThan(asItStands + 45_000);
  });

  it('takes Latin letters for a guess where nothing convinces', () => {
    const { asked, read } = reading({ Thai: 0.7, Arab: 0.3 }, { tha: word('จ๕ด', 0.5), latin: word('Lunch', 0.85) });
    expect(asked.slice(0, 3)).toEqual(['tha', 'ara', 'latin']);
    expect(read.text).toBe('Lunch\nLunch');
  });

  it('asks nothing where there is no writing, and believes no doubtful letters', () => {
    expect(reading({ None: 1 }, {}).asked).toEqual([]);
    expect(reading({ Thai: 1 }, { tha: word('จ๕', 0.7) }).read.text).toBe('');
    expect(reading({ Thai: 1 }, { tha: word('อากาศดี', 0.3) }).read.text).toBe('');
  });

  it('reads every frame, and says once what stands on several', () => {
    let count = 0;
    const changing = (): readonly LineWord[] => {
      count += 1;
      return [word(`วันนี้${count}`, 0.93)];
    };
    const parts: ReadingParts = { weights: says({ Thai: 1 }), readLine: changing };
    expect(readFrames([page(0), page(7)], [], parts).words).toHaveLength(4);
    const same: ReadingParts = { weights: says({ Thai: 1 }), readLine: () => [word('วันนี้', 0.93)] };
    expect(readFrames([page(0), page(7)], [], same).words).toHaveLength(2);
    expect(readFrames([], [], parts).text).toBe('');
  });

  it('says what a piece has read no more when the whole is looked at, but does on another paper', () => {
    const numbered = (): ReadingParts => {
      let count = 0;
      const readLine = (): readonly LineWord[] => {
        count += 1;
        return [word(`วันนี้${count}`, 0.93)];
      };
      return { weights: says({ Thai: 1 }), readLine };
    };
    const piece = page();
    const whole: Pixels = { ...page(), scale: 1.02 };
    const read = (other: Pixels): number => readFrames([piece, other], [], numbered()).words.length;
    expect(read(whole)).toBe(2);
    expect(read(page())).toBe(4);
    expect(read({ ...whole, at: { left: 0, top: 900 } })).toBe(4);
    expect(read({ ...whole, frame: 1 })).toBe(4);
  });
});
