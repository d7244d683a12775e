/** The rows of the desk as SQL gives them, and the words of the port. */
import type { CategoryId } from '../../../categories.js';
import { type CaseClock, type CaseReason, type Desk, PLEA_FROM, type QueueRow } from '../../../ports/review.js';

const WEIGHTS = `ARRAY['${PLEA_FROM.join("', '")}']`;
const FROM = `CASE c.reason WHEN 'appeal' THEN (SELECT p.by_kind FROM appeals p WHERE p.case_id = c.id LIMIT 1)
    WHEN 'report' THEN (SELECT p.reporter->>'kind' FROM reports p WHERE p.case_id = c.id
      ORDER BY array_position(${WEIGHTS}, p.reporter->>'kind') DESC NULLS LAST LIMIT 1) END`;

/** `$1` is the person who looks, `$2` the moment. */
export const ROW_COLUMNS = `c.id, c.note_id, n.external_id, c.source_id, s.name AS source_name, c.revision_id, c.revision,
  c.decision_id, c.reason, ${FROM} AS plea_from, c.desk, c.severity, c.category, c.regions, c.language, c.state, c.outcome, c.opened_at, c.due_at,
  c.clock, c.reach, c.weight, c.rank_at, c.closed_at, c.lease_epoch,
  CASE WHEN c.lease_until > $2 THEN c.lease_by END AS holder_id, CASE WHEN c.lease_until > $2 THEN h.login END AS holder_login,
  c.lease_until, CASE WHEN c.assigned_until > $2 THEN c.assigned_to END AS assigned_id, a.login AS assigned_login,
  c.native_only, CASE WHEN c.reason <> 'appeal' THEN c.excluded ELSE c.excluded || ARRAY(SELECT DISTINCT d.user_id
    FROM human_decisions d WHERE d.note_id = c.note_id AND d.case_id <> c.id AND d.undone_at IS NULL) END AS excluded,
  CASE WHEN length(r.note->>'title') > 120 THEN left(r.note->>'title', 119) || '…' ELSE r.note->>'title' END AS title,
  CASE WHEN c.category IS NULL THEN (SELECT g.value FROM decisions d, jsonb_array_elements(d.gaps) g
    WHERE d.id = c.decision_id AND g.value->>'action' <> 'allow' LIMIT 1) END AS gap,
  (SELECT count(*) FROM case_opinions o WHERE o.case_id = c.id) AS asked,
  (SELECT count(*) FROM case_opinions o WHERE o.case_id = c.id AND o.answered_at IS NOT NULL) AS answered,
  EXISTS (SELECT 1 FROM case_opinions o WHERE o.case_id = c.id AND o.of_user = $1 AND o.answered_at IS NULL) AS asked_of_me`;
export const ROW_JOINS = `JOIN notes n ON n.id = c.note_id JOIN sources s ON s.id = c.source_id
  LEFT JOIN revisions r ON r.id = c.revision_id LEFT JOIN users h ON h.id = c.lease_by LEFT JOIN users a ON a.id = c.assigned_to`;

export interface CaseSql {
  readonly id: string;
  readonly note_id: string;
  readonly external_id: string;
  readonly source_id: string;
  readonly source_name: string;
  readonly revision_id: string;
  readonly revision: number;
  readonly decision_id: string | null;
  readonly reason: CaseReason;
  readonly plea_from: QueueRow['from'];
  readonly desk: Desk;
  readonly severity: number;
  readonly category: CategoryId | null;
  readonly regions: readonly string[];
  readonly language: string | null;
  readonly state: 'open' | 'closed';
  readonly outcome: QueueRow['outcome'];
  readonly opened_at: Date;
  readonly due_at: Date;
  readonly clock: CaseClock | null;
  readonly reach: number;
  readonly weight: number;
  readonly rank_at: Date;
  readonly closed_at: Date | null;
  readonly lease_epoch: number;
  readonly holder_id: string | null;
  readonly holder_login: string | null;
  readonly lease_until: Date | null;
  readonly assigned_id: string | null;
  readonly assigned_login: string | null;
  readonly native_only: boolean;
  readonly excluded: readonly string[];
  readonly title: string | null;
  readonly gap: QueueRow['gap'];
  readonly asked: number;
  readonly answered: number;
  readonly asked_of_me: boolean;
}

const NO_CLOCK: CaseClock = { region: null, name: 'target', ref: null };

export const rowOf = (row: CaseSql): QueueRow => ({
  caseId: row.id,
  noteId: row.note_id,
  externalId: row.external_id,
  sourceId: row.source_id,
  sourceName: row.source_name,
  revisionId: row.revision_id,
  revision: row.revision,
  decisionId: row.decision_id,
  reason: row.reason,
  from: row.plea_from,
  desk: row.desk,
  severity: row.severity,
  category: row.category,
  regions: row.regions,
  language: row.language,
  status: row.state,
  outcome: row.outcome,
  openedAt: row.opened_at.toISOString(),
  dueAt: row.due_at.toISOString(),
  clock: row.clock ?? NO_CLOCK,
  reach: row.reach,
  weight: row.weight,
  rankAt: row.rank_at.toISOString(),
  epoch: row.lease_epoch,
  holder: heldBy(row),
  assignedTo: row.assigned_id === null ? null : { id: row.assigned_id, login: row.assigned_login ?? row.assigned_id },
  nativeSpeaker: row.native_only,
  excluded: row.excluded,
  asked: row.asked,
  answered: row.answered,
  askedOfMe: row.asked_of_me,
  title: row.title,
  gap: row.gap,
});

function heldBy(row: CaseSql): QueueRow['holder'] {
  if (row.holder_id === null || row.lease_until === null) return null;
  return { id: row.holder_id, login: row.holder_login ?? row.holder_id, until: row.lease_until.toISOString() };
}
