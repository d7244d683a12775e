import { describe, expect, it } from 'vitest';
import { ImageOverlay, mapLabels } from '../../../src/stages/images/image-overlay.js';

const overlay = ImageOverlay.parse({
  kind: 'image',
  version: '1',
  labels: {
    Porn: { category: 'sexual.explicit', flag: 0.8 },
    Hentai: { category: 'sexual.explicit', flag: 0.5, most: 1 },
  },
  unused: ['Neutral'],
  measured: 'nowhere',
});
const calibrated = (labels: Readonly<Record<string, number>>) =>
  mapLabels({ Porn: 0, Hentai: 0, Neutral: 0, ...labels }, overlay)['sexual.explicit'];

describe('mapLabels', () => {
  it.each([
    [0, 0],
    [0.4, 0.25],
    [0.8, 0.5],
    [0.9, 0.675],
    [1, 0.85],
  ])('scales %d to %d: one half at the flag, never beyond the most', (score, expected) => {
    expect(calibrated({ Porn: score })?.calibrated).toBeCloseTo(expected, 9);
  });
  it('lets the label speak that is loudest once scaled', () => {
    expect(calibrated({ Porn: 0.7, Hentai: 0.6 })).toMatchObject({ label: 'Hentai', score: 0.6 });
  });
  it('is a fault where overlay and model do not know the same labels', () => {
    expect(() => calibrated({ Gore: 0.1 })).toThrow('does not speak of the label Gore');
    expect(() => mapLabels({ Porn: 0.1 }, overlay)).toThrow('does not know the label Hentai');
  });
});
