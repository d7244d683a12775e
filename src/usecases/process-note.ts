/** One revision from claim to stored decision. May run twice: the epoch in Postgres lets only one result in. */
import {
  type Decision,
  EVIDENCE_KEYS,
  type Evidence,
  type EvidenceKey,
  mainLanguageOf,
  strongestOf,
} from '../domain.js';
import type { JobHandler, JobRun } from '../jobs.js';
import { type PipelineRun, runPipeline } from '../pipeline.js';
import type { Claim, ModerationRecord, SaveResult, WorkStore } from '../ports/store.js';
import type { Clock, Log, Metrics } from '../ports.js';
import { sharedOrAlone } from '../shared-or-alone.js';
import type { AnyStage } from '../stages/stage.js';
import { handBack, type Leased, whileLeased } from './lease.js';
import { factsOf, type RuleSet, regionsOf } from './moderate.js';

export interface ProcessNoteDeps {
  readonly work: WorkStore;
  readonly rules: () => RuleSet;
  /** Takes over what is in force. */
  readonly followPolicy: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly leaseMs: number;
  readonly maxCrashes: number;
  /** Something may now be due for delivery. */
  readonly onDecided: () => void;
  /** A question was left open that a job of its own answers. */
  readonly onOpinionDue?: ((revisionId: string) => void) | undefined;
}

export function processNoteWith(deps: ProcessNoteDeps): JobHandler {
  const turns = sharedOrAlone();
  const once = processOnceWith(deps);
  return async (run, signal) => {
    const outcome = await turns.shared(() => once(run, signal, false));
    return outcome === SUSPECT ? turns.alone(() => once(run, signal, true)) : outcome;
  };
}

/** Its worker ended once: it may be the cause, or only have been beside it. */
const SUSPECT = 'suspect';

/** A note that ended a worker has the process to itself, so that those beside it are not counted as crashed with it. */
function processOnceWith(deps: ProcessNoteDeps) {
  return async (run: JobRun, signal: AbortSignal, isAlone: boolean): Promise<string> => {
    signal.throwIfAborted();
    const claim = await deps.work.claim(run.subjectId, deps.leaseMs, deps.clock.now());
    if (claim === null) return 'nothing_due';
    const leased = leasedNote(deps, claim);
    if (claim.crashes > 0 && claim.crashes < deps.maxCrashes && !isAlone) {
      await handBack(leased, false);
      return SUSPECT;
    }
    return whileLeased(leased, signal, async (own) => {
      await followTo(deps, claim.policyVersion);
      const { record, at } =
        claim.crashes >= deps.maxCrashes
          ? { record: crashed(deps, claim), at: deps.clock.now() }
          : await judged(deps, claim, run.lastAttempt, own);
      const saved = await deps.work.complete(claim, record, at);
      tell(deps, claim, record, saved);
      return saved;
    });
  };
}

/** What came into force before the claim judges it, however long ago this process last asked. */
async function followTo({ rules, followPolicy }: ProcessNoteDeps, version: number): Promise<void> {
  const { policyVersion } = rules().judge;
  if (policyVersion !== undefined && policyVersion !== version) await followPolicy();
}

function leasedNote({ work, leaseMs, log, clock }: ProcessNoteDeps, claim: Claim): Leased {
  return {
    subject: 'note',
    revisionId: claim.revisionId,
    leaseMs,
    log,
    extend: () => work.extend(claim, leaseMs, clock.now()),
    handBack: () => work.handBack(claim, clock.now()),
  };
}

/** `at` is the moment that the policy was told; stored as the time of the decision, so that it can be judged again. */
async function judged(
  deps: ProcessNoteDeps,
  claim: Claim,
  lastAttempt: boolean,
  signal: AbortSignal,
): Promise<{ readonly record: ModerationRecord; readonly at: number }> {
  const { judge, stages } = deps.rules();
  const { sourceId, revisionId, note, repaired } = claim;
  const run = await runPipeline(
    { stages, needs: judge.needs, log: deps.log, selected: null, lastAttempt },
    { sourceId, revisionId, note, repaired, now: deps.clock.now() },
    signal,
  );
  measure(deps.metrics, run);
  const at = deps.clock.now();
  const regions = regionsOf(note, undefined, judge);
  const facts = factsOf(note, regions, at, claim.acceptedAt);
  const evaluation = judge.evaluate(facts, run.evidence, run.texts, regions);
  const record: ModerationRecord = {
    evidence: run.evidence,
    evidenceVersion: versionOf(stages),
    bundleHash: evaluation.bundleHash,
    policyVersion: judge.policyVersion,
    decisions: evaluation.decisions,
    pending: evaluation.pending,
    language: mainLanguageOf(run.evidence),
    trace: run.trace,
    cases: judge.casesOf?.(evaluation.decisions, note.context.reach ?? 0, at),
    keeps: judge.keepsOf?.(evaluation.decisions, at),
  };
  return { record, at };
}

const versionOf = (stages: readonly AnyStage[]): string =>
  stages.map((stage) => `${stage.name}@${stage.version}`).join(' ');

/** Written without touching the text again: whatever it does to a worker, it may not do once more. */
function crashed(deps: ProcessNoteDeps, claim: Claim): ModerationRecord {
  const { judge, stages } = deps.rules();
  const message = 'The note ended the process of its workers';
  const failed = (key: EvidenceKey) => [key, { status: 'failed', code: 'stage_failed', message }] as const;
  deps.log.error('note held after crashes', { revisionId: claim.revisionId, crashes: claim.crashes });
  const decision: Decision = {
    regions: regionsOf(claim.note, undefined, judge),
    policy: 'global',
    action: 'hold',
    sideActions: [],
    severity: 1,
    category: null,
    ground: null,
    rules: [],
    shadow: [],
    gaps: [{ stage: 'policy', status: 'failed', why: 'crashed', action: 'hold' }],
    end: null,
  };
  return {
    evidence: Object.fromEntries(EVIDENCE_KEYS.map(failed)) as Evidence,
    evidenceVersion: versionOf(stages),
    bundleHash: judge.bundleHash,
    policyVersion: judge.policyVersion,
    decisions: [decision],
    pending: false,
    language: null,
    trace: { crashes: claim.crashes },
    cases: judge.casesOf?.([decision], claim.note.context.reach ?? 0, deps.clock.now()),
  };
}

function tell(deps: ProcessNoteDeps, claim: Claim, record: ModerationRecord, saved: SaveResult): void {
  if (saved === 'stale') {
    deps.metrics.count('stale_writes_total');
    deps.log.warn('stale result refused', { revisionId: claim.revisionId, epoch: claim.epoch });
  }
  if (saved !== 'saved') return;
  // What is grave already leaves at once, though the note is still pending.
  if (record.pending) {
    if (record.decisions.length > 0) deps.onDecided();
    if (record.evidence.deliberate.status === 'due') deps.onOpinionDue?.(claim.revisionId);
    return;
  }
  deps.metrics.count('notes_decided_total', {
    action: strongestOf(record.decisions.map(({ action }) => action)) ?? 'allow',
  });
  deps.metrics.observe('decision_seconds', (deps.clock.now() - claim.acceptedAt) / 1_000);
  deps.onDecided();
}

function measure(metrics: Metrics, run: PipelineRun): void {
  for (const entry of run.trace) {
    metrics.count('stage_outcomes_total', { stage: entry.stage, status: entry.status, why: entry.why ?? '' });
    if (entry.status === 'found') metrics.observe('stage_seconds', entry.ms / 1_000, { stage: entry.stage });
  }
}
