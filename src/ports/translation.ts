/** What the inside asks of a translation. Everything that comes back is untrusted: a stranger's words in other words. */
import type { Evidence, LanguageTag, Note, RegionId, Span } from '../domain.js';
import type { UnavailableError } from '../errors.js';
import type { Spending } from './opinions.js';

export interface TranslationOrder {
  readonly from: LanguageTag;
  readonly to: LanguageTag;
  readonly segments: readonly string[];
}
/** Told what the last one cost, or how it ended; what it throws ends the order. */
export type BeforeRequest = (last: Spending | UnavailableError) => Promise<void>;

export interface TranslatedText {
  readonly text: string;
  /** 0 to 1, the engine's own figure, never measured; null: it gives none. */
  readonly confidence: number | null;
}
export interface TranslationAnswer {
  /** One for each segment, in order. */
  readonly texts: readonly TranslatedText[];
  /** What the last request cost; 0 for a model of our own. */
  readonly tokens: number;
  readonly micros: number;
}
export interface Translator {
  readonly engine: 'openai' | 'local';
  readonly model: string;
  /** Where it computes, as the operator declares it; null: not declared. */
  readonly region: string | null;
  canTranslate(from: LanguageTag, to: LanguageTag): boolean;
  /** What one request for the order may cost at most; nothing for a model of our own. */
  grantFor(order: TranslationOrder): Spending;
  /** Throws `llm_*`, `model_missing` or `model_unavailable`. `again`: before every further request. */
  translate(order: TranslationOrder, signal: AbortSignal, again?: BeforeRequest): Promise<TranslationAnswer>;
  close(): Promise<void>;
}

export const TRANSLATION_DOUBTS = ['lost_piece', 'unchanged', 'length', 'repeats'] as const;
/** Why a segment deserves less trust than the engine says. */
export type TranslationDoubt = (typeof TRANSLATION_DOUBTS)[number];

export interface TranslatedSegment {
  /** Of the original. */
  readonly span: Span;
  /** Null: it is in the wanted language already, or the engine does not know its language. */
  readonly text: string | null;
  readonly confidence: number | null;
  readonly doubts: readonly TranslationDoubt[];
}

/** What makes two translations the same. */
export interface TranslationKey {
  readonly sourceId: string;
  /** SHA-256 (hex) of the text. */
  readonly contentHash: string;
  readonly from: LanguageTag;
  readonly to: LanguageTag;
  readonly model: string;
  /** Version of the glossary. */
  readonly glossary: string;
}
export interface StoredTranslation extends TranslationKey {
  readonly noteId: string;
  readonly revisionId: string;
  readonly segments: readonly TranslatedSegment[];
}
/** A revision with an open case, not yet translated ahead of time. */
export interface UntranslatedRevision {
  readonly revisionId: string;
  readonly noteId: string;
  readonly sourceId: string;
  readonly regions: readonly RegionId[];
  readonly note: Note;
  readonly evidence: Evidence | null;
}
export interface TranslationsStore {
  find(keys: readonly TranslationKey[]): Promise<readonly StoredTranslation[]>;
  /** False: the note was erased meanwhile, nothing is stored. */
  save(rows: readonly StoredTranslation[], now: number): Promise<boolean>;
  /** Those of the longest wait first, tried fewer than three times with this model. */
  untranslated(
    of: { readonly to: LanguageTag; readonly model: string },
    limit: number,
  ): Promise<readonly UntranslatedRevision[]>;
  recordTry(
    of: {
      readonly revisionId: string;
      readonly noteId: string;
      readonly to: LanguageTag;
      readonly model: string;
      readonly done: boolean;
    },
    now: number,
  ): Promise<void>;
}
export interface TranslationsPart {
  readonly translations: TranslationsStore;
}
