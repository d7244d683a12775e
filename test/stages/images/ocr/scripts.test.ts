import { describe, expect, it } from 'vitest';
import { loadScriptWeights } from '../../../../src/adapters/ocr/script-weights.js';
import { rankScripts } from '../../../../src/stages/images/ocr/rank-scripts.js';
import { halved, NET_HEIGHT, SCRIPT_CLASSES, scriptOdds } from '../../../../src/stages/images/ocr/script-net.js';
import { scriptOfTag, setOf } from '../../../../src/stages/images/ocr/scripts.js';

const grey = (width: number, height: number, value: (x: number, y: number) => number) => ({
  width,
  height,
  px: Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
});

describe('scripts', () => {
  it.each([
    ['vi', 'Viet'],
    ['ru', 'Cyrl'],
    ['zh-Hans', 'Hans'],
    ['zh-TW', 'Hant'],
    ['zh-Hant', 'Hant'],
    ['ja', 'Jpan'],
    ['hi', 'Deva'],
    ['hi-Latn', 'Latn'],
    ['sw', 'Latn'],
    ['und', 'Latn'],
  ])('%s is written in %s', (tag, script) => {
    expect(scriptOfTag(tag)).toBe(script);
  });

  it('have data each, but for what is no writing', () => {
    const sets = SCRIPT_CLASSES.map(setOf);
    expect(sets.filter((set) => set === null)).toHaveLength(1);
    expect(new Set(sets).size).toBe(SCRIPT_CLASSES.length);
  });
});

describe('the script network', () => {
  it('halves a line to its height', () => {
    const half = halved(grey(100, 46, (x) => (x < 50 ? 0 : 200)));
    expect([half.width, half.height]).toEqual([50, NET_HEIGHT]);
    expect(half.px[10]).toBe(0);
    expect(half.px[40]).toBe(200);
  });

  it('computes what its layers say', () => {
    // One map each that passes the middle of three by three on: mean and most of the ink remain.
    const pass = { weight: Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), bias: Float32Array.of(0) };
    const weight = new Float32Array(SCRIPT_CLASSES.length * 2);
    weight[0] = 2;
    weight[3] = 3;
    const weights = {
      convolutions: [pass, pass, pass],
      out: { weight, bias: new Float32Array(SCRIPT_CLASSES.length) },
    };
    const odds = scriptOdds(
      grey(80, 46, () => 0),
      weights,
    );
    const rest = SCRIPT_CLASSES.length - 2;
    const total = Math.exp(2) + Math.exp(3) + rest;
    expect(odds[0]).toBeCloseTo(Math.exp(2) / total, 4);
    expect(odds[1]).toBeCloseTo(Math.exp(3) / total, 4);
    expect(odds.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
  });

  it('takes any width', async () => {
    const weights = await loadScriptWeights();
    for (const width of [1, 2, 3, 7, 5_000]) {
      const odds = scriptOdds(
        grey(width, 46, (x) => (x * 37) & 255),
        weights,
      );
      expect(odds.every(Number.isFinite)).toBe(true);
    }
  });

  it('lets the languages of the note speak when the letters do not', async () => {
    const flat = { weight: new Float32Array(22), bias: new Float32Array(11) };
    const pass = { weight: new Float32Array(9), bias: Float32Array.of(0) };
    const weights = { convolutions: [pass, pass, pass], out: flat };
    const line = grey(90, 46, () => 255);
    const first = (ranked: ReturnType<typeof rankScripts>) => (ranked[0] ?? []).map(({ script }) => script);
    expect(first(rankScripts([line], ['th'], weights))[0]).toBe('Thai');
    expect(
      first(rankScripts([line], ['ja', 'en'], weights))
        .slice(0, 2)
        .sort(),
    ).toEqual(['Jpan', 'Latn']);
    expect(rankScripts([], ['th'], weights)).toEqual([]);
  });
});
