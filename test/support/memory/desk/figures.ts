/** Overdue decisions, figures, search and the record. */
import { hash } from 'node:crypto';
import type { DeskStore } from '../../../../src/ports/review.js';
import type { StoredDecision } from '../../../../src/ports/store.js';
import { rowOf } from '../notes.js';
import { pageOf } from '../page.js';
import { iso, latest, type NoteRecord } from '../rows.js';
import type { DeskRows } from './rows.js';
import type { Standing } from './standing.js';
import { type CaseRecord, DAY_MS, type DeskState } from './state.js';

export function figuresOf(
  state: DeskState,
  seen: DeskRows,
  standing: Standing,
): Pick<DeskStore, 'ranOut' | 'openOverdue' | 'statistics' | 'search' | 'hidden' | 'audit'> {
  const { cases, opinions, appeals, reports, made, noteOf, addCase, isPlea, tables, check, audit } = state;
  const { sync } = seen;
  const { stands } = standing;
  return {
    ranOut: async (now, limit) => {
      await check();
      sync();
      const busy = (note: NoteRecord, one: StoredDecision): boolean =>
        [...cases.values()].some(
          (record) =>
            record.noteId === note.noteId &&
            ((record.status === 'open' &&
              !isPlea(record) &&
              record.regions.some((region) => one.regions.includes(region))) ||
              (record.reason === 'overdue' && record.decisionId === one.decisionId)),
        );
      return [...tables.notes.values()]
        .flatMap((note) =>
          stands(note)
            .filter(
              (one) =>
                one.revision === latest(note).revision &&
                one.end !== null &&
                Date.parse(one.end) <= now &&
                !busy(note, one),
            )
            .map((decision) => ({ decision, noteId: note.noteId, reach: latest(note).note?.context.reach ?? 0 })),
        )
        .slice(0, limit);
    },
    openOverdue: async ({ decision, noteId }, terms, now) => {
      await check();
      const note = noteOf(noteId);
      const taken = [...cases.values()].some(
        (one) => one.reason === 'overdue' && one.decisionId === decision.decisionId,
      );
      if (taken || !stands(note).some((one) => one.decisionId === decision.decisionId)) return false;
      const { decisionId, regions } = decision;
      addCase(note, latest(note), { decisionId, regions, excluded: [] }, { terms, now });
      return true;
    },
    statistics: async (days, now) => {
      await check();
      sync();
      const open = [...cases.values()].filter(({ status }) => status === 'open');
      const done = [...cases.values()].filter(({ outcome }) => outcome === 'decided');
      const inTime = done.filter((one) => one.closedAt <= Date.parse(one.dueAt)).length;
      const count = (list: Iterable<{ state: string }>, ...states: string[]): number =>
        [...list].filter(({ state }) => states.includes(state)).length;
      return {
        from: iso(now - days * DAY_MS),
        to: iso(now),
        bucketHours: days <= 2 ? 1 : 24,
        backlog: {
          open: open.length,
          unclaimed: open.filter(({ leaseUntil }) => leaseUntil <= now).length,
          overdue: open.filter(({ dueAt }) => Date.parse(dueAt) <= now).length,
          oldestOpenedAt: open.map(({ openedAt }) => openedAt).toSorted()[0] ?? null,
          byDesk: [],
        },
        clocks: { met: inTime, missed: done.length - inTime, medianMinutes: null, byRegion: [] },
        volume: { total: [], byLanguage: [], byRegion: [], byAction: [] },
        people: { decided: [], medianSeconds: null, undone: [...made.values()].filter(({ undone }) => undone).length },
        appeals: {
          open: count(appeals.values(), 'open'),
          upheld: count(appeals.values(), 'upheld'),
          overturned: count(appeals.values(), 'overturned'),
          other: count(appeals.values(), 'partly_overturned', 'ground_changed', 'erased'),
        },
        reports: {
          open: count(reports.values(), 'open'),
          actioned: count(reports.values(), 'actioned'),
          noAction: count(reports.values(), 'no_action'),
        },
        limited: false,
      };
    },
    search: async (text, limit) => {
      await check();
      const kept = [...tables.notes.values()].filter((note) => latest(note).note !== null);
      const hashes = [text, `\n${text}`, text.replace(/\n?$/, '\n')].map((one) => hash('sha256', one, 'hex'));
      const whole = (note: NoteRecord): string => `${latest(note).note?.title ?? ''}\n${latest(note).note?.body ?? ''}`;
      return {
        exact: kept
          .filter((note) => hashes.includes(hash('sha256', whole(note), 'hex')))
          .slice(0, limit)
          .map(rowOf),
        containing: kept
          .filter((note) => whole(note).toLowerCase().includes(text.toLowerCase()))
          .slice(0, limit)
          .map(rowOf),
        searched: kept.length,
        complete: true,
      };
    },
    hidden: async (sight, noteIds) => {
      await check();
      const isOpenTo = (record: CaseRecord): boolean =>
        sight.desks.includes(record.desk) ||
        opinions.some((one) => one.caseId === record.caseId && one.of.id === sight.userId && one.answeredAt === null);
      return new Set(
        noteIds.filter((noteId) => {
          const own = [...cases.values()].filter((record) => record.noteId === noteId);
          return own.length > 0 && !own.some(isOpenTo);
        }),
      );
    },
    audit: async (filter, cursor, limit) => {
      await check();
      const all = (await audit.list(null, 1_000_000)).items.filter(
        (event) =>
          (filter.subject === undefined || event.subject === filter.subject) &&
          (filter.actor === undefined || event.actor.id === filter.actor) &&
          (filter.verb === undefined || event.verb === filter.verb) &&
          (filter.since === undefined || Date.parse(event.at) >= Date.parse(filter.since)) &&
          (filter.until === undefined || Date.parse(event.at) < Date.parse(filter.until)),
      );
      return pageOf(all, cursor, limit, {
        id: (row) => `audit_${String(row.sequence).padStart(8, '0')}`,
        item: (row) => row,
      });
    },
  };
}
