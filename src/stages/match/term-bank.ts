/** The format of policies/terms/<lang>.yaml, and its errors with place, expectation and nearest right word. */
import { z } from 'zod';
import { CATEGORIES, CATEGORY_IDS, isCategoryId } from '../../categories.js';
import { primaryOf, VIEW_NAMES } from '../../domain.js';
import type { InvalidInputError } from '../../errors.js';
import { faultOf, faultsError, faultsIn, type PolicyFault } from '../../policy/faults.js';
import { isLanguage, NO_LANGUAGE } from '../../policy/languages.js';
import type { LintId } from '../../policy/lints.js';
import { didYouMean } from '../../policy/nearest.js';
import { placeWords, sayIssue } from '../../policy/say-issue.js';
import { TAG_WORDS } from '../../policy/schema-words.js';
import { type ParsedYaml, parseYaml } from '../../policy/yaml.js';
import { expandBraces } from './braces.js';
import { BOUNDARIES, tooShort } from './term-length.js';

const Texts = z.array(z.string().trim().min(1).max(200)).min(1).max(64);
const Id = z.string().regex(/^[a-z]{2,3}(?:\.[a-z0-9]+(?:-[a-z0-9]+)*){2,4}$/, 'an id such as "en.scam.advance-fee"');

export const TermEntry = z.strictObject({
  id: Id.describe('Stable for ever; findings and policies name it'),
  patterns: Texts.describe('Wordings; `{a|b}` stands for either'),
  category: z.enum(CATEGORY_IDS as [string, ...string[]]).describe('Category of the glossary'),
  severity: z.int().min(0).max(4).describe('0 none to 4 critical'),
  weight: z.number().gt(0).max(1).default(0.8).describe('Score of a plain hit'),
  views: z
    .array(z.enum(VIEW_NAMES))
    .min(1)
    .optional()
    .describe('Readings that may match; unset: those of the language'),
  boundary: z.enum(BOUNDARIES).default('word').describe('word, prefix (endings may follow), segment or none'),
  allow: Texts.optional().describe('Harmless wordings that cancel a hit they overlap'),
  context: Texts.optional().describe('Words of which one must stand near'),
  together: z
    .array(Texts)
    .min(1)
    .max(4)
    .optional()
    .describe('Lists of wordings: one of each must stand near, in any order'),
  context_in: z.array(z.enum(VIEW_NAMES)).min(1).optional().describe('Views that need the context; unset: all'),
  source: z.string().min(1).max(200).describe('Where the entry comes from'),
  note: z.string().max(500).optional().describe('Why it is here'),
});
export type TermEntry = z.infer<typeof TermEntry>;

const IdiomEntry = z.strictObject({
  id: Id.describe('Stable for ever'),
  patterns: Texts.describe('Wordings; `{a|b}` stands for either'),
  excuses: z
    .array(z.enum(CATEGORY_IDS as [string, ...string[]]))
    .min(1)
    .describe('Categories in which it misleads a model; a rule asks with only_idioms'),
  boundary: z.enum(BOUNDARIES).default('word').describe('word, prefix (endings may follow), segment or none'),
  source: z.string().min(1).max(200).describe('Where the entry comes from'),
  note: z.string().max(500).optional().describe('Why it is here'),
});
type IdiomEntry = z.infer<typeof IdiomEntry>;

export const TermBank = z.strictObject({
  language: z
    .string()
    .regex(/^[a-z]{2,3}(?:-[A-Z][a-z]{3})?$/, { error: TAG_WORDS, abort: true })
    .refine(isLanguage, NO_LANGUAGE),
  about: z.string().max(500).optional().describe('What the bank is, and what it is not'),
  licence: z.string().max(200).optional().describe('Licence of the words'),
  allow: Texts.optional().describe('Harmless wordings for every entry of the bank'),
  terms: z.array(TermEntry).min(1).max(5_000),
  idioms: z.array(IdiomEntry).max(1_000).optional().describe('Figures of speech that mean no harm'),
});
export interface TermBank extends z.infer<typeof TermBank> {
  readonly file: string;
}

type Path = readonly (string | number)[];

const ENTRY_KEYS = Object.keys(TermEntry.shape);
const IDIOM_KEYS = Object.keys(IdiomEntry.shape);
const BANK_KEYS = Object.keys(TermBank.shape);

const termsError = (faults: readonly PolicyFault[]): InvalidInputError =>
  faultsError(faults, 'The term banks are not valid', 'terms_invalid');

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (node, step) => (typeof node === 'object' && node !== null ? Reflect.get(node, step) : undefined),
    value,
  );

function faultsOfIssue(issue: z.core.$ZodIssue, yaml: ParsedYaml, file: string): readonly PolicyFault[] {
  const path = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = path.length === 0 ? BANK_KEYS : path[0] === 'idioms' ? IDIOM_KEYS : ENTRY_KEYS;
    return issue.keys.map((key) => {
      const where = { file, ...yaml.locateKey([...path, key]) };
      return faultOf(
        'term-file',
        where,
        `${placeWords(path, yaml.value)}unknown key "${key}"${didYouMean(key, known)}`,
      );
    });
  }
  const message = `${placeWords(path, yaml.value)}${sayIssue(issue, at(yaml.value, path))}`;
  return [faultOf('term-file', { file, ...yaml.locate(path) }, message)];
}

type AnyEntry =
  | TermEntry
  | (IdiomEntry & { readonly [K in 'allow' | 'context' | 'context_in' | 'together' | 'views']?: undefined });

const wordingLists = (entry: AnyEntry): readonly (readonly [Path, readonly string[]])[] => [
  ...(['patterns', 'allow', 'context'] as const).map((key) => [[key], entry[key] ?? []] as const),
  ...(entry.together ?? []).map((wordings, index) => [['together', index], wordings] as const),
];

/** Rules that a schema cannot say. */
function lintEntry(entry: AnyEntry, path: Path, yaml: ParsedYaml, file: string): readonly PolicyFault[] {
  const faults: PolicyFault[] = [];
  const report = (lint: LintId, steps: Path, message: string, offset?: number): void => {
    const place = [...path, ...steps];
    faults.push(faultOf(lint, { file, ...yaml.locate(place, offset) }, `${placeWords(place, yaml.value)}${message}`));
  };
  const standsAlone = entry.context === undefined && entry.together === undefined;
  for (const [key, wordings] of wordingLists(entry)) {
    for (const [index, wording] of wordings.entries()) {
      const expansion = expandBraces(wording);
      if (!expansion.ok) report('term-braces', [...key, index], expansion.message, expansion.at);
      else if (key[0] === 'patterns' && standsAlone) {
        const problem = expansion.patterns.flatMap((one) => tooShort(one, entry.boundary) ?? [])[0];
        if (problem !== undefined) report('term-short', [...key, index], problem);
      }
    }
  }
  const needsContext = entry.views?.includes('pinyin_initials') ?? false;
  if (needsContext && entry.context === undefined) {
    report('term-context', ['views'], 'pinyin_initials needs "context": two letters alone are noise');
  }
  if (entry.context_in !== undefined && entry.context === undefined) {
    report('term-context', ['context_in'], 'needs "context"');
  }
  return faults;
}

/** As people write patterns elsewhere; here it would be waited for letter by letter. */
const PATTERN_LIKE = /\.\*|\\[a-zA-Z]|\[[^\]]*\]|^\*|\*$|^[^{]*\|/;

/** What holds for the banks of the policy folder; private ones come from lists as they are. */
function lintOwn(
  entry: TermEntry | (IdiomEntry & { readonly severity?: undefined; readonly category?: undefined }),
  path: Path,
  { language, yaml, file }: { readonly language: string; readonly yaml: ParsedYaml; readonly file: string },
): readonly PolicyFault[] {
  const faults: PolicyFault[] = [];
  const report = (lint: LintId, steps: Path, message: string): void => {
    const place = [...path, ...steps];
    faults.push(faultOf(lint, { file, ...yaml.locate(place) }, `${placeWords(place, yaml.value)}${message}`));
  };
  const root = primaryOf(language);
  if (entry.id.split('.')[0] !== root)
    report('term-file', ['id'], `the id of an entry of this bank begins with "${root}."`);
  const most =
    entry.category !== undefined && isCategoryId(entry.category) ? CATEGORIES[entry.category].maxSeverity : 4;
  if ((entry.severity ?? 0) > most) {
    report('severity', ['severity'], `severity ${entry.severity} is above the ${most} of ${entry.category}`);
  }
  for (const [index, pattern] of entry.patterns.entries()) {
    if (!PATTERN_LIKE.test(pattern)) continue;
    const message = `"${pattern}" looks like a pattern; a wording is found as it stands: {a|b} is a choice, "boundary: prefix" lets endings follow`;
    report('term-pattern', ['patterns', index], message);
  }
  return faults;
}

function readBank(yamlText: string, file: string): { readonly bank: TermBank | null; readonly faults: PolicyFault[] } {
  const yaml = readYaml(yamlText, file);
  const parsed = TermBank.safeParse(yaml.value);
  if (!parsed.success) {
    return { bank: null, faults: parsed.error.issues.flatMap((issue) => faultsOfIssue(issue, yaml, file)) };
  }
  const faults: PolicyFault[] = [];
  const named = /^terms\/(.+)\.yaml$/.exec(file)?.[1];
  if (named !== undefined && named !== parsed.data.language) {
    const message = `the language is "${parsed.data.language}", the file is named "${named}"; make them the same`;
    faults.push(faultOf('file-name', { file, ...yaml.locate(['language']) }, message));
  }
  const seen = new Set<string>();
  const placed = [
    ...parsed.data.terms.map((entry, index) => ({ entry, path: ['terms', index] as const })),
    ...(parsed.data.idioms ?? []).map((entry, index) => ({ entry, path: ['idioms', index] as const })),
  ];
  for (const { entry, path } of placed) {
    faults.push(...lintEntry(entry, path, yaml, file));
    if (named !== undefined) faults.push(...lintOwn(entry, path, { language: named, yaml, file }));
    if (seen.has(entry.id)) {
      const where = { file, ...yaml.locate([...path, 'id']) };
      faults.push(faultOf('term-duplicate', where, `id "${entry.id}" is used twice`));
    }
    seen.add(entry.id);
  }
  return { bank: { ...parsed.data, file }, faults };
}

function readYaml(yamlText: string, file: string): ParsedYaml {
  try {
    return parseYaml(yamlText, file);
  } catch (cause) {
    const faults = faultsIn(cause);
    if (faults === null) throw cause;
    throw termsError(faults);
  }
}

/** Throws InvalidInputError `terms_invalid` with every fault of the file as file:line:column. */
export function parseTermBank(yamlText: string, file: string): TermBank {
  const { bank, faults } = readBank(yamlText, file);
  if (bank === null || faults.length > 0) throw termsError(faults);
  return bank;
}

function placeOfId(files: Files, file: string, id: string): { readonly line: number; readonly column: number } {
  const lines = (files.find((one) => one.file === file)?.text ?? '').split('\n');
  const line = lines.findIndex((text) => text.includes(`id: ${id}`) && text.trimEnd().endsWith(id));
  return line < 0 ? { line: 1, column: 1 } : { line: line + 1, column: (lines[line] ?? '').indexOf(id) + 1 };
}

type Files = readonly { readonly file: string; readonly text: string }[];

/** All banks together: an id belongs to one entry of one file. */
export function parseTermBanks(files: Files): readonly TermBank[] {
  const banks = files.map(({ file, text }) => parseTermBank(text, file));
  const owners = new Map<string, string>();
  const faults: PolicyFault[] = [];
  for (const bank of banks) {
    for (const entry of [...bank.terms, ...(bank.idioms ?? [])]) {
      const owner = owners.get(entry.id);
      if (owner !== undefined) {
        const where = { file: bank.file, ...placeOfId(files, bank.file, entry.id) };
        faults.push(faultOf('term-duplicate', where, `id "${entry.id}" is also in ${owner}`));
      }
      owners.set(entry.id, bank.file);
    }
  }
  if (faults.length > 0) throw termsError(faults);
  return banks;
}
