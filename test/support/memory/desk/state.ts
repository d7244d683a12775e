/** What the desk in memory holds, and its smallest steps. */
import type { CaseTerms } from '../../../../src/domain.js';
import type {
  Appeal,
  Comment,
  Opinion,
  PersonDecision,
  PersonRef,
  QueueRow,
  Report,
} from '../../../../src/ports/review.js';
import type { AuditStore } from '../../../../src/ports/store.js';
import { iso, type NoteRecord, newId, type RevisionRow, stored, type Tables } from '../rows.js';

export type Open<T> = { -readonly [K in keyof T]: T[K] };
export type CaseRecord = Open<
  Omit<QueueRow, 'from' | 'holder' | 'assignedTo' | 'title' | 'gap' | 'askedOfMe' | 'asked' | 'answered' | 'rankAt'>
> & {
  rankAt: number;
  leaseBy: string | null;
  leaseUntil: number;
  assigned: { id: string; until: number } | null;
  changedAt: number;
  closedAt: number;
  submissionId: string | null;
};
export interface Made {
  readonly submissionId: string;
  readonly caseId: string;
  readonly userId: string;
  readonly undoUntil: number;
  readonly deliveries: readonly string[];
  readonly own: readonly string[];
  readonly before: readonly { readonly decisionId: string; readonly supersededBy: string | null }[];
  readonly carried: readonly string[];
  readonly regions: readonly string[];
  readonly people: Open<PersonDecision>[];
  undone: boolean;
}

export interface MemoryDeskParts {
  readonly tables: Tables;
  readonly check: () => Promise<void>;
  readonly login: (userId: string) => string;
  readonly audit: AuditStore;
}

export const DAY_MS = 86_400_000;

export function openState({ tables, check, login, audit }: MemoryDeskParts) {
  const cases = new Map<string, CaseRecord>();
  const known = new Set<string>();
  const comments = new Map<string, (Comment & { readonly noteId: string })[]>();
  const opinions: (Open<Opinion> & { readonly caseId: string })[] = [];
  const skips = new Map<string, number>();
  const appeals = new Map<string, Open<Appeal> & { readonly sourceId: string }>();
  const reports = new Map<string, Open<Report> & { readonly sourceId: string }>();
  const made = new Map<string, Made>();
  const ref = (id: string): PersonRef => ({ id, login: login(id) });
  const noteOf = (noteId: string): NoteRecord => {
    const note = tables.notes.get(noteId);
    if (note === undefined) throw new Error(`no note ${noteId}`);
    return note;
  };
  const tell = (verb: string, actor: string, subject: string, now: number, detail: object) =>
    audit.append({ actor: { kind: 'user', id: actor }, verb, subject, detail: { ...detail } }, now);

  const addCase = (
    note: NoteRecord,
    row: RevisionRow,
    about: Pick<QueueRow, 'decisionId' | 'regions' | 'excluded'>,
    { terms, now }: { readonly terms: CaseTerms; readonly now: number },
  ): CaseRecord => {
    const record: CaseRecord = {
      caseId: newId(tables, 'case'),
      noteId: note.noteId,
      externalId: note.externalId,
      sourceId: note.sourceId,
      sourceName: note.sourceId,
      revisionId: row.revisionId,
      revision: row.revision,
      ...about,
      reason: terms.reason,
      desk: terms.desk,
      category: terms.category,
      severity: terms.severity,
      language: row.record?.language ?? null,
      status: 'open',
      outcome: null,
      openedAt: iso(now),
      dueAt: iso(terms.dueAt),
      clock: terms.clock,
      reach: terms.reach,
      weight: terms.weight,
      rankAt: terms.rankAt,
      epoch: 0,
      nativeSpeaker: false,
      leaseBy: null,
      leaseUntil: 0,
      assigned: null,
      changedAt: now,
      closedAt: 0,
      submissionId: null,
    };
    cases.set(record.caseId, record);
    return record;
  };
  const close = (record: CaseRecord, outcome: QueueRow['outcome'], now: number): void => {
    Object.assign(record, { status: 'open', outcome, closedAt: now, changedAt: now, leaseBy: null, leaseUntil: 0 });
    record.status = 'closed';
  };
  const isPlea = ({ reason }: CaseRecord): boolean => reason === 'appeal' || reason === 'report';
  return {
    cases,
    known,
    comments,
    opinions,
    skips,
    appeals,
    reports,
    made,
    ref,
    noteOf,
    tell,
    addCase,
    close,
    isPlea,
    tables,
    check,
    audit,
  };
}
export type DeskState = ReturnType<typeof openState>;

export const bare = <T extends { readonly sourceId: string }>({ sourceId: _, ...rest }: T): Omit<T, 'sourceId'> =>
  stored(rest);
