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

/** No further than letters of addresses go: Chinese may follow without a space. */
const LINK = /(?:https?:\/\/|www\.)[\x21-\x7E]+/gi;
/** One letter again and again; a Chinese character is a word. */
const ONE_LETTER = /^[^\p{L}\p{N}]*((?!\p{Script=Han})[\p{L}\p{N}])(?:[^\p{L}\p{N}]|\1)*$/iu;

/**
 * Signs and emoji alone say nothing to a model of words, nor does a lone link, which stood mostly in spam, nor one letter held
 * down; letters in circles and squares are letters.
 */
export function hasWords({ text }: LabelledText): boolean {
  const rest = text.view('folded').text.replace(LINK, ' ');
  return LETTER.test(rest) && !ONE_LETTER.test(rest);
}
