/** Functions that a rule may call, ours and those of CEL. */
import type { EvidenceKey } from '../domain.js';
import type { WordKind } from './quoted-words.js';
import { FINDING_STAGES } from './vocabulary.js';

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
    FINDING_STAGES,
    'whether anything was found in a category',
  ),
  found_beside_model: fn(
    'found_beside_model(string): bool',
    ['category'],
    FINDING_STAGES,
    'whether anything but the text model found something in a category; beside `reaches`, so that its threshold holds',
  ),
  found_by: fn(
    'found_by(string, string): bool',
    ['category', 'source'],
    FINDING_STAGES,
    'whether a detector of this kind found something in a category',
  ),
  max_score: fn(
    'max_score(string): double',
    ['category'],
    FINDING_STAGES,
    'highest calibrated score in a category, over all findings and the text model where its word counts (validated for the language, or p at least .5)',
  ),
  max_severity: fn(
    'max_severity(string): int',
    ['category'],
    FINDING_STAGES,
    'highest severity of the findings in a category, 0 when there are none',
  ),
  reaches: fn(
    'reaches(string, string): bool',
    ['category', 'step'],
    FINDING_STAGES,
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
