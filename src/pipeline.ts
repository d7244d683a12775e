/**
 * Runs the stage list over one note: order, skip, time limit, abort, trace, Outcome.
 * Holds the only catch around stages. Every evidence key has an outcome at the end.
 */
import {
  EVIDENCE_KEYS,
  type Evidence,
  type EvidenceKey,
  type EvidenceMap,
  type LabelledText,
  type Note,
  type Outcome,
  type SkipReason,
  whyNot,
} from './domain.js';
import { codeOf, ERROR_CODES, type ErrorCode, isOurs, UnavailableError } from './errors.js';
import type { Log } from './ports.js';
import { normalise } from './stages/normalise/index.js';
import type { AnyStage, Stage, StageInput, StageNeeds } from './stages/stage.js';
import { withinTime } from './time-limit.js';

export interface PipelineOptions {
  readonly stages: readonly AnyStage[];
  readonly needs: StageNeeds;
  readonly log: Log;
  /** Null runs all; else a stage outside the set says `not_selected`. */
  readonly selected: ReadonlySet<EvidenceKey> | null;
  /** On the last attempt an absent dependency becomes a recorded failure, so that a decision always falls. */
  readonly lastAttempt: boolean;
}
export interface PipelineNote {
  readonly sourceId: string;
  readonly revisionId: string;
  readonly note: Note;
  readonly repaired: boolean;
  readonly now: number;
}
export interface TraceEntry {
  readonly stage: EvidenceKey;
  readonly status: Outcome<unknown>['status'];
  readonly ms: number;
  readonly version: string | null;
  /** Skip reason or error code. */
  readonly why: string | null;
}
export interface PipelineRun {
  readonly evidence: Evidence;
  readonly texts: readonly LabelledText[];
  readonly trace: readonly TraceEntry[];
}

export async function runPipeline(
  options: PipelineOptions,
  subject: PipelineNote,
  signal: AbortSignal,
): Promise<PipelineRun> {
  const evidence: Partial<Record<EvidenceKey, Outcome<unknown>>> = {};
  const trace: TraceEntry[] = [];
  let texts = textsOf(subject.note);
  for (const stage of options.stages as readonly Stage[]) {
    signal.throwIfAborted();
    // Outcome of key K always comes from Stage<K>: checkStages proves one producer a key.
    const input: StageInput = { ...subject, texts, evidence: { ...evidence } as Partial<Evidence> };
    const started = performance.now();
    const outcome = await runStage(stage, input, options, signal);
    evidence[stage.name] = outcome;
    trace.push(traceOf(stage, outcome, performance.now() - started));
    if (outcome.status === 'found' && stage.texts) texts = [...texts, ...stage.texts(outcome.value)];
  }
  return { evidence: complete(evidence, subject.note, options.selected), texts, trace };
}

export const textsOf = (note: Note): readonly LabelledText[] =>
  (['title', 'body'] as const)
    .filter((part) => note[part] !== '')
    .map((part) => ({ part, text: normalise(note[part]) }));

async function runStage<K extends EvidenceKey>(
  stage: Stage<K>,
  input: StageInput,
  options: PipelineOptions,
  signal: AbortSignal,
): Promise<Outcome<EvidenceMap[K]>> {
  if (options.selected !== null && !options.selected.has(stage.name)) return { status: 'skipped', why: 'not_selected' };
  const started = performance.now();
  try {
    const verdict = stage.when(input, options.needs);
    if (!verdict.run) return { status: 'skipped', why: verdict.why };
    const until = stage.dueUntil === undefined ? null : await stage.dueUntil(input);
    signal.throwIfAborted();
    if (typeof until === 'string') return { status: 'due', until };
    if (until !== null) return { status: 'skipped', why: until.skip };
    const late = () => new UnavailableError('deadline_exceeded', `${stage.name} took over ${stage.timeoutMs} ms`);
    const value = await withinTime(stage.timeoutMs, signal, late, (limited) => stage.run(input, limited));
    return { status: 'found', value, ms: round(performance.now() - started), version: stage.version };
  } catch (error) {
    // An abort from outside is a stop or a lost lease, not a result of the stage.
    signal.throwIfAborted();
    if (error instanceof UnavailableError && !options.lastAttempt) throw error;
    return failure(stage.name, error, input, options.log);
  }
}

/** Only our own errors carry a message that is known to hold no text of the note. */
function failure(stage: EvidenceKey, error: unknown, input: StageInput, log: Log): Outcome<never> {
  const own = isOurs(error);
  const code: ErrorCode = own ? codeOf(error) : 'stage_failed';
  const kind = error instanceof Error ? error.name : typeof error;
  log.error('stage failed', { stage, code, kind, revisionId: input.revisionId, at: own ? undefined : placeOf(error) });
  return { status: 'failed', code, message: own ? error.message : ERROR_CODES[code].title };
}

/** Stack frames without the message line: the message of a defect may quote the note. */
const placeOf = (error: unknown): string | undefined =>
  error instanceof Error ? error.stack?.split('\n    at ').slice(1, 6).join(' < ') : undefined;

function traceOf(stage: Stage, outcome: Outcome<unknown>, ms: number): TraceEntry {
  return { stage: stage.name, status: outcome.status, ms: round(ms), version: stage.version, why: whyNot(outcome) };
}

/** What a key without a stage in the list means. */
const ABSENT: Readonly<Record<EvidenceKey, (note: Note) => SkipReason>> = {
  normalise: () => 'not_configured',
  language: () => 'not_configured',
  images: (note) => (note.images.length > 0 ? 'not_supported' : 'no_images'),
  match: () => 'not_configured',
  classify: () => 'no_model',
  campaign: () => 'no_store',
  deliberate: () => 'not_configured',
};

function complete(
  found: Partial<Record<EvidenceKey, Outcome<unknown>>>,
  note: Note,
  selected: ReadonlySet<EvidenceKey> | null,
): Evidence {
  const isDeselected = (key: EvidenceKey): boolean => selected !== null && !selected.has(key);
  const whyAbsent = (key: EvidenceKey): SkipReason => {
    const why = ABSENT[key](note);
    // What is not there cannot be left out.
    return isDeselected(key) && why !== 'no_images' ? 'not_selected' : why;
  };
  const entries = EVIDENCE_KEYS.map((key) => [key, found[key] ?? { status: 'skipped', why: whyAbsent(key) }]);
  return Object.fromEntries(entries) as Evidence;
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
