import { sha256Hex } from '../domain/sha256.js';
import { saysSomething } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import { nudgeOf } from '../jobs.js';
import type { Accepted, AcceptNote, ImagesStore, NotesStore } from '../ports/store.js';
import type { Blobs, Clock, Ids, Log, Metrics, Nudge, Queue } from '../ports.js';
import { contentHash } from '../stages/normalise/content-hash.js';
import { type NoteInput, readNote } from './note-input.js';
import { imageSubject } from './process-image.js';
import { storeUploads } from './store-uploads.js';

export interface SubmitPorts {
  readonly notes: Pick<NotesStore, 'accept' | 'acceptMany' | 'list'>;
  readonly queue: Pick<Queue, 'nudge'>;
  readonly images: Pick<ImagesStore, 'reserve'>;
  readonly blobs: Blobs;
  readonly ids: Ids;
  readonly imageLimitBytes: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly textLimitChars: number;
}

export interface SentNote {
  readonly sourceId: string;
  readonly input: NoteInput;
  readonly idempotencyKey: string | null;
}

/** Parsed input has its keys in the schema's order, so that equal requests have equal text. */
const fingerprintOf = (input: NoteInput): string => sha256Hex(`POST /v1/notes\n${JSON.stringify(input)}`);

export function toAccept(
  ports: Pick<SubmitPorts, 'textLimitChars'> & Partial<Pick<SubmitPorts, 'imageLimitBytes' | 'ids'>>,
  sent: SentNote,
  now: number,
): AcceptNote {
  const { textLimitChars, imageLimitBytes, ids } = ports;
  const limits = { now, textLimitChars, imageLimitBytes, newKey: ids && (() => ids.next('img')) };
  const { externalId, note, repaired, uploads } = readNote(sent.input, limits);
  const key = sent.idempotencyKey;
  return {
    sourceId: sent.sourceId,
    externalId,
    note,
    contentHash: contentHash(note),
    repaired,
    uploads,
    idempotency: key === null ? null : { key, fingerprint: fingerprintOf(sent.input) },
    now,
  };
}

/** What holds nothing passes every rule: of a new note it is a slip of the platform, an old one was emptied by its author. */
export async function checkFilled({ notes }: Pick<SubmitPorts, 'notes'>, { sourceId, externalId, note }: AcceptNote) {
  if (saysSomething(note) || note.images.length > 0) return;
  const before = await notes.list(sourceId, { externalId }, null, 1);
  if (before.items.length > 0) return;
  const message = 'A new note has a title, a body or a picture.';
  throw new InvalidInputError('note_empty', message, [{ pointer: '/body', message }]);
}

const isNew = (accepted: { readonly kind: string }): boolean =>
  accepted.kind === 'created' || accepted.kind === 'revised';

/** Never awaited by a request: the sweeper finds what a lost nudge leaves. */
function nudgeLater(
  ports: Pick<SubmitPorts, 'queue' | 'metrics' | 'log'>,
  revisions: readonly { readonly id: string; readonly images: number }[],
): void {
  if (revisions.length === 0) return;
  const nudges = revisions.flatMap(({ id, images }): readonly Nudge[] => [
    nudgeOf('notes', id, 0),
    ...Array.from({ length: images }, (_, index) => nudgeOf('images', imageSubject(id, index), 0)),
  ]);
  ports.queue.nudge(nudges).catch((error: unknown) => {
    ports.metrics.count('job_outcomes_total', { queue: 'notes', outcome: 'nudge_lost' }, nudges.length);
    ports.log.debug('nudge lost, the sweeper will find the note', { count: nudges.length, error });
  });
}

export async function submitNote(ports: SubmitPorts, sent: SentNote): Promise<Accepted> {
  const input = toAccept(ports, sent, ports.clock.now());
  await checkFilled(ports, input);
  await storeUploads(ports, [input]);
  const accepted = await ports.notes.accept(input);
  ports.metrics.count('notes_accepted_total', { kind: accepted.kind });
  if ('revisionId' in accepted && isNew(accepted)) {
    nudgeLater(ports, [{ id: accepted.revisionId, images: input.note.images.length }]);
  }
  return accepted;
}

export async function submitMany(
  ports: SubmitPorts,
  inputs: readonly AcceptNote[],
): Promise<Awaited<ReturnType<NotesStore['acceptMany']>>> {
  if (inputs.length === 0) return [];
  await storeUploads(ports, inputs);
  const results = await ports.notes.acceptMany(inputs);
  for (const result of results) ports.metrics.count('notes_accepted_total', { kind: result.kind });
  nudgeLater(
    ports,
    results.flatMap((result, at) =>
      'revisionId' in result && isNew(result)
        ? [{ id: result.revisionId, images: inputs[at]?.note.images.length ?? 0 }]
        : [],
    ),
  );
  return results;
}
