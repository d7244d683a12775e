import { describe, expect, it } from 'vitest';
import { isAgain, type SeenLine } from '../../../../src/stages/images/ocr/again.js';

const piece: SeenLine = { frame: 0, scale: 1, box: { left: 100, top: 5_000, width: 800, height: 40 }, confidence: 0.9 };
const whole: SeenLine = { ...piece, scale: 12, box: { left: 96, top: 4_996, width: 812, height: 48 } };

describe('a line of a long picture, seen once more on the whole', () => {
  it('is known by its place, whichever way it was read', () => {
    expect(isAgain(whole, [piece])).toBe(true);
    expect(isAgain({ ...whole, confidence: 0.95 }, [piece])).toBe(true);
  });
  it('is said where the piece was less sure of it', () => {
    const doubtful = { ...piece, confidence: 0.6 };
    expect(isAgain(whole, [doubtful])).toBe(false);
    expect(isAgain({ ...whole, confidence: 0.5 }, [doubtful])).toBe(true);
  });
  it('is said where it stands elsewhere, was cut in two, or is larger than what was read inside of it', () => {
    const halves = [0, 400].map((from) => ({ ...piece, box: { ...piece.box, left: 100 + from, width: 400 } }));
    expect(isAgain(whole, halves)).toBe(false);
    expect(isAgain({ ...whole, box: { ...whole.box, top: 5_030 } }, [piece])).toBe(false);
    expect(isAgain({ ...whole, box: { left: 0, top: 4_000, width: 1_080, height: 2_000 } }, [piece])).toBe(false);
  });
  it('is said on another frame, and at the same scale, as on another paper', () => {
    expect(isAgain({ ...whole, frame: 1 }, [piece])).toBe(false);
    expect(isAgain({ ...whole, scale: 1 }, [piece])).toBe(false);
  });
});
