/** What the routes of a case share about its translation. */
import type { Bundle } from '../policy/bundle.js';
import type { CaseFile } from '../ports/review.js';
import type { CaseTranslateDeps, CaseTranslation, TranslationSubject } from '../usecases/translate/translate-case.js';
import type { ApiDeps } from './deps.js';
import type { TranslationAnswer } from './schemas/review-translation.js';

export function translateDeps({ translation, store, clock }: ApiDeps): CaseTranslateDeps | null {
  if (translation === null || translation === undefined) return null;
  return { ...translation, store: store.translations, budgets: store.opinions, clock };
}

/** Null: the text is gone. */
export const translationSubject = ({ row, note, evidence }: CaseFile): TranslationSubject | null =>
  note === null
    ? null
    : {
        sourceId: row.sourceId,
        noteId: row.noteId,
        revisionId: row.revisionId,
        note,
        evidence,
      };

export const wishOf = ({ config }: ApiDeps, to: string | undefined, bundle: Bundle) => ({
  to: to ?? config.TRANSLATION_TO.split(',')[0] ?? 'en',
  bundle,
});

export const translationAnswer = ({ status, to, engine, parts }: CaseTranslation): TranslationAnswer => ({
  status,
  to,
  untrusted: true,
  engine,
  parts: parts.map(({ part, from, segments }) => ({
    part,
    language: from,
    segments: segments.map((segment) => ({ ...segment, span: { ...segment.span }, doubts: [...segment.doubts] })),
  })),
});
