import type { Decision } from '../../../src/domain.js';
import type { Claim, ModerationRecord, SaveResult, StoredDecision, WorkStore } from '../../../src/ports/store.js';
import { claimOf, emit, iso, type NoteRecord, newId, type RevisionRow, stored, type Tables } from './rows.js';

interface Found {
  readonly note: NoteRecord;
  readonly row: RevisionRow;
}

export function memoryWork(tables: Tables, check: () => Promise<void>): WorkStore {
  const find = (revisionId: string): Found | null => {
    for (const note of tables.notes.values()) {
      const row = note.revisions.find((revision) => revision.revisionId === revisionId);
      if (row !== undefined) return { note, row };
    }
    return null;
  };
  const held = (claim: Claim): Found | null => {
    const found = find(claim.revisionId);
    return found !== null && found.row.epoch === claim.epoch && found.row.status === 'pending' ? found : null;
  };
  const due = (now: number): RevisionRow[] =>
    [...tables.notes.values()]
      .flatMap((note) => note.revisions)
      .filter((row) => row.status === 'pending' && (row.leaseUntil === null || row.leaseUntil <= now));
  return {
    claim: async (revisionId, leaseMs, now) => {
      await check();
      const found = find(revisionId);
      if (found === null || found.row.note === null || !due(now).includes(found.row)) return null;
      if (found.row.leaseUntil !== null) found.row.crashes += 1;
      found.row.epoch += 1;
      found.row.leaseUntil = now + leaseMs;
      return claimOf(found.note, found.row, stored(found.row.note), tables.policyVersion);
    },
    extend: async (claim, leaseMs, now) => {
      await check();
      const found = held(claim);
      if (found !== null) found.row.leaseUntil = now + leaseMs;
      return found !== null;
    },
    handBack: async (claim) => {
      await check();
      const found = held(claim);
      if (found === null) return;
      found.row.leaseUntil = null;
      found.row.nudgedAt = null;
    },
    complete: async (claim, record, now) => {
      await check();
      return completeRow(tables, find(claim.revisionId), claim, { record: stored(record), now });
    },
    takeDue: async (limit, nudgedBefore, now) => {
      await check();
      const rows = due(now).filter((row) => row.nudgedAt === null || row.nudgedAt < nudgedBefore);
      return rows.slice(0, limit).map((row) => {
        row.nudgedAt = now;
        row.runs += 1;
        return { revisionId: row.revisionId, run: row.runs };
      });
    },
    backlog: async (now) => {
      await check();
      const rows = due(now);
      const oldest = rows.length === 0 ? now : Math.min(...rows.map((row) => row.acceptedAt));
      return { due: rows.length, oldestDueMs: now - oldest };
    },
  };
}

function completeRow(
  tables: Tables,
  found: Found | null,
  claim: Claim,
  result: { readonly record: ModerationRecord; readonly now: number },
): SaveResult {
  if (found === null || found.row.epoch !== claim.epoch) return 'stale';
  const { note, row } = found;
  if (row.status !== 'pending') return 'unchanged';
  row.record = result.record;
  row.leaseUntil = null;
  if (result.record.pending) return 'saved';
  const opensCase = result.record.decisions.some((decision) => decision.action === 'hold');
  row.status = opensCase ? 'held' : 'decided';
  row.decidedAt = result.now;
  // The step between is decision.changed, which this store does not tell.
  note.sequence += note.sequence > 0 ? 2 : 1;
  const fresh = result.record.decisions.map((decision) => addDecision(tables, note, row, { decision, ...result }));
  replaceOlder(note, row, fresh);
  const payload = {
    noteId: note.noteId,
    externalId: note.externalId,
    revision: row.revision,
    sequence: note.sequence,
    decisions: fresh.map(({ decisionId, regions, action, category, supersedes }) => ({
      decisionId,
      regions,
      action,
      category,
      supersedes,
    })),
  };
  emit(tables, note.sourceId, 'note.decided', payload, result.now);
  return 'saved';
}

/** What was decided before no longer stands, except by a person about this very revision. */
function replaceOlder(note: NoteRecord, row: RevisionRow, fresh: readonly StoredDecision[]): void {
  note.decisions.forEach((old, index) => {
    const isOwn = old.by.kind === 'person' && old.revision === row.revision;
    if (old.supersededBy !== null || fresh.includes(old) || isOwn) return;
    const by = fresh.find(({ regions }) => regions.some((region) => old.regions.includes(region))) ?? fresh[0];
    note.decisions[index] = { ...old, supersededBy: by?.decisionId ?? null };
  });
}

function addDecision(
  tables: Tables,
  note: NoteRecord,
  row: RevisionRow,
  made: { readonly decision: Decision; readonly record: ModerationRecord; readonly now: number },
): StoredDecision {
  const decision: StoredDecision = {
    ...made.decision,
    decisionId: newId(tables, 'dec'),
    revision: row.revision,
    sequence: note.sequence,
    by: { kind: 'policy', id: made.decision.policy },
    bundleHash: made.record.bundleHash,
    policyVersion: made.record.policyVersion ?? null,
    supersedes: null,
    supersededBy: null,
    createdAt: iso(made.now),
  };
  note.decisions.push(decision);
  return decision;
}
