/** From the rows of a note to the words of the port. */
import type { Decision, Evidence, Note, NoteStatus } from '../../domain.js';
import type { RevisionView, StoredDecision } from '../../ports/store.js';

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
  readonly supersedes: string | null;
  readonly supersededBy: string | null;
  readonly createdAt: string;
}

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
