/** What was read of each picture, in short, and what was not. */
import { type Evidence, foundIn, type ImageReading, type Outcome } from '../domain.js';
import type { EvidenceAnswer } from './schemas/note.js';

type PictureAnswer = EvidenceAnswer['pictures'][number];

const READINGS = ['facts', 'ocr', 'codes', 'hash', 'model'] as const;

/** A code, never the recorded message: that may quote a vendor. */
function whyNot(outcome: Outcome<unknown>): string | null {
  switch (outcome.status) {
    case 'found':
      return null;
    case 'skipped':
      return outcome.why;
    case 'failed':
      return outcome.code;
    case 'due':
      return 'due';
  }
}

function pictureAnswer(reading: ImageReading): PictureAnswer {
  const facts = foundIn(reading.facts);
  const words = foundIn(reading.ocr);
  return {
    index: reading.index,
    format: facts?.format ?? null,
    width: facts?.width ?? null,
    height: facts?.height ?? null,
    frames: facts?.frames ?? null,
    framesRead: [...(facts?.framesRead ?? [])],
    text: words?.text ?? null,
    confidence: words?.confidence ?? null,
    codes: (foundIn(reading.codes) ?? []).map(({ kind, text }) => ({ kind, text })),
    pdq: foundIn(reading.hash)?.pdq ?? null,
    quality: foundIn(reading.hash)?.quality ?? null,
    labels: { ...foundIn(reading.model)?.labels },
    missing: READINGS.flatMap((name) => {
      const why = whyNot(reading[name]);
      return why === null ? [] : [{ reading: name, why }];
    }),
  };
}

export const picturesIn = ({ images }: Partial<Evidence>): PictureAnswer[] =>
  images?.status === 'found' ? images.value.readings.map(pictureAnswer) : [];
