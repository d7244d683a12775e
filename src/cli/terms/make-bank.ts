import { sha256Hex } from '../../domain/sha256.js';
import { primaryOf } from '../../domain.js';
import { stringifyYaml } from '../../policy/yaml.js';
import { foldedOf } from '../../stages/match/bench.js';
import { expandBraces } from '../../stages/match/braces.js';
import { type TermBank, TermEntry } from '../../stages/match/term-bank.js';
import { tooShort } from '../../stages/match/term-length.js';
import type { ListedTerm, ReadList, Refused } from './read-list.js';

/** As many as one bank may hold. */
const LONGEST_BANK = 5_000;

export interface BankOrder {
  readonly language: string;
  readonly source: string;
  readonly licence: string;
}
export interface MadeBank {
  /** One file's text each; a long list becomes several. */
  readonly banks: readonly string[];
  readonly kept: number;
  /** Lines that say what an earlier line said. */
  readonly duplicates: readonly number[];
  /** Lines that a shipped bank has already. */
  readonly shipped: readonly number[];
  readonly tooShort: readonly Refused[];
  readonly refused: readonly Refused[];
}

const idOf = (folded: string, language: string): string =>
  `${primaryOf(language)}.private.${sha256Hex(folded).slice(0, 12)}`;

/** Every wording of the shipped banks of a language, folded. */
export function shippedWordings(banks: readonly TermBank[], language: string): ReadonlySet<string> {
  const root = primaryOf(language);
  const wordings = banks
    .filter((bank) => primaryOf(bank.language) === root)
    .flatMap(({ terms }) => terms.flatMap(({ patterns }) => patterns))
    .flatMap((pattern) => {
      const expansion = expandBraces(pattern);
      return expansion.ok ? expansion.patterns : [];
    });
  return new Set(wordings.map(foldedOf));
}

interface Sorted {
  readonly entries: readonly (ListedTerm & { readonly folded: string })[];
  readonly duplicates: readonly number[];
  readonly shipped: readonly number[];
  readonly short: readonly Refused[];
  readonly refused: readonly Refused[];
}

function sorted(terms: readonly ListedTerm[], known: ReadonlySet<string>): Sorted {
  const [duplicates, inShipped]: [number[], number[]] = [[], []];
  const [short, refused]: [Refused[], Refused[]] = [[], []];
  const kept = new Map<string, ListedTerm & { readonly folded: string }>();
  for (const term of terms) {
    const { line, wording, boundary } = term;
    const folded = foldedOf(wording);
    const problem = tooShort(wording, boundary);
    if (/[{}]/.test(wording)) refused.push({ line, why: 'braces have a meaning in banks' });
    else if (wording.length > 200 || folded === '') refused.push({ line, why: 'empty, or longer than 200 characters' });
    else if (kept.has(folded)) duplicates.push(line);
    else if (known.has(folded)) inShipped.push(line);
    // The words themselves stay out of the report.
    else if (problem !== null) short.push({ line, why: problem.replace(/^".*" has/s, 'has') });
    else kept.set(folded, { ...term, folded });
  }
  return { entries: [...kept.values()], duplicates, shipped: inShipped, short, refused };
}

function bankText(entries: Sorted['entries'], { language, source, licence }: BankOrder): string {
  const terms = entries.map(({ folded, wording, category, severity, boundary }) => {
    const entry: TermEntry = TermEntry.parse({
      id: idOf(folded, language),
      patterns: [wording],
      category,
      severity,
      boundary,
      source,
    });
    return entry;
  });
  const about = 'Private bank, made by `polywarden terms import`; it belongs outside the repository.';
  return stringifyYaml({ language, about, licence, terms });
}

export function makeBank(list: ReadList, known: ReadonlySet<string>, order: BankOrder): MadeBank {
  const { entries, duplicates, shipped, short, refused } = sorted(list.terms, known);
  const banks: string[] = [];
  for (let at = 0; at < entries.length; at += LONGEST_BANK) {
    banks.push(bankText(entries.slice(at, at + LONGEST_BANK), order));
  }
  return {
    banks,
    kept: entries.length,
    duplicates,
    shipped,
    tooShort: short,
    refused: [...list.refused, ...refused].sort((a, b) => a.line - b.line),
  };
}
