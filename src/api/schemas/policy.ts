/** Policies as people read and change them. */
import { z } from 'zod';
import { NOTE_KINDS } from '../../domain.js';
import { OVERRIDE_MODE } from '../../policy/overrides.js';
import { ActionName, Cursor, GroundAnswer, Instant, Limit, pageOf, whole } from './common.js';
import { EvidenceAnswer } from './note.js';
import { Look } from './review-case.js';

const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in hex');
export const RegionId = z.string().regex(/^[a-z]{2,8}$/, 'the name of a region file');
const RegionOrAll = z.union([RegionId, z.literal('*')], 'the name of a region file, or * for all');
const RuleId = z
  .string()
  .max(120)
  .regex(/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/, 'the id of a rule');
const Why = z.string().trim().min(3).max(500).describe('Goes into the audit');

export const HashParams = z.strictObject({ hash: Hash });
export const RegionParams = z.strictObject({ region: RegionId });
export const RuleParams = z.strictObject({ id: RuleId });
export const WhyInput = z.strictObject({ why: Why });
export const RollbackInput = z.strictObject({
  to: Hash.optional().describe('Unset: the bundle that was in force before'),
  why: Why,
});
export const OverrideInput = z.strictObject({
  rule: RuleId,
  region: RegionOrAll.describe('A region file, exactly; * is all of them'),
  mode: z.string().regex(OVERRIDE_MODE, 'disabled, shadow, canary(0 to 100) or enforce'),
  why: Why,
  until: z.iso.datetime({ offset: true }).nullable().default(null).describe('Null: until it is taken back'),
});
export const OverrideQuery = z.strictObject({ rule: RuleId, region: RegionOrAll });
export const BundlesQuery = z.strictObject({ cursor: Cursor.optional(), limit: Limit });

const OverrideAnswer = z
  .object({
    rule: z.string(),
    region: z.string(),
    mode: z.string(),
    why: z.string(),
    by: z.object({ kind: z.string(), id: z.string(), login: z.string().nullable() }),
    at: Instant,
    until: Instant.nullable(),
  })
  .meta({ id: 'PolicyOverride' });

const ForceAnswer = z.object({
  version: whole,
  bundleHash: z.string(),
  pinned: z.boolean().describe('True: changed files wait until a person activates them'),
  changedAt: Instant,
  former: z.string().nullable().describe('The bundle that a rollback without a target goes to; null: there is none'),
  overrides: z.array(OverrideAnswer).describe('Those that act now'),
});
const Counts = z.object({
  all: whole,
  own: whole,
  enforce: whole,
  shadow: whole,
  canary: whole,
  disabled: whole,
});
const RegionHead = z.object({
  id: z.string(),
  name: z.string(),
  extends: z.string().nullable(),
  owner: z.string(),
  effectiveFrom: z.string(),
  effectiveUntil: z.string().nullable(),
  speaks: z
    .string()
    .describe('The file that speaks today: another one before the first day of this one and after its last'),
  reviewBy: z.string(),
  noticeLanguages: z.array(z.string()),
  rules: Counts,
  clocks: whole,
  grounds: whole,
  tests: z.object({ passed: whole, failed: whole, notRun: whole }),
  differences: whole,
  lawful: whole,
});
export const PoliciesAnswer = z
  .object({
    inForce: ForceAnswer,
    waiting: whole.describe('Candidates that wait for a person'),
    filesFault: z.string().nullable().describe('What is wrong with the files on disk'),
    regions: z.array(RegionHead),
  })
  .meta({ id: 'Policies' });

export const RegionAnswer = z
  .object({
    region: RegionHead,
    inForce: ForceAnswer,
    rules: z.array(
      z.object({
        id: z.string(),
        category: z.string(),
        severity: whole,
        written: z.string().describe('Mode as the files say'),
        mode: z.string().describe('Mode in force, overrides included'),
        override: OverrideAnswer.nullable(),
        when: z.string(),
        unless: z.string().nullable(),
        action: ActionName,
        fallback: ActionName.nullable(),
        hours: z.number().nullable(),
        ground: GroundAnswer,
        cites: z.object({ name: z.string(), url: z.string().nullable() }).nullable(),
        notice: z.string(),
        message: z.string(),
        owner: z.string(),
        from: z.string(),
        tests: z.object({ passed: whole, failed: whole, notRun: whole }),
      }),
    ),
    clauses: z.array(
      z.object({
        key: z.string(),
        kind: z.enum(['law', 'terms']),
        title: z.string(),
        url: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'PolicyRegion' });
export type RegionAnswer = z.infer<typeof RegionAnswer>;

export const TestsAnswer = z.object({
  passed: whole,
  failed: whole,
  failures: z.array(z.object({ rule: z.string(), number: whole, message: z.string() })),
  ms: whole,
});

const BundleAnswer = z
  .object({
    hash: z.string(),
    state: z.enum(['candidate', 'active', 'refused', 'retired']),
    author: z.string(),
    base: z.string().nullable(),
    diff: z.object({
      files: z.array(z.object({ file: z.string(), kind: z.enum(['added', 'removed', 'changed']) })),
      rules: z.array(
        z.object({
          rule: z.string(),
          severity: whole,
          kind: z.enum(['added', 'removed', 'changed']),
          regions: z.array(z.string()),
          fields: z.array(z.string()),
        }),
      ),
      settings: z.array(z.object({ region: z.string(), names: z.array(z.string()) })),
      terms: z.array(z.object({ id: z.string(), severity: whole })),
      severity: whole,
    }),
    needsApproval: z.boolean(),
    approvals: z.array(z.object({ userId: z.string(), why: z.string(), at: Instant })),
    reason: z.string().nullable(),
    proposedAt: Instant,
    activatedAt: Instant.nullable(),
  })
  .meta({ id: 'PolicyBundle' });
export const BundlePage = pageOf(BundleAnswer);
export const MovedAnswer = z.object({ bundleHash: z.string(), version: whole, pinned: z.boolean() });

export const RuleQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(400).default(30) });
const Human = z.object({ upheld: whole, overturned: whole });
export const RuleAnswer = z
  .object({
    id: z.string(),
    since: z.string(),
    regions: z.array(
      z.object({ region: z.string(), mode: z.string(), action: ActionName, override: OverrideAnswer.nullable() }),
    ),
    written: z
      .array(z.object({ region: z.string(), file: z.string(), line: whole, yaml: z.string() }))
      .describe('The files that write something of the rule, and what'),
    days: z.array(
      z.object({
        day: z.string(),
        region: z.string(),
        mode: z.string(),
        acted: z.boolean(),
        hits: whole,
        removals: whole,
      }),
    ),
    human: Human.extend({ byLanguage: z.array(Human.extend({ language: z.string() })) }).describe(
      'What people decided about decisions that the rule had a part in',
    ),
    shadow: z.object({
      counts: z.array(z.object({ region: z.string(), would: ActionName, real: ActionName, count: whole })),
      samples: z.array(
        z.object({ noteId: z.string(), region: z.string(), would: ActionName, real: ActionName, at: Instant }),
      ),
    }),
  })
  .meta({ id: 'PolicyRule' });

const Draft = z.strictObject({
  yaml: z.string().min(1).max(50_000).describe('One rule, as it stands in a region file'),
  home: RegionId.describe('Region file that holds it'),
  enforce: z.boolean().default(true).describe('Judge as if it were in force, whatever its mode says'),
});
export const TryInput = z.strictObject({
  title: z.string().max(2_000).default(''),
  body: z.string().max(65_536).default(''),
  kind: z.enum(NOTE_KINDS).default('note'),
  languageHint: z.string().min(1).max(64).optional(),
  adDeclared: z.boolean().default(false),
  regions: z.array(RegionId).min(1).max(64),
  rule: Draft.nullable().default(null),
});
const Judged = z.object({ action: z.string(), category: z.string().nullable(), rules: z.array(z.string()) });
export const TryAnswer = z
  .object({
    faults: z.array(
      z.object({
        line: whole.nullable(),
        column: whole.nullable(),
        file: z.string(),
        level: z.enum(['error', 'warning']),
        lint: z.string(),
        message: z.string(),
      }),
    ),
    answers: z.array(z.object({ region: z.string(), before: Judged.nullable(), after: Judged.nullable() })),
    traces: z.array(
      z.object({
        policy: z.string(),
        rules: z.array(
          z.object({
            rule: z.string(),
            category: z.string(),
            severity: whole,
            mode: z.string(),
            action: z.string(),
            effect: z.string(),
            why: z.string(),
            message: z.string().nullable(),
            looked: z.array(Look),
          }),
        ),
      }),
    ),
    evidence: EvidenceAnswer,
    ms: whole,
  })
  .meta({ id: 'PolicyTry' });

export const BacktestInput = z.strictObject({
  days: z.number().int().min(1).max(400).default(30),
  most: z.number().int().min(1).max(50_000).default(10_000).describe('Notes at most, the oldest first'),
  rule: Draft.nullable().default(null).describe('Null: the rules in force against what was decided then'),
});
export const BacktestStarted = z.object({ id: z.string() });
export const BacktestAnswer = z
  .object({
    id: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    done: whole,
    most: whole,
    since: Instant,
    rule: z.string().nullable(),
    result: z
      .unknown()
      .describe(
        'Confusion in all, by language and region; record of each rule; `firstChanged`: the first 20 answers that differ',
      ),
  })
  .meta({ id: 'PolicyBacktest' });

const WordEntry = z.object({ name: z.string(), type: z.string(), doc: z.string() });
export const WordsAnswer = z
  .object({
    fields: z.array(WordEntry),
    functions: z.array(WordEntry),
    builtIn: z.array(z.string()),
    categories: z.array(WordEntry),
    actions: z.array(z.string()),
    words: z.record(z.string(), z.array(z.string())),
    keys: z.array(z.string()).describe('What a rule may say'),
  })
  .meta({ id: 'PolicyWords' });
