/** The queue as a person sees it: cases opened by results, rights and filters. */
import { type CaseTerms, foundIn } from '../../../../src/domain.js';
import { type CaseFilter, PLEA_FROM, type QueueRow, type Sight } from '../../../../src/ports/review.js';
import { obstacleTo } from '../../../../src/usecases/review/sight.js';
import { iso, type NoteRecord, type RevisionRow, stored } from '../rows.js';
import { type CaseRecord, DAY_MS, type DeskState } from './state.js';

const NO_CLOCK = { region: null, name: 'target', ref: null } as const;

export function rowsOf(state: DeskState) {
  const { cases, known, comments, opinions, appeals, reports, ref, noteOf, addCase, close, isPlea, made, tables } =
    state;
  /** What the database does in the transaction of a result or an erasure. */
  const sync = (): void => {
    for (const note of tables.notes.values()) {
      const last = note.revisions.findLast(({ record }) => record !== null && !record.pending);
      const open = [...cases.values()].filter(({ noteId, status }) => noteId === note.noteId && status === 'open');
      if (note.erased) {
        for (const record of open) close(record, 'erased', Date.now());
        forget(note);
      } else if (last !== undefined) {
        const reader = readerOf(open, last);
        const old = open.filter((record) => record.revision < last.revision && !isPlea(record));
        for (const record of old) close(record, 'superseded', Date.now());
        openAsked(note, last, reader);
      }
    }
  };
  const forget = (note: NoteRecord): void => {
    comments.delete(note.noteId);
    for (const appeal of appeals.values()) {
      if (appeal.noteId === note.noteId)
        Object.assign(appeal, { text: null, state: appeal.state === 'open' ? 'erased' : appeal.state });
    }
    for (const report of reports.values()) {
      const gone = { reasons: null, law: null, urls: [], reporter: { kind: 'person', name: null, email: null } };
      if (report.noteId === note.noteId)
        Object.assign(report, gone, { state: report.state === 'open' ? 'erased' : report.state });
    }
  };
  /** What was to wait for a reader of a language still does, if the new text has that language. */
  const readerOf = (open: readonly CaseRecord[], { revisionId, record }: RevisionRow): string | null => {
    const tags = (foundIn(record?.evidence.language)?.languages ?? []).map(({ tag }) => tag);
    const kept = open.find(
      (one) =>
        one.revisionId !== revisionId &&
        !isPlea(one) &&
        one.nativeSpeaker &&
        one.language !== null &&
        tags.includes(one.language),
    );
    return kept?.language ?? null;
  };
  const openAsked = (note: NoteRecord, row: RevisionRow, reader: string | null): void => {
    const own = note.decisions.filter(({ revision, by }) => revision === row.revision && by.kind === 'policy');
    own.forEach((decision, index) => {
      if (known.has(decision.decisionId)) return;
      known.add(decision.decisionId);
      const { action, regions, decisionId } = decision;
      const now = row.decidedAt ?? row.acceptedAt;
      const asks = action === 'hold' || action === 'review';
      const fallback = asks ? ownTerms(action, decision, now) : null;
      const terms = row.record?.cases === undefined ? fallback : (row.record.cases[index] ?? null);
      if (terms === null) return;
      const all = { decisionId, regions: terms.regions ?? regions, excluded: [] };
      const opened = addCase(note, row, all, { terms, now });
      if (reader !== null) Object.assign(opened, { nativeSpeaker: true, language: reader });
    });
  };
  const fromOf = (id: string): QueueRow['from'] => {
    const ofCase = ({ caseId }: { readonly caseId: string }): boolean => caseId === id;
    const appeal = [...appeals.values()].find(ofCase);
    const kinds = [...reports.values()].filter(ofCase).map(({ reporter }) => reporter.kind);
    return appeal?.by ?? PLEA_FROM.findLast((from) => kinds.some((kind) => kind === from)) ?? null;
  };
  const shown = (record: CaseRecord, sight: Sight, now: number): QueueRow => {
    const { leaseBy, leaseUntil, assigned, changedAt: _c, closedAt: _d, submissionId: _s, ...rest } = record;
    const asked = opinions.filter(({ caseId }) => caseId === record.caseId);
    const note = noteOf(record.noteId);
    const deciders = [...made.values()]
      .filter((one) => !one.undone && one.caseId !== record.caseId && cases.get(one.caseId)?.noteId === record.noteId)
      .map(({ userId }) => userId);
    return stored({
      ...rest,
      excluded: record.reason === 'appeal' ? [...rest.excluded, ...deciders] : rest.excluded,
      from: fromOf(record.caseId),
      rankAt: iso(record.rankAt),
      holder: leaseBy !== null && leaseUntil > now ? { ...ref(leaseBy), until: iso(leaseUntil) } : null,
      assignedTo: assigned !== null && assigned.until > now ? ref(assigned.id) : null,
      title: note.revisions.find(({ revision }) => revision === record.revision)?.note?.title.slice(0, 120) ?? null,
      gap:
        record.category !== null
          ? null
          : (note.decisions
              .find(({ decisionId }) => decisionId === record.decisionId)
              ?.gaps.find(({ action }) => action !== 'allow') ?? null),
      asked: asked.length,
      answered: asked.filter(({ answeredAt }) => answeredAt !== null).length,
      askedOfMe: asked.some((one) => one.of.id === sight.userId && one.answeredAt === null),
    });
  };
  const inSight = (row: QueueRow, sight: Sight): boolean => {
    if (row.askedOfMe) return true;
    const bare = { ...row, nativeSpeaker: false, excluded: [] };
    return obstacleTo({ ...sight, role: 'admin' }, bare) === null;
  };
  const mine = (row: QueueRow, { userId }: Sight): boolean =>
    row.holder?.id === userId || row.assignedTo?.id === userId || row.askedOfMe;
  const matches = (row: QueueRow, filter: CaseFilter, sight: Sight, now: number): boolean => {
    const any = <T>(list: readonly T[] | undefined, test: (one: T) => boolean): boolean =>
      list === undefined || list.length === 0 || list.some(test);
    const { language } = row;
    return [
      row.status === (filter.status ?? 'open'),
      any(filter.language, (tag) =>
        language === null ? tag === 'und' : tag === language || tag === language.split('-')[0],
      ),
      any(filter.region, (region) => row.regions.includes(region)),
      any(filter.category, (category) => row.category === category),
      any(filter.reason, (reason) => row.reason === reason),
      any(filter.desk, (desk) => row.desk === desk),
      any(filter.notes, (noteId) => row.noteId === noteId),
      filter.source === undefined || row.sourceId === filter.source,
      filter.noteId === undefined || row.noteId === filter.noteId,
      filter.overdue === undefined || Date.parse(row.dueAt) <= now === filter.overdue,
      filter.holder !== 'mine' || mine(row, sight),
      filter.holder !== 'none' || row.holder === null,
      filter.holder !== 'others' || (row.holder !== null && row.holder.id !== sight.userId),
    ].every(Boolean);
  };
  const rows = (sight: Sight, filter: CaseFilter, now: number): QueueRow[] => {
    sync();
    return [...cases.values()]
      .map((record) => shown(record, sight, now))
      .filter((row) => inSight(row, sight) && matches(row, filter, sight, now))
      .toSorted(
        (a, b) =>
          (filter.status === 'closed' ? closedAt(b) - closedAt(a) : Date.parse(a.rankAt) - Date.parse(b.rankAt)) ||
          (a.caseId < b.caseId ? -1 : 1),
      );
  };
  const closedAt = ({ caseId }: QueueRow): number => cases.get(caseId)?.closedAt ?? 0;
  return { sync, shown, inSight, rows };
}
export type DeskRows = ReturnType<typeof rowsOf>;

function ownTerms(
  reason: 'hold' | 'review',
  { category, severity }: Pick<CaseTerms, 'category' | 'severity'>,
  now: number,
): CaseTerms {
  const weight = Math.max(1, severity);
  const [dueAt, rankAt] = [now + 3 * DAY_MS, now + (3 * DAY_MS) / weight];
  return { reason, desk: 'general', category, severity, dueAt, clock: NO_CLOCK, reach: 0, weight, rankAt };
}
