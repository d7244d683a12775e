/** Comments and opinions. */
import type { DeskStore } from '../../../../src/ports/review.js';
import { iso, newId } from '../rows.js';
import type { DeskState } from './state.js';

export function talkOf(state: DeskState): Pick<DeskStore, 'comment' | 'ask' | 'answer'> {
  const { cases, comments, opinions, ref, noteOf, tables, check } = state;
  return {
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
  };
}
