/** Stage `language`: which languages the note is written in, and where. */
import type { LanguageEvidence, PartName } from '../../domain.js';
import type { LanguageModel } from '../../ports.js';
import type { Stage } from '../stage.js';
import { usualScript } from './chinese-script.js';
import { mixGuesses, readLanguages, settle, UNDETERMINED } from './detect-language.js';

export { detectLanguage, readLanguages } from './detect-language.js';

/** ISO 639 with script or region, as far as models know them. */
const TAG = /^[a-z]{2,3}(?:-[A-Za-z]{2,8})*$/;
const isNotePart = (part: PartName): boolean => part === 'title' || part === 'body';

/** What is no tag, or no confidence, would be weighed like any other. */
const checked = (model: LanguageModel): LanguageModel => ({
  guess: (text) => {
    const guesses = model.guess(text);
    const isSound = ({ tag, confidence }: (typeof guesses)[number]): boolean =>
      TAG.test(tag) && confidence >= 0 && confidence <= 1;
    if (!guesses.every(isSound)) throw new Error('the language model answers no guesses');
    return guesses;
  },
});

export const languageStage = (model: LanguageModel): Stage<'language'> => ({
  name: 'language',
  version: '2',
  reads: [],
  languages: '*',
  cost: 'local',
  timeoutMs: 2_000,
  when: (input) =>
    input.texts.some(({ text }) => text.raw.length > 0) ? { run: true } : { run: false, why: 'no_text' },
  run: async (input): Promise<LanguageEvidence> => {
    const hint = input.note.languageHint;
    const parts = input.texts.filter(({ part }) => isNotePart(part));
    const usual = usualScript(
      parts.map(({ text }) => text.raw),
      hint,
    );
    const readings = parts.map(({ part, text }) => ({
      part,
      reading: readLanguages(text, hint, checked(model), usual),
    }));
    const segments = readings.flatMap(({ part, reading }) => reading.segments.map((segment) => ({ ...segment, part })));
    const known = new Set(segments.map(({ tag }) => tag).filter((tag) => tag !== UNDETERMINED));
    return {
      languages: settle(mixGuesses(readings.map(({ reading }) => reading))),
      segments,
      mixed: known.size > 1,
    };
  },
});
