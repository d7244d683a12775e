/** What the policies say of one picture when everything but reading it went well. */
import type { Evidence, ImageReading, NoteFacts, Outcome } from '../src/domain.js';
import type { Bundle } from '../src/policy/bundle.js';
import { evaluate } from '../src/policy/evaluate.js';
import type { ImageDecoder } from '../src/ports.js';
import type { ImageReaders } from '../src/stages/images/read-image.js';

const found = <T>(value: T): Outcome<T> => ({ status: 'found', value, ms: 0, version: 'bench' });
const absent = { status: 'skipped', why: 'no_text' } as const;
const NOW = new Date(0).toISOString();
const FACTS: NoteFacts = {
  kind: 'note',
  author: null,
  context: {},
  regions: [],
  hasImages: true,
  textLength: 0,
  now: NOW,
  acceptedAt: NOW,
};

/** Readers that work and find nothing: what is allowed then is allowed in spite of the picture. */
export const calmReaders = (decoder: ImageDecoder): ImageReaders => ({
  decoder,
  text: {
    read: async () => ({ text: '', words: [], confidence: 0, languages: [] }),
    close: async () => undefined,
  },
  codes: { read: async () => [] },
  hash: () => ({ pdq: '0'.repeat(64), quality: 0 }),
  model: { model: 'none', classify: async () => ({ model: 'none', labels: {} }), close: async () => undefined },
});

export function isAllowed(reading: ImageReading, bundle: Bundle): boolean {
  const evidence: Evidence = {
    normalise: absent,
    language: absent,
    images: found({ readings: [reading], findings: [] }),
    match: absent,
    classify: absent,
    campaign: absent,
    deliberate: { status: 'skipped', why: 'not_needed' },
  };
  const { decisions } = evaluate({ facts: FACTS, evidence, texts: [] }, bundle, []);
  return decisions.some(({ action }) => action === 'allow');
}
