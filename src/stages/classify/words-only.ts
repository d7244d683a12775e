/**
 * What the shipped model is given of a text. It learnt from few people of emoji, most of them in abuse, so that a family or
 * a skin tone alone looked like an attack: those are blanked. Lengths stay, so that places stay.
 */
import type { LabelledText } from '../../domain.js';

/** Families, couples, professions, flags: emoji that are joined to one. */
const JOINED =
  /\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?(?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)+/gu;
/** Man or woman doing something: what is done stays. */
const GENDER = /\u200D[\u2640\u2642]\uFE0F?/gu;
/** Only where they colour something: alone they are a sign of their own. */
const SKIN_TONE = /(?<=\p{Emoji_Modifier_Base})\p{Emoji_Modifier}/gu;
const BEYOND_ASCII = /[^\0-\x7F]/;
const LETTER = /[\p{L}\p{N}]/u;

const blank = (found: string): string => ' '.repeat(found.length);

export const withoutPeople = (text: string): string =>
  BEYOND_ASCII.test(text) ? text.replace(GENDER, blank).replace(JOINED, blank).replace(SKIN_TONE, blank) : text;

/** Signs and emoji alone say nothing to a model of words; letters in circles and squares are letters. */
export const hasWords = ({ text }: LabelledText): boolean => LETTER.test(text.view('folded').text);
