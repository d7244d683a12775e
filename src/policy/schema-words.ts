/** The words of which policy files are made: ids, days, addresses, languages. */
import { z } from 'zod';
import { CATEGORY_IDS } from '../categories.js';
import { ACTIONS } from '../domain.js';
import { isLanguage, NO_LANGUAGE } from './languages.js';

/** The 30th of February is read as the 2nd of March, so the way back has to lead to the same day. */
const isDay = (day: string): boolean => {
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
};
export const Category = z.enum(CATEGORY_IDS).describe('Category id, see `polywarden policy fields`');
export const MODE_WORDS = 'disabled, shadow, canary(n) with n from 0 to 100, or enforce';
export const MODE_KEY_WORDS = 'the id of a region, or "*"';
export const REGION_WORDS = 'a lower-case region id, such as de';
export const Word = z
  .string()
  .regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/, 'lower-case words joined by dots, such as hate.attack.certain');
const TAG = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
export const TAG_WORDS = 'a language tag, such as de or zh-Hans';
export const Tag = z.string().regex(TAG, { error: TAG_WORDS, abort: true });
/** Editors know the form, the check knows the languages. */
export const Language = z.string().refine(isLanguage, NO_LANGUAGE).meta({ pattern: TAG.source });
export const Region = z.string().regex(/^[a-z]{2,16}$/, { error: REGION_WORDS, abort: true });
export const Day = z
  .string('a day as YYYY-MM-DD')
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'a day as YYYY-MM-DD', abort: true })
  .refine(isDay, 'is no day of the calendar');
export const Url = z.url({ protocol: /^https$/ }).describe('https address');
export const Text = z.string().min(1).max(600);
export const Hours = z
  .number()
  .positive()
  .max(24 * 366);
export const ActionName = z.enum(ACTIONS);
export const Cites = Word.describe(
  'What the value rests on: a key of `grounds`, or of `terms` for a rule of the house',
);
const Why = Text.describe('How the source leads to this value; no law names a figure of ours');
export const citing = { cites: Cites.optional(), why: Why.optional() } as const;
