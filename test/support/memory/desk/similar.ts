/** Notes of the same text or campaign. */
import type { DeskStore, QueueRow } from '../../../../src/ports/review.js';
import { latest, type NoteRecord, textHashOf } from '../rows.js';
import type { DeskRows } from './rows.js';
import type { DeskState } from './state.js';

const MOST_SIMILAR = 500;

export function similarOf(
  { cases, noteOf, tables, check }: DeskState,
  { sync }: DeskRows,
): Pick<DeskStore, 'similar' | 'similarAmong'> {
  const bandsOf = (revisionId: string): readonly string[] => tables.signatures.get(revisionId)?.bands ?? [];
  const isSimilar = (row: QueueRow, note: NoteRecord): boolean => {
    if (note.sourceId !== row.sourceId || note.noteId === row.noteId) return false;
    const other = latest(note);
    const own = noteOf(row.noteId).revisions.find(({ revisionId }) => revisionId === row.revisionId);
    const text = own === undefined ? null : textHashOf(own);
    if (text !== null && text === textHashOf(other)) return true;
    const bands = bandsOf(row.revisionId);
    return bandsOf(other.revisionId).some((band) => bands.includes(band));
  };
  return {
    similar: async (row) => {
      await check();
      sync();
      const open = new Set([...cases.values()].flatMap(({ status, noteId }) => (status === 'open' ? [noteId] : [])));
      const found = [...tables.notes.values()].filter((note) => open.has(note.noteId) && isSimilar(row, note));
      return found
        .map(({ noteId }) => noteId)
        .toSorted()
        .toReversed()
        .slice(0, MOST_SIMILAR);
    },
    similarAmong: async (row, caseIds) => {
      await check();
      sync();
      const isOne = (caseId: string): boolean => {
        const noteId = cases.get(caseId)?.noteId;
        return noteId !== undefined && isSimilar(row, noteOf(noteId));
      };
      return new Set(caseIds.filter(isOne));
    },
  };
}
