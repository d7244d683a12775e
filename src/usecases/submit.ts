/** Takes notes in: stored and committed first; the nudge to the workers is a hint that may be lost. */
import { hash } from 'node:crypto';
import type { Clock, Log, Metrics, Queue } from '../ports.js';
import type { Accepted, AcceptNote, NotesStore } from '../ports-store.js';
import { contentHash } from '../stages/normalise/content-hash.js';
import { type NoteInput, readNote } from './note-input.js';

export interface SubmitPorts {
  readonly notes: Pick<NotesStore, 'accept' | 'acceptMany'>;
  readonly queue: Pick<Queue, 'nudge'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly textLimitChars: number;
}

export interface Submission {
  readonly sourceId: string;
  readonly input: NoteInput;
  readonly idempotencyKey: string | null;
}

/** Parsed input has its keys in the schema's order, so that equal requests have equal text. */
const fingerprintOf = (input: NoteInput): string => hash('sha256', `POST /v1/notes\n${JSON.stringify(input)}`, 'hex');

export function toAccept(ports: Pick<SubmitPorts, 'textLimitChars'>, submission: Submission, now: number): AcceptNote {
  const { externalId, note, repaired } = readNote(submission.input, { now, textLimitChars: ports.textLimitChars });
  const key = submission.idempotencyKey;
  return {
    sourceId: submission.sourceId,
    externalId,
    note,
    contentHash: contentHash(note),
    repaired,
    idempotency: key === null ? null : { key, fingerprint: fingerprintOf(submission.input) },
    now,
  };
}

const isNew = (accepted: { readonly kind: string }): boolean =>
  accepted.kind === 'created' || accepted.kind === 'revised';

/** Never awaited by a request: the sweeper finds what a lost nudge leaves. */
export function nudgeLater(
  ports: Pick<SubmitPorts, 'queue' | 'metrics' | 'log'>,
  revisionIds: readonly string[],
): void {
  if (revisionIds.length === 0) return;
  const nudges = revisionIds.map((id) => ({ queue: 'notes' as const, jobId: `${id}-0`, subjectId: id }));
  ports.queue.nudge(nudges).catch((error: unknown) => {
    ports.metrics.count('job_outcomes_total', { queue: 'notes', outcome: 'nudge_lost' }, nudges.length);
    ports.log.debug('nudge lost, the sweeper will find the note', { count: nudges.length, error });
  });
}

export async function submitNote(ports: SubmitPorts, submission: Submission): Promise<Accepted> {
  const accepted = await ports.notes.accept(toAccept(ports, submission, ports.clock.now()));
  ports.metrics.count('notes_accepted_total', { kind: accepted.kind });
  if ('revisionId' in accepted && isNew(accepted)) nudgeLater(ports, [accepted.revisionId]);
  return accepted;
}

export async function submitMany(
  ports: SubmitPorts,
  inputs: readonly AcceptNote[],
): Promise<Awaited<ReturnType<NotesStore['acceptMany']>>> {
  if (inputs.length === 0) return [];
  const results = await ports.notes.acceptMany(inputs);
  for (const result of results) ports.metrics.count('notes_accepted_total', { kind: result.kind });
  nudgeLater(
    ports,
    results.flatMap((result) => ('revisionId' in result && isNew(result) ? [result.revisionId] : [])),
  );
  return results;
}
