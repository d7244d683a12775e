/** The shape of a rule and of its tests. */
import { z } from 'zod';
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
  SIDE_ACTIONS,
  VIEW_NAMES,
} from '../domain.js';
import {
  ActionName,
  Category,
  Cites,
  Day,
  Hours,
  Language,
  MODE_KEY_WORDS,
  MODE_WORDS,
  Region,
  Text,
  Word,
} from './schema-words.js';

const MODE_PATTERN = /^(disabled|shadow|enforce|canary\((100|[1-9]?\d)\))$/;
const ModeWord = z.string().regex(MODE_PATTERN, MODE_WORDS);
const Mode = z
  .union([ModeWord, z.record(z.string().regex(/^(\*|[a-z]{2,16})$/, MODE_KEY_WORDS), ModeWord)], MODE_WORDS)
  .describe('disabled, shadow, canary(n) or enforce; or one of them per region, with "*" for all others');

const TestFinding = z.union([
  Category,
  z.strictObject({
    category: Category,
    score: z.number().min(0).max(1).optional(),
    severity: z.number().int().min(0).max(4).optional(),
    source: z.enum(DETECTOR_KINDS).optional(),
    detector: z.string().optional(),
  }),
]);
const TestContact = z.union([
  z.enum(CONTACT_KINDS),
  z.strictObject({
    kind: z.enum(CONTACT_KINDS),
    detail: z.string().optional(),
    view: z.enum(VIEW_NAMES).optional(),
    part: z
      .union([z.enum(['title', 'body']), z.templateLiteral(['image:', z.int()]), z.templateLiteral(['qr:', z.int()])])
      .optional(),
  }),
]);
export const RuleTest = z.strictObject({
  text: z
    .string()
    .optional()
    .describe(
      'Runs the whole pipeline over this text, which then finds the evidence; without it what the test says was found is used',
    ),
  title: z.string().optional().describe('With or without a text'),
  region: Region.optional().describe('Default: the file that holds the rule'),
  language: Language.optional().describe('Language of the text or of the evidence'),
  scores: z
    .partialRecord(z.enum(SCORE_KEYS), z.number().min(0).max(1))
    .optional()
    .describe('Calibrated scores of the model'),
  competence: z.enum(COMPETENCES).optional().describe('How far the model was measured; default validated'),
  findings: z.array(TestFinding).max(64).optional().describe('What the detectors found'),
  contacts: z.array(TestContact).max(64).optional().describe('Links, phones, prices, labels that were found'),
  signs: z.array(z.enum(CLOAK_SIGNS)).optional().describe('Signs of cloaking'),
  flags: z.array(z.enum(CONTEXT_FLAGS)).optional().describe('Context that the platform vouches for'),
  ad_declared: z.boolean().optional().describe('Whether the platform says that it is an advertisement'),
  kind: z.enum(NOTE_KINDS).optional().describe('Default note'),
  reach: z.number().int().min(0).optional().describe('How many people saw or follow'),
  is_reply: z.boolean().optional().describe('Whether it answers another note'),
  has_images: z.boolean().optional().describe('Whether pictures belong to it'),
  image: z
    .strictObject({
      text: z.string().optional(),
      confidence: z.number().min(0).max(1).optional(),
      codes: z.array(z.string()).optional(),
      labels: z.record(z.string(), z.number().min(0).max(1)).optional(),
      unreadable: z.boolean().optional(),
    })
    .optional()
    .describe('One picture: what was read on it, its QR codes and the labels of the image model'),
  author: z
    .strictObject({
      age_days: z.number().int().min(0).optional(),
      verified: z.boolean().optional(),
      account_type: z.enum(ACCOUNT_TYPES).optional(),
      age_band: z.enum(AGE_BANDS).optional(),
    })
    .optional()
    .describe('The author as the platform describes them'),
  campaign: z
    .strictObject({
      authors_1h: z.number().int().optional(),
      authors_24h: z.number().int().optional(),
      authors_7d: z.number().int().optional(),
      notes_24h: z.number().int().optional(),
      median_age_days: z.number().int().optional(),
    })
    .optional()
    .describe('Counts of near-duplicates'),
  failed: z.array(z.enum(EVIDENCE_KEYS)).optional().describe('Stages that failed'),
  expect: z.enum(['match', 'no_match']).describe('Whether the rule fires'),
  action: ActionName.optional().describe('The decision of the region, if it matters'),
});
export type RuleTest = z.infer<typeof RuleTest>;

export const Then = z.strictObject({
  action: ActionName.describe('The strongest of all rules that fire is taken'),
  side: z.array(z.enum(SIDE_ACTIONS)).optional().describe('Done beside the action, never merged with it'),
  hours: Hours.optional().describe('How long the action lasts; then the note comes back to a person'),
  fallback: ActionName.optional().describe(
    'The milder action of a region where the first cannot be taken: above its ladder, without its notice or its law',
  ),
});

/** A rule; in a file that extends another, a rule with a known id needs only what differs. */
export const RuleSource = z.strictObject({
  id: Word.describe('Stable for ever; a renamed rule is a new rule'),
  category: Category.optional(),
  severity: z
    .number()
    .int()
    .min(0)
    .max(4)
    .optional()
    .describe('0 nothing, 1 limit, 2 limit or remove, 3 a person confirms, 4 hidden first'),
  mode: Mode.optional(),
  description: Text.optional().describe('Why the rule exists'),
  when: z.string().min(1).optional().describe('CEL condition, see `polywarden policy fields` and `functions`'),
  unless: z.string().min(1).nullable().optional().describe('CEL condition that takes the note out of the rule'),
  // biome-ignore lint/suspicious/noThenProperty: an object, never a function, so nothing takes it for a promise
  then: Then.partial().optional().describe('What is done'),
  exempts: z.array(Category).min(1).optional().describe('Only with action allow: the categories that it lets through'),
  languages: z
    .array(Language)
    .min(1)
    .optional()
    .describe('Languages whose words the rule claims to catch; each needs a test that matches in it'),
  ground: z
    .strictObject({ law: Word.nullable().optional(), terms: Word.nullable().optional() })
    .optional()
    .describe('Key of `grounds` (law) or of `terms`; the law is named where there is one'),
  cites: Cites.optional().describe('What the rule rests on here, where that is not its ground'),
  notice: Word.nullable().optional().describe('Key of the sentence that the author is shown'),
  message: Text.optional().describe(
    'One line for the reviewer; {by} names what saw it: known words, the text model, …',
  ),
  owner: Text.optional().describe('Team that answers for the rule'),
  review_by: Day.optional().describe('Day by which a person reads the rule again'),
  tests: z.array(RuleTest).optional().describe('Notes that it must take or leave'),
});
export type RuleSource = z.infer<typeof RuleSource>;
