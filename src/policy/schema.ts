/** The shape of the files in `policies/`. The JSON Schema for editors is generated from here. */
import { z } from 'zod';
import { EVIDENCE_KEYS, SKIP_REASONS } from '../domain.js';
import { STEPS, type Step } from './quoted-words.js';
import { RuleSource } from './schema-rule.js';
import {
  ActionName,
  Category,
  Cites,
  citing,
  Day,
  Hours,
  Language,
  Region,
  Tag,
  Text,
  Url,
  Word,
} from './schema-words.js';

const Gap = z.enum(['ignore', 'allow', 'review', 'hold']);
export const StageRule = z.strictObject({
  required: z.boolean().describe('A required stage may not fail into allow, and no note is allowed while it is due'),
  failed: Gap.describe('What follows when the stage broke'),
  overdue: Gap.describe('What follows when it is late'),
  skipped: z
    .partialRecord(z.enum([...SKIP_REASONS, 'default']), Gap)
    .refine(
      (table) => 'default' in table,
      'must say what follows by default: add default: ignore, allow, review or hold',
    )
    .describe('What follows when it was left out, by reason'),
});
export type StageRule = z.infer<typeof StageRule>;
const EvidenceRules = z.strictObject({
  deadline_minutes: z.number().positive().describe('How long a note waits for evidence that is still due'),
  hold_hours: Hours.describe('How long a note is held for a person before it is looked at again'),
  stages: z.record(z.enum(EVIDENCE_KEYS), StageRule),
});

export const Clock = z.strictObject({
  source: z
    .enum(['order', 'notice', 'report', 'appeal', 'grievance', 'knowledge'])
    .describe('What sets the clock running'),
  categories: z.union([z.literal('*'), z.array(Category).min(1)]).describe('Categories that it is for; "*": all'),
  hours: Hours.nullable().describe('null: without delay, no fixed number'),
  starts: z
    .enum(['order_received', 'valid_notice_received', 'appeal_received', 'actual_knowledge', 'decision_communicated'])
    .describe('From when on the hours count'),
  ground: Word.optional().describe('Key of `grounds`: the law that sets the time'),
  note: Text.optional().describe('For the people who answer'),
});
/** Where a statement about a law comes from; whatever it is, counsel confirms it before use. */
const KNOWN = ['text', 'report', 'memory'] as const;
export const Law = z.strictObject({
  law: Text.describe('Statute or decision, as it is quoted'),
  article: Text.nullable().describe('Article, section or paragraph; null: the law as a whole'),
  url: Url,
  known: z
    .enum(KNOWN)
    .describe(
      'text: the wording was read; report: what others write of it; memory: general knowledge, to be confirmed',
    ),
  version: Text.optional().describe('Of the statute'),
  note: Text.optional().describe('What counsel has to know'),
});
export type Law = z.infer<typeof Law>;
/** As it is quoted to people. */
export const refOf = ({ law, article }: Pick<Law, 'law' | 'article'>): string =>
  article === null ? law : `${law}, ${article}`;
export const Clause = z.strictObject({
  title: Text.describe('As authors read it'),
  url: Url,
  version: Text.describe('Of the terms that hold it'),
});
export const Authority = z.strictObject({
  name: Text.describe('Name of the authority'),
  url: Url.optional(),
  categories: z.array(Category).min(1).describe('What it is told of'),
  human_approval: z.literal(true).describe('Nothing is sent before a person has approved it'),
});
export const Preserve = z.strictObject({
  categories: z.array(Category).min(1).describe('What a person has to find in a note for it to be kept'),
  days: z.number().int().min(1).max(3650).describe('How long it is kept'),
  starts: z
    .enum(['decided', 'reported'])
    .describe('From when on the days count: the finding of a person, or the report to the authority'),
  ground: Word.describe('Key of `grounds`: the law that says so'),
  gag: z
    .boolean()
    .optional()
    .describe('true: the law forbids telling of it, and the platform is not told that a note is kept'),
  note: Text.optional().describe('What counsel has to know'),
});
const Limit = z.number().gt(0).max(1).nullable().optional().describe('Score from 0 to 1; null takes the step out');
export const Steps = z.strictObject({
  ...(Object.fromEntries(STEPS.map((step) => [step, Limit])) as Record<Step, typeof Limit>),
  ...citing,
});
const Thresholds = z.partialRecord(Category, Steps.nullable());

/** Nothing stronger: an opinion hides a note for a person, it never removes one. */
const Raised = z.enum(['allow', 'review', 'hold']);
const OpinionAsk = z.strictObject({
  scores: z
    .strictObject({ from: z.number().min(0).max(1), below: z.number().min(0).max(1) })
    .refine(({ from, below }) => from < below, 'from must be less than below')
    .nullable()
    .describe('Calibrated scores of harm within this band; null: none'),
  categories: z.array(Category).describe('Findings of any detector in these categories'),
  unvalidated_language: z.boolean().describe('Text in a language for which no model was validated'),
  unseen_pictures: z.boolean().describe('Pictures in which no local model looked'),
});
const Raises = z.strictObject({ '0': Raised, '1': Raised, '2': Raised, '3': Raised, '4': Raised });
const OpinionBudget = z.strictObject({
  tokens_per_day: z.number().int().min(0).describe('Prompt and completion together, days of UTC; 0: nothing is asked'),
  money_per_day: z
    .number()
    .min(0)
    .nullable()
    .describe('In the currency of the prices that the server is given; null: no limit'),
});
export const Opinions = z.strictObject({
  ask: OpinionAsk.describe('What is put to the model; nothing of it: nobody is asked'),
  raises: Raises.describe('What an opinion of each severity asks for; never milder than what the rules said'),
  least_confidence: z.number().min(0).max(1).describe('Below it an opinion is on record and does nothing'),
  doubt_holds_removal: z
    .boolean()
    .describe('true: an automatic removal that the model doubts becomes a hold, hidden until a person has looked'),
  redact: z.boolean().describe('true: addresses, numbers of phones, cards and documents are taken out before sending'),
  endpoints: z
    .array(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a lower-case word, such as eu-west'))
    .nullable()
    .describe('Declared regions of endpoints to which notes of this region may be sent; null: any'),
  budget: OpinionBudget.describe('What this region may spend; then opinions fail until the next day'),
});

const fields = {
  id: Region.describe('Country code of ISO 3166-1 in small letters, global or eu; the name of the file'),
  name: Text.describe('As people say it'),
  extends: Region.nullable().describe('The file that this one builds on; null only in global'),
  owner: Text.describe('Team that answers for the file'),
  effective_from: Day.describe('First day (UTC) on which the file speaks; before it the file that it extends does'),
  effective_until: Day.nullable().describe(
    'First day on which it is silent again and the file that it extends speaks; null: open',
  ),
  review_by: Day.describe('Day by which a person reads this file again'),
  members: z.array(Region).describe('Countries of a group; one with a file of its own is judged by that'),
  notice_languages: z.array(Tag).min(1).describe('Languages in which authors of the region are told'),
  notice_blocks: z
    .array(Word)
    .describe(
      'Sentences added to every notice, such as the way to complain; `redress` only while there is one, `ncii_page` only to notices of `sexual.*`',
    ),
  restrictions_need_notice: z.boolean().describe('true: no restriction without a notice; always true in the EU'),
  age: z
    .strictObject({ min: z.number().int().min(0).max(21), adult: z.number().int().min(16).max(21), ...citing })
    .describe('Least age of an account holder, and age of a grown-up'),
  appeal: z
    .strictObject({
      days: z.number().int().positive(),
      open_to: z.array(z.enum(['author', 'notifier'])).min(1),
      ...citing,
    })
    .describe('Days in which a decision may be contested, and by whom'),
  disclosure: z
    .record(Language, z.array(Text).min(1).nullable())
    .describe(
      'Accepted advertising labels, by language, as people read them; detection knows them by language; null: this one does not count',
    ),
  disclosure_cites: Cites.nullable().describe('What the accepted labels rest on'),
  thresholds: Thresholds.describe(
    'Scores from which `reaches` says yes, by category and step; .5 is the shipped flag threshold',
  ),
  ladder: z
    .strictObject({ '0': ActionName, '1': ActionName, '2': ActionName, '3': ActionName, '4': ActionName, ...citing })
    .describe('Strongest automatic action of each severity'),
  model_alone: z
    .strictObject({ weak: ActionName, none: ActionName })
    .describe('Strongest action on the word of the text model alone where it was not validated for the language'),
  unread: z
    .strictObject({
      min_chars: z.number().int().positive(),
      review_score: z.number().gt(0).max(1).describe('From here on a head of the text model sends it to a person'),
      umbrella_score: z
        .number()
        .gt(0)
        .max(1)
        .optional()
        .describe('The same for the umbrella score alone, which cries wolf more often; default: review_score'),
      sample_percent: z.number().int().min(0).max(100),
    })
    .describe('Text in a language that no model can vouch for'),
  unseen: z
    .strictObject({
      categories: z.array(Category).describe('Harms that an image model should have looked for'),
      sample_percent: z.number().int().min(0).max(100).describe('Share of such pictures that go to a person'),
    })
    .describe('Pictures in which no image model looked for these harms'),
  opinions: Opinions.describe('Second opinions by a language model: who is asked, and what they can do'),
  clocks: z.record(Word, Clock.nullable()).describe('Times within which an order, a notice or an appeal is answered'),
  grounds: z.record(Word, Law.nullable()).describe('Laws that rules and values rest on, by a short key'),
  terms: z.record(Word, Clause.nullable()).describe('Clauses of the house rules, by a short key'),
  authorities: z.record(Word, Authority.nullable()).describe('To whom reports go, after a person has approved them'),
  preserve: z
    .record(Word, Preserve.nullable())
    .describe('What the law says to keep out of sight, beyond its age and against an erasure on request'),
  removals_per_day: z
    .number()
    .int()
    .positive()
    .nullable()
    .describe('Automatic removals per rule and day after which the rule only records here; null: as the server is set'),
  evidence: EvidenceRules.describe('What follows when a stage failed, was left out or is late'),
} as const;

/** After `extends`: everything is there. */
export const RegionSettings = z.strictObject(fields);
export type RegionSettings = z.infer<typeof RegionSettings>;

/** What is said of a whole is said of its parts. */
const said = <T extends z.ZodType>(schema: T, whole: z.ZodType): T => schema.describe(whole.description ?? '');

/** As written: a file says only what differs from the one it extends. */
export const RegionSource = z.strictObject({
  ...fields,
  name: fields.name,
  ...(Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => key !== 'id' && key !== 'name')
      .map(([key, schema]) => [key, schema.optional()]),
  ) as { [K in Exclude<keyof typeof fields, 'id' | 'name'>]: z.ZodOptional<(typeof fields)[K]> }),
  age: said(fields.age.partial().optional(), fields.age),
  appeal: said(fields.appeal.partial().optional(), fields.appeal),
  ladder: said(fields.ladder.partial().optional(), fields.ladder),
  model_alone: said(fields.model_alone.partial().optional(), fields.model_alone),
  unread: said(fields.unread.partial().optional(), fields.unread),
  unseen: said(fields.unseen.partial().optional(), fields.unseen),
  opinions: said(
    Opinions.extend({
      ask: said(OpinionAsk.partial().optional(), Opinions.shape.ask),
      raises: said(Raises.partial().optional(), Opinions.shape.raises),
      budget: said(OpinionBudget.partial().optional(), Opinions.shape.budget),
    })
      .partial()
      .optional(),
    fields.opinions,
  ),
  evidence: z
    .strictObject({
      deadline_minutes: EvidenceRules.shape.deadline_minutes.optional(),
      hold_hours: EvidenceRules.shape.hold_hours.optional(),
      stages: z
        .partialRecord(
          z.enum(EVIDENCE_KEYS),
          z.strictObject({
            required: StageRule.shape.required.optional(),
            failed: Gap.optional(),
            overdue: Gap.optional(),
            skipped: z.partialRecord(z.enum([...SKIP_REASONS, 'default']), Gap).optional(),
          }),
        )
        .optional(),
    })
    .optional()
    .describe(fields.evidence.description ?? ''),
  thresholds: said(Thresholds.optional(), fields.thresholds),
  rules: z.array(RuleSource).optional(),
});
export type RegionSource = z.infer<typeof RegionSource>;

export const NoticeFile = z.strictObject({
  language: Tag.describe('The name of the file'),
  name: Text.describe('As its speakers say it'),
  direction: z.enum(['ltr', 'rtl']).describe('Of the writing'),
  reviewed_by: Text.nullable().describe('Who read these sentences as a native speaker; null: nobody yet'),
  sentences: z.record(Word, z.string().min(1).max(2_000)).describe('One key a sentence; words in braces are filled in'),
  clauses: z
    .record(Word, z.string().min(1).max(200))
    .optional()
    .describe(
      'Titles of the clauses of the terms in this language, by the key under `terms`; without: as the region file has them',
    ),
});
export type NoticeFile = z.infer<typeof NoticeFile>;
