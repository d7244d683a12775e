import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  labelFaults,
  logOddsOf,
  Overlay,
  overlayCompetence,
  readingsOf,
  scoreOf,
} from '../../../src/stages/classify/overlay.js';

const overlay = (change: object = {}): Overlay =>
  Overlay.parse({
    kind: 'text-classification',
    version: '1',
    activation: 'sigmoid',
    labels: {
      toxic: { key: 'toxicity' },
      insult: { key: 'harass.bully', a: 0.5, b: -1 },
      severe: { key: 'toxicity' },
    },
    unused: ['other'],
    thresholds: { toxicity: { flag: 0.8 } },
    by_language: { es: { lines: { toxic: { a: 2, b: 0 } }, thresholds: { toxicity: { flag: 0.2 } } } },
    competence: { en: { toxicity: 'weak' } },
    measured: 'nothing was measured',
    ...change,
  });
const LABELS = ['toxic', 'insult', 'severe', 'other'];

describe('an overlay', () => {
  it('names every label of the model and no other', () => {
    expect(labelFaults(overlay(), LABELS)).toEqual([]);
    expect(labelFaults(overlay(), ['toxic', 'insult', 'severe', 'threat'])).toEqual([
      'the model has no label other',
      'nothing is said of the label threat',
    ]);
  });

  it('takes the strongest label of a key and calibrates it by its line', () => {
    const found = readingsOf(overlay(), LABELS, { language: 'en', logits: [-1, 2, 1.5, 9] });
    expect(found.get('toxicity')?.logOdds).toBeCloseTo(1.5);
    expect(found.get('harass.bully')?.logOdds).toBeCloseTo(0);
    expect([...found.keys()]).toEqual(['toxicity', 'harass.bully']);
    expect(scoreOf(overlay(), 'en', 'harass.bully', found.get('harass.bully'))).toMatchObject({
      p: 0.5,
      calibrated: 0.5,
    });
  });

  it('puts the flag threshold at one half, and heeds lines and thresholds of a language and of its regions', () => {
    const log = Math.log(0.8 / 0.2);
    const at = (language: string, z: number) =>
      scoreOf(
        overlay(),
        language,
        'toxicity',
        readingsOf(overlay(), LABELS, { language, logits: [z, 0, -9, 0] }).get('toxicity'),
      );
    expect(at('en', log).calibrated).toBeCloseTo(0.5);
    expect(at('en', log - 0.1).calibrated).toBeLessThan(0.5);
    expect(at('es-MX', log / -2).calibrated).toBeCloseTo(0.5);
    expect(scoreOf(overlay(), 'en', 'authentic.spam', undefined)).toEqual({ score: 0, p: 0, calibrated: 0 });
  });

  it('knows no competence that is not written down', () => {
    expect(overlayCompetence(overlay(), 'en-GB', 'toxicity')).toBe('weak');
    expect(overlayCompetence(overlay(), 'de', 'toxicity')).toBe('none');
    expect(overlayCompetence(overlay(), 'en', 'hate.attack')).toBe('none');
  });

  it('softmax: log odds give back the share of each label', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 6 }), (logits) => {
        const odds = logOddsOf(overlay({ activation: 'softmax' }), logits);
        const sum = logits.reduce((all, z) => all + Math.exp(z), 0);
        for (const [i, z] of odds.entries()) {
          expect(1 / (1 + Math.exp(-z))).toBeCloseTo(Math.exp(logits[i] ?? 0) / sum, 6);
        }
      }),
    );
  });

  it('refuses what it does not know', () => {
    expect(() => overlay({ labels: {} })).toThrow();
    expect(() => overlay({ labels: { toxic: { key: 'rudeness' } } })).toThrow();
    expect(() => overlay({ labels: { toxic: { key: 'toxicity', a: -1 } } })).toThrow();
    expect(() => overlay({ thresholds: { toxicity: { flag: 1 } } })).toThrow();
    expect(() => overlay({ colour: 'red' })).toThrow();
  });
});
