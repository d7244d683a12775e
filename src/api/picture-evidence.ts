/** What was read of each picture, in short, and what was not. */
import { type Evidence, foundIn, type ImageReading, whyNot } from '../domain.js';
import type { EvidenceAnswer } from './schemas/note.js';

type PictureAnswer = EvidenceAnswer['pictures'][number];

/** What is read of a picture, in this order. */
export const READINGS = ['facts', 'ocr', 'codes', 'hash', 'model'] as const;

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
      const outcome = reading[name];
      // A code, never the recorded message: that may quote a vendor.
      const why = outcome.status === 'due' ? 'due' : whyNot(outcome);
      return why === null ? [] : [{ reading: name, why }];
    }),
  };
}

export const picturesIn = ({ images }: Partial<Evidence>): PictureAnswer[] =>
  (foundIn(images)?.readings ?? []).map(pictureAnswer);
