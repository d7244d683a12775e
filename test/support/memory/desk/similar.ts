/** Notes of the same text or campaign. */
import type { CaseFile, DeskStore, NoteRef, QueueRow } from '../../../../src/ports/review.js';
import { rowOf } from '../notes.js';
import { latest, type NoteRecord, textHashOf } from '../rows.js';
import type { DeskRows } from './rows.js';
import type { DeskState } from './state.js';

const MOST_SIMILAR = 500;
const SHOWN = 20;

type Likeness = (row: QueueRow, note: NoteRecord) => boolean;

function likenessesOf({ noteOf, tables }: DeskState): { readonly text: Likeness; readonly campaign: Likeness } {
  const bandsOf = (revisionId: string): readonly string[] => tables.signatures.get(revisionId)?.bands ?? [];
  const isOther: Likeness = (row, note) => note.sourceId === row.sourceId && note.noteId !== row.noteId;
  return {
    text: (row, note) => {
      const own = noteOf(row.noteId).revisions.find(({ revisionId }) => revisionId === row.revisionId);
      const text = own === undefined ? null : textHashOf(own);
      return isOther(row, note) && text !== null && text === textHashOf(latest(note));
    },
    campaign: (row, note) => {
      const bands = bandsOf(row.revisionId);
      return isOther(row, note) && bandsOf(latest(note).revisionId).some((band) => bands.includes(band));
    },
  };
}

function refOf(note: NoteRecord): NoteRef {
  const { noteId, externalId, authorId, language, createdAt, strongest, title } = rowOf(note);
  const byPerson = note.decisions.some(({ supersededBy, by }) => supersededBy === null && by.kind === 'person');
  const shown = latest(note).note === null ? null : title.slice(0, 120);
  return { noteId, externalId, authorId, language, createdAt, strongest, byPerson, title: shown };
}

/** What stands around a note, newest first. */
export function aroundOf(state: DeskState, row: QueueRow): Pick<CaseFile, 'sameText' | 'campaign'> {
  const { text, campaign } = likenessesOf(state);
  const notes = [...state.tables.notes.values()].toReversed();
  const refs = (isLike: Likeness): readonly NoteRef[] =>
    notes
      .filter((note) => isLike(row, note))
      .toSorted((a, b) => b.createdAt - a.createdAt)
      .slice(0, SHOWN)
      .map(refOf);
  return { sameText: refs(text), campaign: refs(campaign) };
}

export function similarOf(state: DeskState, { sync }: DeskRows): Pick<DeskStore, 'similar' | 'similarAmong'> {
  const { cases, noteOf, tables, check } = state;
  const { text, campaign } = likenessesOf(state);
  const isSimilar: Likeness = (row, note) => text(row, note) || campaign(row, note);
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
