/** Texts, places in them, ways of reading them, and the note that holds them. */

/** UTF-16 code units of the original text; start inclusive, end exclusive; never inside a grapheme. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Which text of a note: `title`, `body`, `image:<n>` (OCR) or `qr:<n>`. */
export type PartName = 'title' | 'body' | `image:${number}` | `qr:${number}`;

/** BCP 47 tag (`en`, `zh-Hans`, `hi-Latn`), or `und` when nobody can say. */
export type LanguageTag = string;
/** `zh` of `zh-Hans`. */
export const primaryOf = (tag: LanguageTag): LanguageTag => tag.split('-')[0] ?? tag;
/** Lower-case id of a policy file or of an ISO 3166-1 country: `global`, `eu`, `de`. */
export type RegionId = string;

export interface LanguageGuess {
  readonly tag: LanguageTag;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface LanguageSegment extends LanguageGuess {
  readonly part: PartName;
  readonly span: Span;
  /** ISO 15924 script code of most letters, `Zyyy` when there are none. */
  readonly script: string;
}

/** Ways of reading a text. Every view but `raw` is lossy; a hit in one counts less than in `raw`. */
export const VIEW_NAMES = [
  'raw',
  'nfkc',
  'folded',
  'skeleton',
  'squeezed',
  'simplified',
  'pinyin',
  'pinyin_initials',
  'jamo',
  'translit',
] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

export interface TextView {
  readonly name: ViewName;
  readonly text: string;
  /** Maps a span of `text` to the smallest span of the original that holds it, widened to whole graphemes. */
  toRaw(span: Span): Span;
}

/** A text with its views, each computed when first asked for and then kept. */
export interface NormalisedText {
  readonly raw: string;
  view(name: ViewName): TextView;
}

export interface LabelledText {
  readonly part: PartName;
  readonly text: NormalisedText;
}

export const ACCOUNT_TYPES = ['private', 'business'] as const;
export type AccountType = (typeof ACCOUNT_TYPES)[number];
export const AGE_BANDS = ['under_13', '13_15', '16_17', 'adult'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];

export interface Author {
  readonly id: string;
  readonly region?: RegionId | undefined;
  readonly createdAt?: string | undefined;
  readonly verified?: boolean | undefined;
  readonly accountType?: AccountType | undefined;
  /** A birth date is never asked for; a band is enough for the policies. */
  readonly ageBand?: AgeBand | undefined;
}

export interface ImageRef {
  readonly index: number;
  readonly url?: string | undefined;
  /** A file of the command line. */
  readonly path?: string | undefined;
  /** Bytes in base64, only where nothing is stored. */
  readonly data?: string | undefined;
  /** Uploaded bytes: the key of the stored copy and its SHA-256 (hex). */
  readonly blob?: string | undefined;
  readonly sha256?: string | undefined;
}

export const NOTE_KINDS = ['note', 'comment', 'profile', 'message', 'listing'] as const;
export type NoteKind = (typeof NOTE_KINDS)[number];

/** One revision of a note, as the stages see it. */
export interface Note {
  readonly externalId?: string | undefined;
  readonly kind: NoteKind;
  readonly title: string;
  readonly body: string;
  /** ISO 8601, UTC. */
  readonly createdAt?: string | undefined;
  readonly author?: Author | undefined;
  readonly regions: readonly RegionId[];
  readonly languageHint?: LanguageTag | undefined;
  readonly context: NoteContext;
  readonly images: readonly ImageRef[];
}

/** Whether there is a text beside its pictures. */
export const saysSomething = ({ title, body }: Pick<Note, 'title' | 'body'>): boolean => /\S/.test(title + body);

/** What the platform says about the note; flags may lower or route, never delete silently. */
export interface NoteContext {
  readonly flags?: readonly ContextFlag[] | undefined;
  readonly replyTo?: string | undefined;
  readonly adDeclared?: boolean | undefined;
  readonly reach?: number | undefined;
}

export const CONTEXT_FLAGS = [
  'education',
  'news',
  'art',
  'medical',
  'counter_speech',
  'quotation',
  'self_reference',
  'recovery',
  'fiction',
  'own_purchase_review',
] as const;
export type ContextFlag = (typeof CONTEXT_FLAGS)[number];
