/** The review desk in memory: the same rights, fences and states as the real one, over the same notes. */
import { hash } from 'node:crypto';
import { ACTIONS, type CaseTerms } from '../../../src/domain.js';
import type {
  Appeal,
  CaseFilter,
  Comment,
  DeskStore,
  Hold,
  Lease,
  NewAppeal,
  NewReport,
  Opinion,
  PersonDecision,
  PersonRef,
  QueueRow,
  Report,
  Sight,
  Submission,
} from '../../../src/ports-review.js';
import type { AuditStore, NoteRow, StoredDecision } from '../../../src/ports-store.js';
import { obstacleTo } from '../../../src/usecases/review/sight.js';
import { pageOf } from './page.js';
import { emit, iso, latest, type NoteRecord, newId, type RevisionRow, stored, type Tables } from './rows.js';

type Open<T> = { -readonly [K in keyof T]: T[K] };
type CaseRecord = Open<
  Omit<QueueRow, 'holder' | 'assignedTo' | 'title' | 'askedOfMe' | 'asked' | 'answered' | 'rankAt'>
> & {
  rankAt: number;
  leaseBy: string | null;
  leaseUntil: number;
  assigned: { id: string; until: number } | null;
  changedAt: number;
  closedAt: number;
  submissionId: string | null;
};
interface Made {
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

const DAY_MS = 86_400_000;
const NO_CLOCK = { region: null, name: 'target', ref: null } as const;

export function memoryDesk({ tables, check, login, audit }: MemoryDeskParts): DeskStore {
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
    about: Pick<QueueRow, 'decisionId' | 'severity' | 'category' | 'regions' | 'excluded'>,
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
  /** What the database does in the transaction of a result or an erasure. */
  const sync = (): void => {
    for (const note of tables.notes.values()) {
      const last = note.revisions.findLast(({ record }) => record !== null && !record.pending);
      const open = [...cases.values()].filter(({ noteId, status }) => noteId === note.noteId && status === 'open');
      if (note.erased) {
        for (const record of open) close(record, 'erased', Date.now());
        forget(note);
      } else if (last !== undefined) {
        const old = open.filter((record) => record.revision < last.revision && !isPlea(record));
        for (const record of old) close(record, 'superseded', Date.now());
        openAsked(note, last);
      }
    }
  };
  const isPlea = ({ reason }: CaseRecord): boolean => reason === 'appeal' || reason === 'report';
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
  const openAsked = (note: NoteRecord, row: RevisionRow): void => {
    const own = note.decisions.filter(({ revision, by }) => revision === row.revision && by.kind === 'policy');
    own.forEach((decision, index) => {
      if (known.has(decision.decisionId)) return;
      known.add(decision.decisionId);
      const { action, severity, category, regions, decisionId } = decision;
      const now = row.decidedAt ?? row.acceptedAt;
      const asks = action === 'hold' || action === 'review';
      const fallback = asks ? ownTerms(action, severity, now) : null;
      const terms = row.record?.cases === undefined ? fallback : (row.record.cases[index] ?? null);
      if (terms === null) return;
      const all = { decisionId, severity, category, regions: terms.regions ?? regions, excluded: [] };
      addCase(note, row, all, { terms, now });
    });
  };
  const shown = (record: CaseRecord, sight: Sight, now: number): QueueRow => {
    const { leaseBy, leaseUntil, assigned, changedAt: _c, closedAt: _d, submissionId: _s, ...rest } = record;
    const asked = opinions.filter(({ caseId }) => caseId === record.caseId);
    const note = noteOf(record.noteId);
    return stored({
      ...rest,
      rankAt: iso(record.rankAt),
      holder: leaseBy !== null && leaseUntil > now ? { ...ref(leaseBy), until: iso(leaseUntil) } : null,
      assignedTo: assigned !== null && assigned.until > now ? ref(assigned.id) : null,
      title: note.revisions.find(({ revision }) => revision === record.revision)?.note?.title.slice(0, 120) ?? null,
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
  const mayTake = (record: CaseRecord, sight: Sight, now: number): boolean =>
    record.status === 'open' &&
    obstacleTo({ ...sight, role: 'admin' }, shown(record, sight, now)) === null &&
    (record.assigned === null || record.assigned.id === sight.userId || record.assigned.until <= now);
  const take = (record: CaseRecord, userId: string, leaseMs: number, now: number): Lease => {
    const again = record.leaseBy === userId && record.leaseUntil > now;
    if (!again) record.epoch += 1;
    Object.assign(record, { leaseBy: userId, leaseUntil: now + leaseMs, changedAt: now, assigned: null });
    return { caseId: record.caseId, epoch: record.epoch, until: iso(record.leaseUntil) };
  };
  const held = ({ caseId, userId, epoch }: Hold, now: number): CaseRecord | null => {
    const record = cases.get(caseId);
    const live =
      record?.status === 'open' && record.leaseBy === userId && record.epoch === epoch && record.leaseUntil > now;
    return live ? record : null;
  };
  const step = async (hold: Hold, now: number, change: (record: CaseRecord) => void): Promise<boolean> => {
    await check();
    const record = held(hold, now);
    if (record === null) return false;
    Object.assign(record, { leaseBy: null, leaseUntil: 0, changedAt: now });
    change(record);
    return true;
  };
  const stands = (note: NoteRecord): StoredDecision[] =>
    note.decisions.filter(({ supersededBy }) => supersededBy === null);
  const show = (note: NoteRecord, row: RevisionRow): void => {
    if (row.status !== 'decided' && row.status !== 'held') return;
    const own = stands(note).filter(({ revision }) => revision === row.revision);
    if (own.length > 0) row.status = own.some(({ action }) => action === 'hold') ? 'held' : 'decided';
  };
  const setPointer = (note: NoteRecord, decisionId: string, supersededBy: string | null): void => {
    const index = note.decisions.findIndex((one) => one.decisionId === decisionId);
    const found = note.decisions[index];
    if (found !== undefined) note.decisions[index] = { ...found, supersededBy };
  };

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
        supersedes:
          before.find((one) => one.regions.some((region) => verdict.regions.includes(region)))?.decisionId ?? null,
        supersededBy: newer ? (stands(note)[0]?.decisionId ?? null) : null,
        createdAt: iso(now),
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

  const plea = <T extends NewAppeal | NewReport>(
    input: T,
    about: Pick<QueueRow, 'decisionId' | 'excluded'>,
    now: number,
  ): CaseRecord => {
    const note = noteOf(input.noteId);
    const row = note.revisions.find(({ revisionId }) => revisionId === input.revisionId) ?? latest(note);
    const { severity, category, regions, terms } = input;
    return addCase(note, row, { ...about, severity, category, regions }, { terms, now });
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
  const bare = <T extends { readonly sourceId: string }>({ sourceId: _, ...rest }: T): Omit<T, 'sourceId'> =>
    stored(rest);

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
        mine: all.filter((row) => row.holder?.id === sight.userId || row.assignedTo?.id === sight.userId).length,
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
        sameText: [],
        campaign: [],
        appeal: [...appeals.values()].filter((one) => one.caseId === caseId).map(bare)[0] ?? null,
        reports: [...reports.values()].filter((one) => one.caseId === caseId).map(bare),
        others: [...cases.values()]
          .filter((one) => one.noteId === row.noteId && one.caseId !== caseId)
          .map((one) => shown(one, sight, now)),
      });
    },
    changes: async (since) => {
      await check();
      sync();
      const changed = [...cases.values()]
        .filter(({ changedAt }) => changedAt > since)
        .toSorted((a, b) => b.changedAt - a.changedAt);
      return {
        newest: changed[0]?.changedAt ?? since,
        rows: changed.slice(0, 200).map(({ caseId, changedAt }) => ({ caseId, changedAt })),
      };
    },
    claim: async (sight, caseId, leaseMs, now) => {
      await check();
      sync();
      const record = cases.get(caseId);
      if (record === undefined) return { kind: 'unknown' };
      if (record.status !== 'open') return { kind: 'closed' };
      if (record.leaseBy !== null && record.leaseBy !== sight.userId && record.leaseUntil > now)
        return { kind: 'held' };
      return mayTake(record, sight, now)
        ? { kind: 'claimed', lease: take(record, sight.userId, leaseMs, now) }
        : { kind: 'refused' };
    },
    next: async (sight, filter, leaseMs, now) => {
      await check();
      const free = rows(sight, { ...filter, status: 'open', holder: undefined }, now).flatMap(({ caseId }) => {
        const record = cases.get(caseId);
        const skipped = (skips.get(`${caseId} ${sight.userId}`) ?? 0) > now;
        const taken = record !== undefined && record.leaseBy !== null && record.leaseUntil > now;
        return record === undefined || skipped || taken || !mayTake(record, sight, now) ? [] : [record];
      });
      const pick = free.find(({ assigned }) => assigned?.id === sight.userId && assigned.until > now) ?? free[0];
      return pick === undefined ? null : take(pick, sight.userId, leaseMs, now);
    },
    extend: async (hold, leaseMs, now) => {
      await check();
      const record = held(hold, now);
      return record === null ? null : take(record, hold.userId, leaseMs, now);
    },
    release: (hold, now) => step(hold, now, () => undefined),
    skip: (hold, until, now) => step(hold, now, () => skips.set(`${hold.caseId} ${hold.userId}`, until)),
    handOver: (hold, to, now) =>
      step(hold, now, (record) => Object.assign(record, { assigned: { id: to, until: now + 30 * 60_000 } })),
    escalate: (hold, desk, now) => step(hold, now, (record) => Object.assign(record, { desk })),
    needSpeaker: (hold, language, now) =>
      step(hold, now, (record) =>
        Object.assign(record, { nativeSpeaker: true, language: language ?? record.language }),
      ),
    comment: async (caseId, userId, text, now) => {
      await check();
      const record = cases.get(caseId);
      if (record === undefined || noteOf(record.noteId).erased) return null;
      const comment = { id: newId(tables, 'cmt'), by: ref(userId), text, at: iso(now), noteId: record.noteId };
      comments.set(record.noteId, [...(comments.get(record.noteId) ?? []), comment]);
      const { noteId: _, ...rest } = comment;
      return rest;
    },
    ask: async ({ caseId, by, of, blind, question }, now) => {
      await check();
      if (cases.get(caseId)?.status !== 'open') return null;
      const opinion = {
        id: newId(tables, 'opn'),
        caseId,
        by: ref(by),
        of: ref(of),
        blind,
        question,
        askedAt: iso(now),
        text: null,
        action: null,
        answeredAt: null,
      };
      opinions.push(opinion);
      const { caseId: _, ...rest } = opinion;
      return rest;
    },
    answer: async ({ caseId, opinionId, userId, text, action }, now) => {
      await check();
      const found = opinions.find(
        (one) => one.id === opinionId && one.caseId === caseId && one.of.id === userId && one.answeredAt === null,
      );
      if (found === undefined) return false;
      Object.assign(found, { text, action, answeredAt: iso(now) });
      return true;
    },
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
          one.category === input.category &&
          one.leaseUntil <= now,
      );
      if (shared !== undefined) {
        shared.regions = [...new Set([...shared.regions, ...input.regions])];
        shared.rankAt = Math.min(shared.rankAt, input.terms.rankAt);
      }
      const record = shared ?? plea(input, { decisionId: null, excluded: [] }, now);
      const { category, reasons, law, urls, reporter } = input;
      const row = {
        id: newId(tables, 'rpt'),
        ...common(input, record.caseId, now),
        category,
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
      const { decisionId, severity, category, regions } = decision;
      addCase(note, latest(note), { decisionId, severity, category, regions, excluded: [] }, { terms, now });
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
          .map(noteRow),
        containing: kept
          .filter((note) => whole(note).toLowerCase().includes(text.toLowerCase()))
          .slice(0, limit)
          .map(noteRow),
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

const short = ({ decisionId, regions, action, category, supersedes }: StoredDecision) => ({
  decisionId,
  regions,
  action,
  category,
  supersedes,
});
const fits = (
  row: { noteId: string; state: string },
  filter: { noteId?: string | undefined; state?: string | undefined },
): boolean =>
  (filter.noteId === undefined || row.noteId === filter.noteId) &&
  (filter.state === undefined || row.state === filter.state);

function ownTerms(reason: 'hold' | 'review', severity: number, now: number): CaseTerms {
  const weight = Math.max(1, severity);
  const dueAt = now + 3 * DAY_MS;
  return { reason, desk: 'general', dueAt, clock: NO_CLOCK, reach: 0, weight, rankAt: now + (3 * DAY_MS) / weight };
}

function noteRow(note: NoteRecord): NoteRow {
  const last = latest(note);
  const ranks = note.decisions
    .filter(({ supersededBy }) => supersededBy === null)
    .map(({ action }) => ACTIONS.indexOf(action));
  return {
    noteId: note.noteId,
    externalId: note.externalId,
    status: last.status,
    revision: last.revision,
    authorId: note.authorId,
    language: last.record?.language ?? null,
    strongest: ACTIONS[Math.max(-1, ...ranks)] ?? null,
    createdAt: iso(note.createdAt),
    decidedAt: last.decidedAt === null ? null : iso(last.decidedAt),
    title: last.note?.title ?? '',
  };
}
