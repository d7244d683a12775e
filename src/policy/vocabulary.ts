/** Everything that a rule may read: variables and fields, with their types and meaning. Docs and checks read this. */
import type { EvidenceKey } from '../domain.js';

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
/** Stages that make findings. */
export const FINDING_STAGES: readonly EvidenceKey[] = ['match', 'classify', 'campaign', 'images', 'deliberate'];

export const VARIABLES = {
  note: { type: 'Note', doc: 'the note and what the platform says about it', reads: [] },
  text: { type: 'string', doc: 'all text of the note, for re(text, pattern)', reads: [] },
  findings: {
    type: 'list<Finding>',
    doc: 'the 64 strongest findings, taking turns where one category and kind of detector has more than its share',
    reads: FINDING_STAGES,
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
