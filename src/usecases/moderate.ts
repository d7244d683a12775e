/** Judges one note now, without storing anything: for the CLI, the moderations endpoint and policy tests. */
import type {
  CaseTerms,
  Decision,
  Evaluation,
  Evidence,
  EvidenceKey,
  HoldTerm,
  LabelledText,
  Note,
  NoteFacts,
  RegionId,
} from '../domain.js';
import { runPipeline } from '../pipeline.js';
import type { Clock, Log } from '../ports.js';
import type { AnyStage, StageNeeds } from '../stages/stage.js';

export type Moderated = {
  readonly evidence: Evidence;
  readonly evaluation: Evaluation;
  readonly texts: readonly LabelledText[];
  readonly ms: number;
};

export type ModerateNow = (
  note: Note,
  options: {
    readonly regions?: readonly RegionId[];
    readonly stages?: readonly EvidenceKey[];
    /** Whether the edge had to replace characters that cannot be stored. */
    readonly repaired?: boolean;
    /** Whose note it is; its own hash banks count then. */
    readonly sourceId?: string | undefined;
    /** The moment at which it is judged; unset: now. */
    readonly at?: number | undefined;
  },
  signal: AbortSignal,
) => Promise<Moderated>;

/** One compiled policy bundle. */
export interface Judge {
  readonly needs: StageNeeds;
  /** Regions of every loaded file. */
  readonly allRegions: readonly RegionId[];
  readonly bundleHash: string;
  /** Of what is in force, overrides included; unset without a store. */
  readonly policyVersion?: number | undefined;
  evaluate(
    facts: NoteFacts,
    evidence: Evidence,
    texts: readonly LabelledText[],
    regions: readonly RegionId[],
  ): Evaluation;
  /** Beside each decision whether a person has to look at it, until when and how pressing that is. */
  casesOf?(decisions: readonly Decision[], reach: number, now: number): readonly (CaseTerms | null)[];
  /** Beside each decision what the law says to keep until a person has looked. */
  keepsOf?(decisions: readonly Decision[], now: number): readonly (readonly HoldTerm[])[];
}

/** What judges one note: swapped as a whole when policies or terms are reloaded. */
export interface RuleSet {
  readonly judge: Judge;
  readonly stages: readonly AnyStage[];
}

export interface ModerateDeps {
  readonly rules: () => RuleSet;
  readonly clock: Clock;
  readonly log: Log;
}

export function factsOf(note: Note, regions: readonly RegionId[], now: number, acceptedAt: number): NoteFacts {
  return {
    kind: note.kind,
    author: note.author ?? null,
    context: note.context,
    regions,
    hasImages: note.images.length > 0,
    textLength: note.title.length + note.body.length,
    now: new Date(now).toISOString(),
    acceptedAt: new Date(acceptedAt).toISOString(),
  };
}

/** No regions named anywhere means every loaded one. */
export function regionsOf(note: Note, asked: readonly RegionId[] | undefined, judge: Judge): readonly RegionId[] {
  if (asked !== undefined && asked.length > 0) return asked;
  return note.regions.length > 0 ? note.regions : judge.allRegions;
}

export function moderateWith(deps: ModerateDeps): ModerateNow {
  return async (note, options, signal) => {
    const now = options.at ?? deps.clock.now();
    const { judge, stages } = deps.rules();
    const started = performance.now();
    const run = await runPipeline(
      {
        stages,
        needs: judge.needs,
        log: deps.log,
        selected: options.stages === undefined ? null : new Set(options.stages),
        lastAttempt: true,
      },
      { sourceId: options.sourceId ?? '', revisionId: '', note, repaired: options.repaired ?? false, now },
      signal,
    );
    const regions = regionsOf(note, options.regions, judge);
    const facts = factsOf(note, regions, now, now);
    const evaluation = judge.evaluate(facts, run.evidence, run.texts, regions);
    return { evidence: run.evidence, evaluation, texts: run.texts, ms: performance.now() - started };
  };
}
