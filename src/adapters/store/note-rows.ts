/** From the rows of a note to the words of the port. */
import type { Decision, Evidence, Note, NoteStatus, NoticeText } from '../../domain.js';
import type { NoteRow, RevisionView, StoredDecision } from '../../ports/store.js';

export interface RevisionJson {
  readonly revisionId: string;
  readonly revision: number;
  readonly contentHash: string | null;
  readonly state: string;
  readonly acceptedAt: string;
  readonly decidedAt: string | null;
  readonly note: Note | null;
  readonly evidence: Evidence | null;
  readonly trace: unknown;
}

export interface DecisionJson extends Decision {
  readonly decisionId: string;
  readonly revision: number;
  readonly sequence: number;
  readonly byKind: 'policy' | 'person';
  readonly byId: string;
  readonly bundleHash: string;
  readonly policyVersion: number | null;
  readonly triggerRef?: string | null;
  readonly supersedes: string | null;
  readonly supersededBy: string | null;
  readonly createdAt: string;
  readonly notices?: readonly NoticeText[] | null;
}
/** Of the decision `d`, as the person who made it saw it. */
const NOTICES = `CASE d.by_kind WHEN 'person' THEN (
  SELECT h.notice FROM human_decisions h WHERE h.note_id = d.note_id AND h.decision_id = d.id AND h.undone_at IS NULL LIMIT 1) END`;

/** A DecisionJson of the row `d`. */
export const DECISION_JSON = `json_build_object('decisionId', d.id, 'revision', d.revision, 'sequence', d.sequence,
  'regions', d.regions, 'policy', d.policy, 'action', d.action, 'sideActions', d.side_actions, 'severity', d.severity,
  'category', d.category, 'ground', d.ground, 'rules', d.rules, 'shadow', d.shadow, 'gaps', d.gaps, 'end', iso(d.ends_at),
  'byKind', d.by_kind, 'byId', d.by_id, 'bundleHash', d.bundle_hash, 'policyVersion', d.policy_version,
  'triggerRef', d.trigger_ref, 'supersedes', d.supersedes, 'supersededBy', d.superseded_by,
  'createdAt', iso(d.created_at), 'notices', ${NOTICES})`;

/** The work's word for a waiting note is `due`, the reader's is `pending`. */
export function statusOf(state: string): NoteStatus {
  switch (state) {
    case 'due':
      return 'pending';
    case 'decided':
    case 'held':
    case 'erased':
      return state;
    default:
      throw new Error(`unknown state of a note: ${state}`);
  }
}
export const stateOf = (status: NoteStatus): string => (status === 'pending' ? 'due' : status);

export const revisionOf = ({ state, contentHash, ...row }: RevisionJson): RevisionView => ({
  ...row,
  contentHash: contentHash ?? '',
  status: statusOf(state),
});

export const decisionOf = ({ byKind, byId, ...row }: DecisionJson): StoredDecision => ({
  ...row,
  by: { kind: byKind, id: byId },
});

/** A note in a list, with the title of its latest revision. */
export interface NoteRowSql {
  readonly id: string;
  readonly external_id: string;
  readonly state: string;
  readonly revision: number;
  readonly author_id: string | null;
  readonly language: string | null;
  readonly strongest: NoteRow['strongest'];
  readonly created_at: Date;
  readonly decided_at: Date | null;
  readonly title: string | null;
}

export const noteRowOf = (row: NoteRowSql): NoteRow => ({
  noteId: row.id,
  externalId: row.external_id,
  status: statusOf(row.state),
  revision: row.revision,
  authorId: row.author_id,
  language: row.language,
  strongest: row.strongest,
  createdAt: row.created_at.toISOString(),
  decidedAt: row.decided_at?.toISOString() ?? null,
  title: row.title ?? '',
});
