/** Everything that a rule may write: variables, fields and functions, with their types and meaning. Docs and checks read this. */
import { CATEGORY_IDS } from '../categories.js';
import {
  ACCOUNT_TYPES,
  AGE_BANDS,
  CLOAK_SIGNS,
  COMPETENCES,
  CONTACT_KINDS,
  CONTEXT_FLAGS,
  DETECTOR_KINDS,
  EVIDENCE_KEYS,
  type EvidenceKey,
  NOTE_KINDS,
  SCORE_KEYS,
  VIEW_NAMES,
} from '../domain.js';

export type FieldType =
  | 'string'
  | 'int'
  | 'double'
  | 'bool'
  | 'list<string>'
  | 'map<string, string>'
  | 'map<string, double>'
  | 'map<string, map<string, double>>';
type FieldTable = Readonly<Record<string, readonly [FieldType, string]>>;

export const TYPES = {
  Note: {
    kind: ['string', 'note, comment, profile, message or listing'],
    title: ['string', 'the title as written'],
    body: ['string', 'the body as written'],
    title_length: ['int', 'UTF-16 code units of the title'],
    body_length: ['int', 'UTF-16 code units of the body'],
    text_length: ['int', 'UTF-16 code units of title and body'],
    has_images: ['bool', 'whether pictures belong to the note'],
    ad_declared: ['bool', 'whether the platform says that the author declared an advertisement'],
    flags: ['list<string>', 'context flags that the platform set, such as education or own_purchase_review'],
    reach: ['int', 'how many people saw or follow, as the platform says; 0 when unknown'],
    is_reply: ['bool', 'whether the note answers another one'],
  },
  Finding: {
    category: ['string', 'category id, such as fraud.scam'],
    score: ['double', "the detector's own figure, 0 to 1"],
    calibrated: ['double', 'scaled so that .5 is the shipped flag threshold'],
    severity: ['int', '0 to 4'],
    source: ['string', 'term, pattern, text_hash, classifier, campaign, image_hash, image_model or opinion'],
    detector: ['string', 'id of the term, pattern, bank entry or model head'],
    part: ['string', 'title, body, image:<n> or qr:<n>'],
    view: ['string', 'reading in which it was found; raw is the text as written'],
    spans: ['int', 'how many places of the text it points at'],
  },
  Score: {
    score: ['double', 'raw model output, 0 to 1'],
    p: ['double', 'calibrated probability'],
    calibrated: ['double', 'scaled per language so that .5 is the shipped flag threshold'],
  },
  Contact: {
    kind: ['string', 'url, email, phone, handle, messenger, price, code, disclosure, mention or hashtag'],
    detail: ['string', 'for messenger the service, for disclosure the language of the wording, else empty'],
    part: ['string', 'title, body, image:<n> or qr:<n>'],
    view: ['string', 'reading in which it was found'],
  },
  Author: {
    known: ['bool', 'whether the platform named an author'],
    age_days: ['int', 'age of the account in days; -1 when unknown'],
    verified: ['bool', 'whether the platform verified the author'],
    account_type: ['string', 'private, business or empty'],
    age_band: ['string', 'under_13, 13_15, 16_17, adult or empty'],
    region: ['string', "the author's region, or empty"],
  },
  Campaign: {
    known: ['bool', 'whether near-duplicates were counted'],
    authors_1h: ['int', 'distinct authors of near-duplicates within one hour'],
    authors_24h: ['int', 'distinct authors of near-duplicates within one day'],
    authors_7d: ['int', 'distinct authors of near-duplicates within seven days'],
    notes_24h: ['int', 'near-duplicate notes within one day'],
    median_age_days: ['int', 'median age of the accounts in the cluster; -1 when unknown'],
  },
  Image: {
    known: ['bool', 'whether the pictures were looked at'],
    count: ['int', 'pictures that were looked at'],
    unreadable: ['int', 'pictures that could not be opened'],
    text: ['string', 'all text that was read on the pictures'],
    codes: ['list<string>', 'what QR codes on the pictures say'],
    labels: ['map<string, double>', 'labels of the image model, 0 to 1, the highest over all pictures'],
  },
  Ocr: {
    part: ['string', 'image:<n>'],
    text: ['string', 'what was read on this picture'],
    confidence: ['double', 'how sure the reader was, 0 to 1'],
    languages: ['list<string>', 'reading data that was used, such as eng or chi_sim'],
  },
  Region: {
    id: ['string', 'id of the policy file that speaks'],
    thresholds: ['map<string, map<string, double>>', 'the thresholds of this region, by category and step'],
    disclosures: ['list<string>', 'languages whose ad-disclosure wording counts here'],
    accepts_disclosure: ['bool', 'whether the advertisement is declared in a way that this region accepts'],
    min_age: ['int', 'least age of an account holder'],
    adult_age: ['int', 'age from which adult content and offers may be shown'],
  },
} as const satisfies Readonly<Record<string, FieldTable>>;
export type TypeName = keyof typeof TYPES;

interface Declared {
  readonly type: string;
  readonly doc: string;
  /** Evidence that it stands on. */
  readonly reads: readonly EvidenceKey[];
}
const FINDING_SOURCES: readonly EvidenceKey[] = ['match', 'classify', 'campaign', 'images', 'deliberate'];

export const VARIABLES = {
  note: { type: 'Note', doc: 'the note and what the platform says about it', reads: [] },
  text: { type: 'string', doc: 'all text of the note, for re(text, pattern)', reads: [] },
  findings: {
    type: 'list<Finding>',
    doc: 'the 64 strongest findings, taking turns where one category and kind of detector has more than its share',
    reads: FINDING_SOURCES,
  },
  scores: { type: 'map<string, Score>', doc: 'scores of the text model by key; 0 when missing', reads: ['classify'] },
  competence: {
    type: 'map<string, string>',
    doc: 'how far the model was measured for the language: validated, weak or none',
    reads: ['classify'],
  },
  languages: { type: 'list<string>', doc: 'languages of the note, best first', reads: ['language'] },
  language: { type: 'string', doc: 'first language of the note, und when unsure', reads: ['language'] },
  mixed: { type: 'bool', doc: 'whether the note mixes languages', reads: ['language'] },
  contacts: { type: 'list<Contact>', doc: 'contact ids, links, prices, codes, disclosures', reads: ['match'] },
  signs: { type: 'list<string>', doc: 'signs of cloaking that were undone', reads: ['normalise'] },
  author: { type: 'Author', doc: 'the author as the platform describes them', reads: [] },
  campaign: { type: 'Campaign', doc: 'counts of near-duplicates', reads: ['campaign'] },
  image: { type: 'Image', doc: 'all pictures of the note together', reads: ['images'] },
  ocr: { type: 'list<Ocr>', doc: 'what was read on each picture', reads: ['images'] },
  gaps: { type: 'list<string>', doc: 'evidence that is missing, by stage', reads: [] },
  region: { type: 'Region', doc: 'settings of the region that is judged', reads: [] },
} as const satisfies Readonly<Record<string, Declared>>;
export type VariableName = keyof typeof VARIABLES;

export const STEPS = ['flag', 'warn', 'limit', 'review', 'hold', 'remove'] as const;
export type Step = (typeof STEPS)[number];

/** What a quoted word in a call must be; checked when the file is loaded. */
export type WordKind = 'category' | 'step' | 'contact' | 'flag' | 'sign' | 'score' | 'source' | OpenKind;
/** Kinds that no closed list holds. */
export type OpenKind = 'language' | 'pattern' | 'wording' | 'term' | 'bank';
export const WORDS: Readonly<Record<Exclude<WordKind, OpenKind>, readonly string[]>> = {
  category: CATEGORY_IDS,
  step: STEPS,
  contact: CONTACT_KINDS,
  flag: CONTEXT_FLAGS,
  sign: CLOAK_SIGNS,
  score: SCORE_KEYS,
  source: DETECTOR_KINDS,
};

interface FunctionEntry {
  readonly signature: string;
  /** One entry a parameter; null takes any expression. */
  readonly words: readonly (WordKind | null)[];
  readonly doc: string;
  readonly reads: readonly EvidenceKey[];
}
const fn = (
  signature: string,
  words: readonly (WordKind | null)[],
  reads: readonly EvidenceKey[],
  doc: string,
): FunctionEntry => ({ signature, words, reads, doc });

export const FUNCTIONS = {
  any_finding: fn(
    'any_finding(string): bool',
    ['category'],
    FINDING_SOURCES,
    'whether anything was found in a category',
  ),
  found_by: fn(
    'found_by(string, string): bool',
    ['category', 'source'],
    FINDING_SOURCES,
    'whether a detector of this kind found something in a category',
  ),
  max_score: fn(
    'max_score(string): double',
    ['category'],
    FINDING_SOURCES,
    'highest calibrated score in a category, over all findings and the text model where its word counts (validated for the language, or p at least .5)',
  ),
  max_severity: fn(
    'max_severity(string): int',
    ['category'],
    FINDING_SOURCES,
    'highest severity of the findings in a category, 0 when there are none',
  ),
  reaches: fn(
    'reaches(string, string): bool',
    ['category', 'step'],
    FINDING_SOURCES,
    "whether max_score of a category is at or above the region's threshold of that step",
  ),
  has_contact: fn('has_contact(string): bool', ['contact'], ['match'], 'whether a contact of this kind was found'),
  has_term: fn(
    'has_term(string, string): bool',
    [null, 'wording'],
    [],
    'whether a text (text, note.title, note.body, image.text) holds these words as words: by spaces where a script writes them, anywhere where it does not; case, width and accents are no difference',
  ),
  found_term: fn(
    'found_term(string): bool',
    ['term'],
    ['match'],
    'whether the entry of a term bank with this id was found, such as "en.scam.advance-fee"',
  ),
  found_in: fn(
    'found_in(string): bool',
    ['bank'],
    ['match'],
    'whether any entry of a bank or of a group in it was found, such as "en" or "en.scam"',
  ),
  only_idioms: fn(
    'only_idioms(string): bool',
    ['category'],
    ['match', 'classify'],
    'whether harmless figures of speech explain every place where the text model saw this category, and nothing else found it',
  ),
  lang_is: fn(
    'lang_is(string): bool',
    ['language'],
    ['language'],
    'whether the note has this language; "zh" also takes zh-Hans and zh-Hant',
  ),
  has_flag: fn('has_flag(string): bool', ['flag'], [], 'whether the platform set this context flag'),
  has_sign: fn('has_sign(string): bool', ['sign'], ['normalise'], 'whether this sign of cloaking was undone'),
  competent: fn(
    'competent(string): bool',
    ['score'],
    ['classify'],
    'whether the model was validated for this score in the language of the note',
  ),
  sampled: fn(
    'sampled(int): bool',
    [null],
    [],
    'true for this share of notes in a hundred, by a stable hash of the text',
  ),
  re: fn(
    're(string, string): bool',
    [null, 'pattern'],
    [],
    'whether a text holds a pattern (RE2 syntax; (?i) ignores case)',
  ),
} as const satisfies Readonly<Record<string, FunctionEntry>>;
export type FunctionName = keyof typeof FUNCTIONS;

/** How a call is written: `found_by("category", "source")`. */
export function usageOf(name: FunctionName): string {
  const { signature, words } = FUNCTIONS[name];
  const open = signature.includes('(int') ? 'percent' : 'text';
  return `${name}(${words.map((word) => (word === null ? open : `"${word}"`)).join(', ')})`;
}

/** Words that a field can hold, where that is a closed list; a comparison with another one is a slip. */
export const FIELD_WORDS: Readonly<Record<string, readonly string[]>> = {
  'Note.kind': NOTE_KINDS,
  'Note.flags': CONTEXT_FLAGS,
  'Finding.category': CATEGORY_IDS,
  'Finding.source': DETECTOR_KINDS,
  'Finding.view': VIEW_NAMES,
  'Contact.kind': CONTACT_KINDS,
  'Contact.view': VIEW_NAMES,
  'Author.account_type': [...ACCOUNT_TYPES, ''],
  'Author.age_band': [...AGE_BANDS, ''],
  signs: CLOAK_SIGNS,
  gaps: EVIDENCE_KEYS,
};
/** Words by which a map is asked, and those that it answers with. */
export const MAP_WORDS: Readonly<
  Record<string, { readonly keys: readonly string[]; readonly values: readonly string[] }>
> = {
  scores: { keys: SCORE_KEYS, values: [] },
  competence: { keys: SCORE_KEYS, values: COMPETENCES },
  'Region.thresholds': { keys: CATEGORY_IDS, values: [] },
};

/** Parts of CEL itself that rules may use; all others, `matches` among them, are refused. */
export const CEL_FUNCTIONS: ReadonlySet<string> = new Set([
  'size',
  'contains',
  'startsWith',
  'endsWith',
  'double',
  'int',
  'string',
  'has',
]);
export const CEL_MACROS: ReadonlySet<string> = new Set(['exists', 'all', 'exists_one', 'filter', 'map']);
