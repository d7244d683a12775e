/** Decisions that stand, and what they make of a note. */
import type { StoredDecision } from '../../../../src/ports/store.js';
import type { NoteRecord, RevisionRow } from '../rows.js';

export function standingOf() {
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

  return { stands, show, setPointer };
}
export type Standing = ReturnType<typeof standingOf>;
