/** Pages, counts, single rows and whole cases. */
import type { DeskStore, QueueRow } from '../../../../src/ports/review.js';
import { pageOf } from '../page.js';
import { iso, latest, stored } from '../rows.js';
import type { DeskRows } from './rows.js';
import { aroundOf } from './similar.js';
import { bare, type DeskState } from './state.js';

export function queueOf(
  state: DeskState,
  seen: DeskRows,
): Pick<DeskStore, 'list' | 'counts' | 'row' | 'rows' | 'file' | 'changes'> {
  const { cases, comments, opinions, appeals, reports, made, noteOf, check } = state;
  const { sync, shown, inSight, rows } = seen;
  return {
    list: async (sight, filter, { cursor, limit, now }) => {
      await check();
      const all = rows(sight, filter, now);
      const place = new Map(
        all.map(({ caseId }, index) => [caseId, `case_${String(99_999_999 - index).padStart(8, '0')}`]),
      );
      return pageOf(all, cursor, limit, { id: (row) => place.get(row.caseId) ?? '', item: (row) => row });
    },
    counts: async (sight, filter, now) => {
      await check();
      const all = rows(sight, filter, now);
      const by = (keys: (row: QueueRow) => readonly string[]): Map<string, number> => {
        const tally = new Map<string, number>();
        for (const key of all.flatMap(keys)) tally.set(key, (tally.get(key) ?? 0) + 1);
        return tally;
      };
      const list = <K extends string>(name: K, keys: (row: QueueRow) => readonly string[]) =>
        [...by(keys)].map(([key, count]) => ({ [name]: key, count })) as unknown as readonly ({
          readonly [P in K]: string;
        } & { readonly count: number })[];
      const left = (row: QueueRow): number => Date.parse(row.dueAt) - now;
      return {
        open: all.length,
        mine: all.filter(
          (row) => row.holder?.id === sight.userId || row.assignedTo?.id === sight.userId || row.askedOfMe,
        ).length,
        unassigned: all.filter((row) => row.holder === null).length,
        overdue: all.filter((row) => left(row) <= 0).length,
        dueWithinHour: all.filter((row) => left(row) > 0 && left(row) <= 3_600_000).length,
        oldestOpenedAt: all.map(({ openedAt }) => openedAt).toSorted()[0] ?? null,
        byLanguage: list('language', (row) => [row.language ?? 'und']),
        byRegion: list('region', (row) => row.regions),
        byCategory: list('category', (row) => [row.category ?? 'und']),
        byReason: list('reason', (row) => [row.reason]),
        byDesk: list('desk', (row) => [row.desk]),
        bySource: list('source', (row) => [row.sourceId]).map((one) => ({
          ...one,
          name: all.find(({ sourceId }) => sourceId === one.source)?.sourceName ?? one.source,
        })),
      };
    },
    row: async (sight, caseId, now) => {
      await check();
      sync();
      const record = cases.get(caseId);
      const row = record === undefined ? null : shown(record, sight, now);
      return row !== null && inSight(row, sight) ? row : null;
    },
    rows: async (sight, caseIds, now) => {
      await check();
      sync();
      const found = caseIds.flatMap((caseId) => cases.get(caseId) ?? []).map((record) => shown(record, sight, now));
      return found.filter((row) => inSight(row, sight));
    },
    file: async (sight, caseId, now) => {
      await check();
      sync();
      const record = cases.get(caseId);
      const row = record === undefined ? null : shown(record, sight, now);
      if (row === null || !inSight(row, sight)) return null;
      const note = noteOf(row.noteId);
      const revision = note.revisions.find((one) => one.revisionId === row.revisionId) ?? latest(note);
      const own = note.decisions.filter((one) => one.revision === revision.revision);
      return stored({
        row,
        newestRevisionId: latest(note).revisionId,
        noteStatus: latest(note).status,
        note: revision.note,
        acceptedAt: iso(revision.acceptedAt),
        decidedAt: revision.decidedAt === null ? null : iso(revision.decidedAt),
        evidence: revision.record?.evidence ?? null,
        bundleHash:
          note.decisions.find((one) => one.decisionId === row.decisionId)?.bundleHash ??
          revision.record?.bundleHash ??
          null,
        decisions: own,
        people: [...made.values()]
          .filter((one) => cases.get(one.caseId)?.noteId === row.noteId)
          .flatMap(({ people }) => people),
        comments: (comments.get(row.noteId) ?? []).map(({ noteId: _, ...comment }) => comment),
        opinions: opinions.filter((one) => one.caseId === caseId).map(({ caseId: _, ...one }) => one),
        author: null,
        ...aroundOf(state, row),
        appeal: [...appeals.values()].filter((one) => one.caseId === caseId).map(bare)[0] ?? null,
        reports: [...reports.values()].filter((one) => one.caseId === caseId).map(bare),
        holds: [],
        others: [...cases.values()]
          .filter((one) => one.noteId === row.noteId && one.caseId !== caseId)
          .map((one) => shown(one, sight, now)),
      });
    },
    changes: async (since, limit) => {
      await check();
      sync();
      const changed = [...cases.values()]
        .filter(({ changedAt }) => changedAt > since)
        .toSorted((a, b) => b.changedAt - a.changedAt);
      return {
        newest: changed[0]?.changedAt ?? since,
        more: changed.length > limit,
        rows: changed.slice(0, limit).map(({ caseId, changedAt }) => ({ caseId, changedAt })),
      };
    },
  };
}
