/** Words and codes of the pictures as labelled parts, and the boxes that a span of them stands in. */
import { foundIn, type ImageReading, type LabelledText, type LanguageGuess } from '../../domain.js';
import type { LanguageModel } from '../../ports.js';
import { mixGuesses, readLanguages, settle, UNDETERMINED } from '../language/detect-language.js';
import { normaliseText } from '../normalise/text.js';

/** One part for the words of a picture, one for its codes, a line each. Empty ones are no parts. */
export function textsOfReadings(readings: readonly ImageReading[]): readonly LabelledText[] {
  return readings.flatMap(({ index, ocr, codes }): readonly LabelledText[] => {
    const words = foundIn(ocr)?.text ?? '';
    const coded = (foundIn(codes) ?? []).map(({ text }) => text).join('\n');
    return [
      ...(words === '' ? [] : [{ part: `image:${index}` as const, text: normaliseText(words) }]),
      ...(coded === '' ? [] : [{ part: `qr:${index}` as const, text: normaliseText(coded) }]),
    ];
  });
}

/** The languages of what was read on the pictures; what codes say is links and ids, not language. */
export function languagesOfReadings(readings: readonly ImageReading[], model: LanguageModel): readonly LanguageGuess[] {
  const read = textsOfReadings(readings)
    .filter(({ part }) => part.startsWith('image:'))
    .map(({ text }) => readLanguages(text, undefined, model));
  return settle(mixGuesses(read)).filter(({ tag }) => tag !== UNDETERMINED);
}
