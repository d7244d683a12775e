/** Translations in memory; those of an erased note are gone when they are asked for. */
import type { StoredTranslation, TranslationKey, TranslationsStore } from '../../../src/ports/translation.js';
import type { NoteRecord, RevisionRow, Tables } from './rows.js';

const MOST_TRIES = 3;

export function memoryTranslations(tables: Tables, check: () => Promise<void>): TranslationsStore {
  const rows: StoredTranslation[] = [];
  const tries = new Map<string, { tries: number; done: boolean }>();
  const place = (revisionId: string): { readonly note: NoteRecord; readonly revision: RevisionRow } | null => {
    for (const note of tables.notes.values()) {
      const revision = note.revisions.find((one) => one.revisionId === revisionId);
      if (revision !== undefined) return { note, revision };
    }
    return null;
  };
  const lives = (revisionId: string): boolean => {
    const found = place(revisionId);
    return found !== null && !found.note.erased && found.revision.note !== null;
  };
  const isOf = (a: TranslationKey) => (b: TranslationKey) =>
    (['sourceId', 'contentHash', 'from', 'to', 'model', 'glossary'] as const).every((key) => a[key] === b[key]);
  return {
    async find(keys) {
      await check();
      return rows.filter((row) => lives(row.revisionId) && keys.some(isOf(row)));
    },
    async save(fresh) {
      await check();
      const [first] = fresh;
      if (first !== undefined && !lives(first.revisionId)) return false;
      for (const row of fresh) {
        const at = rows.findIndex(isOf(row));
        // Words of a text that is gone are gone.
        if (at >= 0 && !lives(rows[at]?.revisionId ?? '')) rows.splice(at, 1);
        if (!rows.some(isOf(row))) rows.push(structuredClone(row));
      }
      return true;
    },
    async untranslated({ to, model }, limit) {
      await check();
      const all = [...tables.notes.values()].flatMap((note) =>
        note.revisions.flatMap((revision) => {
          const decisions = revision.record?.decisions ?? [];
          const open = decisions.filter(({ action }) => action === 'hold' || action === 'review');
          const tried = tries.get(`${revision.revisionId} ${to} ${model}`);
          const isWanted = tried === undefined || (!tried.done && tried.tries < MOST_TRIES);
          if (open.length === 0 || revision.note === null || note.erased || !isWanted) return [];
          return [
            {
              revisionId: revision.revisionId,
              noteId: note.noteId,
              sourceId: note.sourceId,
              regions: [...new Set(open.flatMap(({ regions }) => regions))].sort(),
              note: revision.note,
              evidence: revision.record?.evidence ?? null,
            },
          ];
        }),
      );
      return all.slice(0, limit);
    },
    async recordTry({ revisionId, to, model, done }) {
      await check();
      if (!lives(revisionId)) return;
      const key = `${revisionId} ${to} ${model}`;
      tries.set(key, { tries: (tries.get(key)?.tries ?? 0) + 1, done });
    },
  };
}
