import { ACTIONS, type Action } from '../../../src/domain.js';
import type {
  Accepted,
  AcceptNote,
  JudgedRevision,
  NoteFilter,
  NoteRow,
  NotesStore,
  NoteView,
  RevisionView,
} from '../../../src/ports/store.js';
import { pageOf } from './page.js';
import {
  emit,
  iso,
  latest,
  type NoteRecord,
  newId,
  type RevisionRow,
  stored,
  type Tables,
  textHashOf,
} from './rows.js';

export function memoryNotes(tables: Tables, check: () => Promise<void>): NotesStore {
  const accept = async (input: AcceptNote): Promise<Accepted> => {
    await check();
    return acceptRow(tables, input);
  };
  const own = (sourceId: string | null, noteId: string): NoteRecord | null => {
    const note = tables.notes.get(noteId);
    return note !== undefined && (sourceId === null || note.sourceId === sourceId) ? note : null;
  };
  return {
    accept,
    acceptMany: async (inputs) => {
      await check();
      return inputs.map((input) => acceptRow(tables, input));
    },
    get: async (sourceId, noteId) => {
      await check();
      const note = own(sourceId, noteId);
      return note === null ? null : stored(viewOf(note));
    },
    list: async (sourceId, filter, cursor, limit) => {
      await check();
      const rows = [...tables.notes.values()].filter(
        (note) => (sourceId === null || note.sourceId === sourceId) && matches(note, filter),
      );
      return pageOf(rows, cursor, limit, { id: (note) => note.noteId, item: rowOf });
    },
    judged: async (sourceId, since, cursor, limit) => {
      await check();
      const rows = [...tables.notes.values()]
        .filter((note) => sourceId === null || note.sourceId === sourceId)
        .flatMap((note) => note.revisions.flatMap((row) => judgedOf(note, row) ?? []))
        .filter((row) => Date.parse(row.decidedAt) >= since);
      // This store's pages run backwards, so the ids are turned round.
      return pageOf(rows, cursor, limit, { id: (row) => backwards(row.revisionId), item: (row) => stored(row) });
    },
    erase: async (sourceId, noteId, _actor, now) => {
      await check();
      const note = own(sourceId, noteId);
      return note === null ? null : { erased: eraseRow(tables, note, now), kept: [] };
    },
    eraseAuthor: async (sourceId, authorId, _actor, now) => {
      await check();
      const notes = [...tables.notes.values()].filter(
        (note) => note.sourceId === sourceId && note.authors.has(authorId),
      );
      if (notes.length === 0) return null;
      return { notes: notes.filter((note) => eraseRow(tables, note, now)).length, kept: [] };
    },
  };
}

/** Sorts the other way round. */
const backwards = (id: string): string =>
  id.replace(/\d{8}$/, (digits) => String(99_999_999 - Number(digits)).padStart(8, '0'));

function judgedOf(note: NoteRecord, row: RevisionRow): JudgedRevision | null {
  if (row.note === null || row.record === null || row.decidedAt === null) return null;
  const by = (kind: 'policy' | 'person') =>
    note.decisions.filter((decision) => decision.revision === row.revision && decision.by.kind === kind);
  return {
    revisionId: row.revisionId,
    noteId: note.noteId,
    externalId: note.externalId,
    sourceId: note.sourceId,
    revision: row.revision,
    note: row.note,
    acceptedAt: iso(row.acceptedAt),
    decidedAt: iso(row.decidedAt),
    language: row.record.language,
    evidence: row.record.evidence,
    decisions: by('policy').map(({ regions, action, category }) => ({ regions, action, category })),
    human: by('person').map(({ regions, action }) => ({ regions, action })),
    stands: row === note.revisions.at(-1) && (row.status === 'decided' || row.status === 'held'),
  };
}

function acceptRow(tables: Tables, input: AcceptNote): Accepted {
  const key = input.idempotency === null ? null : `${input.sourceId} ${input.idempotency.key}`;
  const known = key === null ? undefined : tables.idempotency.get(key);
  if (known !== undefined) {
    const { fingerprint, ...answer } = known;
    return fingerprint === input.idempotency?.fingerprint ? { kind: 'replayed', ...answer } : { kind: 'key_reused' };
  }
  const found = [...tables.notes.values()].find(
    (note) => note.sourceId === input.sourceId && note.externalId === input.externalId && !note.erased,
  );
  const note = found ?? addNote(tables, input);
  const last = note.revisions.at(-1);
  const same = last?.contentHash === input.contentHash;
  const authorId = input.note.author?.id ?? null;
  if (authorId !== null) note.authors.add(authorId);
  if (!same) note.authorId = authorId;
  const row = same && last !== undefined ? last : addRevision(tables, note, input);
  const answer = { noteId: note.noteId, revisionId: row.revisionId, revision: row.revision };
  if (key !== null && input.idempotency !== null) {
    tables.idempotency.set(key, { fingerprint: input.idempotency.fingerprint, ...answer });
  }
  return { kind: same ? 'unchanged' : found === undefined ? 'created' : 'revised', ...answer };
}

function addNote(tables: Tables, input: AcceptNote): NoteRecord {
  const note: NoteRecord = {
    noteId: newId(tables, 'note'),
    sourceId: input.sourceId,
    externalId: input.externalId,
    authorId: null,
    authors: new Set(),
    createdAt: input.now,
    sequence: 0,
    revisions: [],
    decisions: [],
    erased: false,
  };
  tables.notes.set(note.noteId, note);
  return note;
}

function addRevision(tables: Tables, note: NoteRecord, input: AcceptNote): RevisionRow {
  const row: RevisionRow = {
    revisionId: newId(tables, 'rev'),
    revision: note.revisions.length + 1,
    contentHash: input.contentHash,
    note: stored(input.note),
    repaired: input.repaired,
    status: 'pending',
    acceptedAt: input.now,
    decidedAt: null,
    record: null,
    epoch: 0,
    leaseUntil: null,
    nudgedAt: null,
    runs: 0,
    crashes: 0,
  };
  note.revisions.push(row);
  return row;
}

function eraseRow(tables: Tables, note: NoteRecord, now: number): boolean {
  if (note.erased) return false;
  note.erased = true;
  note.authorId = null;
  note.authors.clear();
  note.decisions.length = 0;
  for (const row of note.revisions) {
    row.note = null;
    row.record = null;
    row.status = 'erased';
    row.leaseUntil = null;
    row.epoch += 1;
  }
  for (const delivery of [...tables.deliveries.values()]) {
    if (delivery.body.includes(note.noteId)) tables.deliveries.delete(delivery.deliveryId);
  }
  note.sequence += 1;
  const { noteId, externalId, sequence } = note;
  emit(tables, note.sourceId, 'note.erased', { noteId, externalId, revision: latest(note).revision, sequence }, now);
  return true;
}

const revisionView = (row: RevisionRow): RevisionView => ({
  revisionId: row.revisionId,
  revision: row.revision,
  contentHash: row.contentHash,
  status: row.status,
  acceptedAt: iso(row.acceptedAt),
  decidedAt: row.decidedAt === null ? null : iso(row.decidedAt),
  note: row.note,
  evidence: row.record?.evidence ?? null,
  trace: row.record?.trace ?? null,
});

const viewOf = (note: NoteRecord): NoteView => ({
  noteId: note.noteId,
  externalId: note.externalId,
  status: latest(note).status,
  createdAt: iso(note.createdAt),
  revisions: note.revisions.map(revisionView),
  decisions: note.decisions,
});

const inForce = (note: NoteRecord) =>
  note.decisions.filter((decision) => decision.supersededBy === null && decision.revision === latest(note).revision);

function strongestOf(note: NoteRecord): Action | null {
  const ranks = inForce(note).map((decision) => ACTIONS.indexOf(decision.action));
  return ranks.length === 0 ? null : (ACTIONS[Math.max(...ranks)] ?? null);
}

export function rowOf(note: NoteRecord): NoteRow {
  const last = latest(note);
  return {
    noteId: note.noteId,
    externalId: note.externalId,
    status: last.status,
    revision: last.revision,
    authorId: note.authorId,
    language: last.record?.language ?? null,
    strongest: strongestOf(note),
    createdAt: iso(note.createdAt),
    decidedAt: last.decidedAt === null ? null : iso(last.decidedAt),
    title: last.note?.title ?? '',
  };
}

function matches(note: NoteRecord, filter: NoteFilter): boolean {
  const row = rowOf(note);
  const decisions = inForce(note).filter(
    (decision) => filter.region === undefined || decision.regions.includes(filter.region),
  );
  return [
    filter.externalId === undefined || note.externalId === filter.externalId,
    filter.authorId === undefined || note.authorId === filter.authorId,
    filter.textHash === undefined || note.revisions.some((row) => textHashOf(row) === filter.textHash),
    filter.status === undefined || row.status === filter.status,
    filter.language === undefined || row.language === filter.language,
    filter.region === undefined || decisions.length > 0,
    filter.action === undefined || decisions.some((decision) => decision.action === filter.action),
  ].every(Boolean);
}
