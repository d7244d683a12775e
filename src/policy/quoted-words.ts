/** Words that a rule may put in quotes, where a closed list holds them. */
import { CATEGORY_IDS } from '../categories.js';
import {
  ACCOUNT_TYPES,
  AGE_BANDS,
  CLOAK_SIGNS,
  COMPETENCES,
  CONTACT_KINDS,
  CONTEXT_FLAGS,
  DETECTOR_KINDS,
  EVIDENCE_KEYS,
  NOTE_KINDS,
  SCORE_KEYS,
  VIEW_NAMES,
} from '../domain.js';

export const STEPS = ['flag', 'warn', 'limit', 'review', 'hold', 'remove'] as const;
export type Step = (typeof STEPS)[number];

/** What a quoted word in a call must be; checked when the file is loaded. */
export type WordKind = 'category' | 'step' | 'contact' | 'flag' | 'sign' | 'score' | 'source' | OpenKind;
/** Kinds that no closed list holds. */
export type OpenKind = 'language' | 'pattern' | 'wording' | 'term' | 'bank';
export const WORDS: Readonly<Record<Exclude<WordKind, OpenKind>, readonly string[]>> = {
  category: CATEGORY_IDS,
  step: STEPS,
  contact: CONTACT_KINDS,
  flag: CONTEXT_FLAGS,
  sign: CLOAK_SIGNS,
  score: SCORE_KEYS,
  source: DETECTOR_KINDS,
};

/** Words that a field can hold, where that is a closed list; a comparison with another one is a slip. */
export const FIELD_WORDS: Readonly<Record<string, readonly string[]>> = {
  'Note.kind': NOTE_KINDS,
  'Note.flags': CONTEXT_FLAGS,
  'Finding.category': CATEGORY_IDS,
  'Finding.source': DETECTOR_KINDS,
  'Finding.view': VIEW_NAMES,
  'Contact.kind': CONTACT_KINDS,
  'Contact.view': VIEW_NAMES,
  'Author.account_type': [...ACCOUNT_TYPES, ''],
  'Author.age_band': [...AGE_BANDS, ''],
  signs: CLOAK_SIGNS,
  gaps: EVIDENCE_KEYS,
};
/** Words by which a map is asked, and those that it answers with. */
export const MAP_WORDS: Readonly<
  Record<string, { readonly keys: readonly string[]; readonly values: readonly string[] }>
> = {
  scores: { keys: SCORE_KEYS, values: [] },
  competence: { keys: SCORE_KEYS, values: COMPETENCES },
  'Region.thresholds': { keys: CATEGORY_IDS, values: [] },
};
