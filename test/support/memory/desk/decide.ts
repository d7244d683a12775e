/** Decisions of people and their undoing. */
import type { DeskStore, PersonDecision, Submission } from '../../../../src/ports/review.js';
import type { StoredDecision } from '../../../../src/ports/store.js';
import { emit, iso, latest, type NoteRecord, newId, stored } from '../rows.js';
import type { DeskLeases } from './leases.js';
import type { DeskRows } from './rows.js';
import type { Standing } from './standing.js';
import type { CaseRecord, DeskState, Made, Open } from './state.js';

export function decideOf(
  state: DeskState,
  seen: DeskRows,
  leases: DeskLeases,
  standing: Standing,
): Pick<DeskStore, 'submit' | 'submitted' | 'undoable' | 'undo'> {
  const { cases, known, appeals, reports, made, ref, noteOf, tell, close, isPlea, tables, check } = state;
  const { sync } = seen;
  const { take, held } = leases;
  const { stands, show, setPointer } = standing;
  function write(submission: Submission, record: CaseRecord, now: number): Made {
    const note = noteOf(record.noteId);
    const regions = submission.verdicts.flatMap((verdict) => verdict.regions);
    note.sequence += 1;
    const newer = stands(note).some(({ revision }) => revision > record.revision);
    const before = stands(note).filter((one) => one.regions.some((region) => regions.includes(region)));
    const own = submission.verdicts.map(
      (verdict): StoredDecision => ({
        decisionId: newId(tables, 'dec'),
        revision: record.revision,
        sequence: note.sequence,
        regions: verdict.regions,
        policy: verdict.policy,
        action: verdict.action,
        sideActions: [],
        severity: verdict.severity as StoredDecision['severity'],
        category: verdict.category,
        ground: verdict.ground,
        rules: [],
        shadow: [],
        gaps: [],
        end: verdict.end,
        by: { kind: 'person', id: submission.hold.userId },
        bundleHash: submission.bundleHash,
        triggerRef: submission.triggerRef,
        supersedes:
          before.find((one) => one.regions.some((region) => verdict.regions.includes(region)))?.decisionId ?? null,
        supersededBy: newer ? (stands(note)[0]?.decisionId ?? null) : null,
        createdAt: iso(now),
        notices: verdict.noticeTexts,
      }),
    );
    const carried: string[] = [];
    for (const old of newer ? [] : before) {
      const rest = old.regions.filter((region) => !regions.includes(region));
      const by = own.find((one) => one.regions.some((region) => old.regions.includes(region)));
      setPointer(note, old.decisionId, by?.decisionId ?? null);
      if (rest.length === 0) continue;
      const copy = {
        ...old,
        decisionId: newId(tables, 'dec'),
        regions: rest,
        sequence: note.sequence,
        supersedes: old.decisionId,
      };
      note.decisions.push(copy);
      carried.push(copy.decisionId);
      known.add(copy.decisionId);
    }
    note.decisions.push(...own.map((one) => stored(one)));
    const submissionId = newId(tables, 'sub');
    const earlier = new Set(tables.deliveries.keys());
    const { noteId, externalId, sequence } = note;
    if (!newer)
      emit(
        tables,
        note.sourceId,
        'decision.changed',
        { noteId, externalId, revision: record.revision, sequence, decisions: own.map(short) },
        now,
      );
    const deliveries = [...tables.deliveries.keys()].filter((id) => !earlier.has(id));
    const undoUntil = now + submission.undoMs;
    for (const id of deliveries) Object.assign(tables.deliveries.get(id) ?? {}, { nextAttemptAt: undoUntil });
    const people = own.map(
      (one): Open<PersonDecision> => ({
        submissionId,
        caseId: record.caseId,
        decisionId: one.decisionId,
        by: ref(submission.hold.userId),
        action: one.action,
        regions: one.regions,
        category: one.category,
        ground: one.ground,
        reason: submission.reason,
        outcome: submission.outcome,
        seconds: submission.seconds,
        at: iso(now),
        undoUntil: iso(undoUntil),
        undoneAt: null,
      }),
    );
    const pointers = before.map(({ decisionId }) => ({ decisionId, supersededBy: null }));
    return {
      submissionId,
      caseId: record.caseId,
      userId: submission.hold.userId,
      undoUntil,
      deliveries,
      own: own.map(({ decisionId }) => decisionId),
      before: newer ? [] : pointers,
      carried,
      regions,
      people,
      undone: false,
    };
  }
  const answer = (
    record: CaseRecord,
    submission: Pick<Submission, 'appealState' | 'reportState' | 'reason'>,
    at: string | null,
  ): void => {
    for (const appeal of appeals.values()) {
      if (appeal.caseId === record.caseId && submission.appealState !== null) {
        Object.assign(appeal, { state: submission.appealState, reason: submission.reason, decidedAt: at });
      }
    }
    for (const report of reports.values()) {
      if (report.caseId === record.caseId && submission.reportState !== null) {
        Object.assign(report, { state: submission.reportState, reason: submission.reason, decidedAt: at });
      }
    }
  };

  const restore = (result: Made, record: CaseRecord, note: NoteRecord, now: number): void => {
    result.undone = true;
    for (const id of result.deliveries) tables.deliveries.delete(id);
    const first = result.before[0]?.decisionId ?? null;
    for (const id of [...result.own, ...result.carried]) setPointer(note, id, first ?? id);
    for (const { decisionId, supersededBy } of result.before) setPointer(note, decisionId, supersededBy);
    for (const one of result.people) one.undoneAt = iso(now);
    if (record.status === 'open') record.regions = [...record.regions, ...result.regions];
    for (const other of cases.values()) {
      if (other.submissionId === result.submissionId)
        Object.assign(other, { status: 'open', outcome: null, submissionId: null, changedAt: now });
    }
    answer(record, { appealState: 'open', reportState: 'open', reason: null }, null);
    show(note, note.revisions.find(({ revisionId }) => revisionId === record.revisionId) ?? latest(note));
  };
  const isPast = (result: Made, record: CaseRecord, note: NoteRecord, now: number): boolean => {
    const pointers = new Map(note.decisions.map(({ decisionId, supersededBy }) => [decisionId, supersededBy]));
    return [
      now >= result.undoUntil,
      result.deliveries.some((id) => (tables.deliveries.get(id)?.epoch ?? 0) > 0),
      [...result.own, ...result.carried].some((id) => pointers.get(id) !== null),
      record.outcome === 'erased',
      record.status === 'open' && ![null, result.userId].includes(record.leaseBy) && record.leaseUntil > now,
    ].some(Boolean);
  };
  return {
    submit: async (submission, now) => {
      await check();
      sync();
      const record = cases.get(submission.hold.caseId);
      if (record === undefined) return { kind: 'unknown' };
      if (record.status !== 'open') return { kind: 'closed' };
      if (held(submission.hold, now) === null) return { kind: 'lease_lost' };
      const regions = submission.verdicts.flatMap((verdict) => verdict.regions);
      const fits =
        regions.length > 0 &&
        new Set(regions).size === regions.length &&
        regions.every((region) => record.regions.includes(region));
      if (!fits) return { kind: 'regions' };
      const result = write(submission, record, now);
      made.set(result.submissionId, result);
      const rest = record.regions.filter((region) => !regions.includes(region));
      const closed = rest.length === 0;
      if (closed) {
        close(record, 'decided', now);
        record.submissionId = result.submissionId;
        answer(record, submission, iso(now));
      } else Object.assign(record, { regions: rest, leaseBy: null, leaseUntil: 0, changedAt: now });
      for (const other of cases.values()) {
        const same = other.revisionId === record.revisionId && other.status === 'open' && !isPlea(other);
        if (!same || !other.regions.every((region) => regions.includes(region))) continue;
        close(other, 'decided', now);
        other.submissionId = result.submissionId;
      }
      const note = noteOf(record.noteId);
      show(note, note.revisions.find(({ revisionId }) => revisionId === record.revisionId) ?? latest(note));
      await tell('case.decided', submission.hold.userId, note.noteId, now, { caseId: record.caseId });
      return { kind: 'decided', submissionId: result.submissionId, undoUntil: iso(result.undoUntil), closed };
    },
    submitted: async (submissionId) => {
      await check();
      const result = made.get(submissionId);
      const noteId = cases.get(result?.caseId ?? '')?.noteId;
      const all = noteId === undefined ? [] : noteOf(noteId).decisions;
      return stored(all.filter(({ decisionId }) => result?.own.includes(decisionId)));
    },
    undoable: async (userId, submissionIds, now) => {
      await check();
      const mine = [...made.values()].filter(
        (one) =>
          submissionIds.includes(one.submissionId) && one.userId === userId && !one.undone && one.undoUntil > now,
      );
      return mine.map(({ submissionId, caseId, undoUntil }) => {
        const externalId = cases.get(caseId)?.externalId ?? '';
        return { submissionId, caseId, externalId, undoUntil: iso(undoUntil) };
      });
    },
    undo: async (submissionId, userId, leaseMs, now) => {
      await check();
      const result = made.get(submissionId);
      if (result === undefined || result.userId !== userId) return { kind: 'unknown' };
      if (result.undone) return { kind: 'undone_before' };
      const record = cases.get(result.caseId);
      if (record === undefined) return { kind: 'unknown' };
      const note = noteOf(record.noteId);
      if (isPast(result, record, note, now)) return { kind: 'too_late' };
      restore(result, record, note, now);
      await tell('case.undone', userId, note.noteId, now, { caseId: record.caseId });
      record.leaseBy = null;
      return { kind: 'undone', lease: take(record, userId, leaseMs, now) };
    },
  };
}

const short = ({ decisionId, regions, action, category, supersedes }: StoredDecision) => ({
  decisionId,
  regions,
  action,
  category,
  supersedes,
});
