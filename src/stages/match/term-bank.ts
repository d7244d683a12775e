/** The format of policies/terms/<lang>.yaml, and its errors with place, expectation and nearest right word. */
import { z } from 'zod';
import { CATEGORY_IDS } from '../../categories.js';
import { VIEW_NAMES } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import { didYouMean } from '../../policy/nearest.js';
import { type ParsedYaml, parseYaml } from '../../policy/yaml.js';
import { expandBraces } from './braces.js';

export const BOUNDARIES = ['word', 'prefix', 'none', 'segment'] as const;
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
  context_in: z.array(z.enum(VIEW_NAMES)).min(1).optional().describe('Views that need the context; unset: all'),
  source: z.string().min(1).max(200).describe('Where the entry comes from'),
  note: z.string().max(500).optional().describe('Why it is here'),
});
export type TermEntry = z.infer<typeof TermEntry>;

export const TermBank = z.strictObject({
  language: z.string().regex(/^[a-z]{2,3}(?:-[A-Z][a-z]{3})?$/, 'a language tag such as "pt" or "hi-Latn"'),
  allow: Texts.optional().describe('Harmless wordings for every entry of the bank'),
  terms: z.array(TermEntry).min(1).max(5_000),
});
export interface TermBank extends z.infer<typeof TermBank> {
  readonly file: string;
}

interface BankFault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}
type Path = readonly (string | number)[];

const ENTRY_KEYS = Object.keys(TermEntry.shape);
const BANK_KEYS = Object.keys(TermBank.shape);

function termsError(faults: readonly BankFault[]): InvalidInputError {
  const lines = faults.map((fault) => `${fault.file}:${fault.line}:${fault.column}: ${fault.message}`);
  const pointers = faults.map((fault, index) => ({
    pointer: `/${fault.file}`,
    message: lines[index] ?? fault.message,
  }));
  return new InvalidInputError('terms_invalid', `The term banks are not valid:\n${lines.join('\n')}`, pointers);
}

function at(value: unknown, path: Path): unknown {
  let node = value;
  for (const step of path) node = typeof node === 'object' && node !== null ? Reflect.get(node, step) : undefined;
  return node;
}

function faultsOfIssue(issue: z.core.$ZodIssue, yaml: ParsedYaml, file: string): readonly BankFault[] {
  const path = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = path.length === 0 ? BANK_KEYS : ENTRY_KEYS;
    return issue.keys.map((key) => ({
      file,
      ...yaml.locateKey([...path, key]),
      message: `unknown key "${key}"${didYouMean(key, known)}`,
    }));
  }
  const where = path.length === 0 ? 'the file' : path.join('.');
  const given = at(yaml.value, path);
  const hint =
    issue.code === 'invalid_value' && typeof given === 'string' ? didYouMean(given, issue.values.map(String)) : '';
  const missing = given === undefined ? `${where}: is missing` : `${where}: ${wording(issue, given)}`;
  return [{ file, ...yaml.locate(path), message: `${missing}${hint}` }];
}

function wording(issue: z.core.$ZodIssue, given: unknown): string {
  const shown = typeof given === 'string' ? `"${given.slice(0, 60)}"` : typeof given;
  if (issue.code === 'invalid_value') return `${shown} is none of the known words`;
  if (issue.code === 'invalid_type') return `expected ${issue.expected}, found ${shown}`;
  return issue.message;
}

/** Rules that a schema cannot say. */
function lintEntry(entry: TermEntry, path: Path, yaml: ParsedYaml, file: string): readonly BankFault[] {
  const faults: BankFault[] = [];
  const report = (key: string, index: number | null, message: string, offset?: number): void => {
    const place = index === null ? [...path, key] : [...path, key, index];
    faults.push({ file, ...yaml.locate(place, offset), message: `${place.join('.')}: ${message}` });
  };
  for (const key of ['patterns', 'allow', 'context'] as const) {
    for (const [index, pattern] of (entry[key] ?? []).entries()) {
      const expansion = expandBraces(pattern);
      if (!expansion.ok) report(key, index, expansion.message, expansion.at);
    }
  }
  const needsContext = entry.views?.includes('pinyin_initials') ?? false;
  if (needsContext && entry.context === undefined) {
    report('views', null, 'pinyin_initials needs "context": two letters alone are noise');
  }
  if (entry.context_in !== undefined && entry.context === undefined) report('context_in', null, 'needs "context"');
  return faults;
}

function readBank(yamlText: string, file: string): { readonly bank: TermBank | null; readonly faults: BankFault[] } {
  const yaml = readYaml(yamlText, file);
  const parsed = TermBank.safeParse(yaml.value);
  if (!parsed.success) {
    return { bank: null, faults: parsed.error.issues.flatMap((issue) => faultsOfIssue(issue, yaml, file)) };
  }
  const faults: BankFault[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of parsed.data.terms.entries()) {
    const path = ['terms', index];
    faults.push(...lintEntry(entry, path, yaml, file));
    if (seen.has(entry.id))
      faults.push({ file, ...yaml.locate([...path, 'id']), message: `id "${entry.id}" is used twice` });
    seen.add(entry.id);
  }
  return { bank: { ...parsed.data, file }, faults };
}

function readYaml(yamlText: string, file: string): ParsedYaml {
  try {
    return parseYaml(yamlText, file);
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    throw new InvalidInputError('terms_invalid', cause.message, cause.faults, { cause });
  }
}

/** Throws InvalidInputError `terms_invalid` with every fault of the file as file:line:column. */
export function parseTermBank(yamlText: string, file: string): TermBank {
  const { bank, faults } = readBank(yamlText, file);
  if (bank === null || faults.length > 0) throw termsError(faults);
  return bank;
}

/** All banks together: an id belongs to one entry of one file. */
export function parseTermBanks(
  files: readonly { readonly file: string; readonly text: string }[],
): readonly TermBank[] {
  const banks = files.map(({ file, text }) => parseTermBank(text, file));
  const owners = new Map<string, string>();
  const faults: BankFault[] = [];
  for (const bank of banks) {
    for (const entry of bank.terms) {
      const owner = owners.get(entry.id);
      if (owner !== undefined)
        faults.push({ file: bank.file, line: 1, column: 1, message: `id "${entry.id}" is also in ${owner}` });
      owners.set(entry.id, bank.file);
    }
  }
  if (faults.length > 0) throw termsError(faults);
  return banks;
}
