/** Appeals and reports. */
import type { DeskStore, NewAppeal, NewReport, QueueRow } from '../../../../src/ports/review.js';
import { pageOf } from '../page.js';
import { iso, latest, newId, stored } from '../rows.js';
import type { DeskRows } from './rows.js';
import { bare, type CaseRecord, type DeskState } from './state.js';

export function pleasOf(
  state: DeskState,
  seen: DeskRows,
): Pick<DeskStore, 'findNote' | 'openAppeal' | 'openReport' | 'appeal' | 'report' | 'appeals' | 'reports'> {
  const { cases, appeals, reports, made, noteOf, addCase, tables, check } = state;
  const { sync } = seen;
  const plea = <T extends NewAppeal | NewReport>(
    input: T,
    about: Pick<QueueRow, 'decisionId' | 'excluded'>,
    now: number,
  ): CaseRecord => {
    const note = noteOf(input.noteId);
    const row = note.revisions.find(({ revisionId }) => revisionId === input.revisionId) ?? latest(note);
    const { regions, terms } = input;
    return addCase(note, row, { ...about, regions }, { terms, now });
  };
  const common = (input: NewAppeal | NewReport, caseId: string, now: number) => ({
    sourceId: input.sourceId,
    reference: input.reference,
    noteId: input.noteId,
    revision: input.revision,
    regions: input.regions,
    language: input.language,
    reason: null,
    receivedAt: iso(now),
    dueAt: iso(input.terms.dueAt),
    decidedAt: null,
    caseId,
    state: 'open' as const,
  });
  return {
    findNote: async (sourceId, { noteId, externalId }) => {
      await check();
      const note = [...tables.notes.values()].find(
        (one) => one.sourceId === sourceId && !one.erased && (one.noteId === noteId || one.externalId === externalId),
      );
      if (note === undefined) return null;
      const last = latest(note);
      return stored({
        noteId: note.noteId,
        sourceId,
        revisionId: last.revisionId,
        revision: last.revision,
        status: last.status,
        language: last.record?.language ?? null,
        regions: last.note?.regions ?? [],
        reach: last.note?.context.reach ?? 0,
        decisions: note.decisions,
        revisions: note.revisions.map(({ revisionId, revision }) => ({ revisionId, revision })),
        deciders: [...made.values()]
          .filter(({ undone, caseId }) => !undone && cases.get(caseId)?.noteId === note.noteId)
          .flatMap(({ own, userId }) => own.map((decisionId) => ({ decisionId, userId }))),
      });
    },
    openAppeal: async (input, _actor, now) => {
      await check();
      if (tables.notes.get(input.noteId)?.erased !== false) return { kind: 'erased' };
      const all = [...appeals.values()];
      const same = all.find((one) => one.sourceId === input.sourceId && one.reference === input.reference);
      if (same !== undefined) return { kind: 'replayed', plea: bare(same) };
      const open = all.some(
        (one) =>
          one.state === 'open' && one.by === input.by && one.decisionIds.some((id) => input.decisionIds.includes(id)),
      );
      if (open) return { kind: 'conflict' };
      const record = plea(input, { decisionId: input.decisionIds[0] ?? null, excluded: input.excluded }, now);
      const { decisionIds, by, text } = input;
      const row = { id: newId(tables, 'apl'), ...common(input, record.caseId, now), decisionIds, by, text };
      appeals.set(row.id, row);
      return { kind: 'opened', plea: bare(row) };
    },
    openReport: async (input, _actor, now) => {
      await check();
      if (tables.notes.get(input.noteId)?.erased !== false) return { kind: 'erased' };
      const same = [...reports.values()].find(
        (one) => one.sourceId === input.sourceId && one.reference === input.reference,
      );
      if (same !== undefined) return { kind: 'replayed', plea: bare(same) };
      const shared = [...cases.values()].find(
        (one) =>
          one.reason === 'report' &&
          one.status === 'open' &&
          one.revisionId === input.revisionId &&
          one.category === input.terms.category &&
          one.leaseUntil <= now,
      );
      if (shared !== undefined) {
        shared.regions = [...new Set([...shared.regions, ...input.regions])];
        shared.rankAt = Math.min(shared.rankAt, input.terms.rankAt);
      }
      const record = shared ?? plea(input, { decisionId: null, excluded: [] }, now);
      const { terms, reasons, law, urls, reporter } = input;
      const row = {
        id: newId(tables, 'rpt'),
        ...common(input, record.caseId, now),
        category: terms.category,
        reasons,
        law,
        urls,
        reporter,
      };
      reports.set(row.id, row);
      return { kind: 'opened', plea: bare(row) };
    },
    appeal: async (sourceId, id) => {
      await check();
      sync();
      const row = appeals.get(id);
      return row?.sourceId === sourceId ? bare(row) : null;
    },
    report: async (sourceId, id) => {
      await check();
      sync();
      const row = reports.get(id);
      return row?.sourceId === sourceId ? bare(row) : null;
    },
    appeals: async (sourceId, filter, cursor, limit) => {
      await check();
      const own = [...appeals.values()].filter((row) => row.sourceId === sourceId && fits(row, filter));
      return pageOf(own, cursor, limit, { id: (row) => row.id, item: bare });
    },
    reports: async (sourceId, filter, cursor, limit) => {
      await check();
      const own = [...reports.values()].filter((row) => row.sourceId === sourceId && fits(row, filter));
      return pageOf(own, cursor, limit, { id: (row) => row.id, item: bare });
    },
  };
}

const fits = (
  row: { noteId: string; state: string },
  filter: { noteId?: string | undefined; state?: string | undefined },
): boolean =>
  (filter.noteId === undefined || row.noteId === filter.noteId) &&
  (filter.state === undefined || row.state === filter.state);
