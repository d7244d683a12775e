/** What a schema complains of, in words for somebody who has never programmed. */
import type { z } from 'zod';
import { listed } from '../plain-words.js';
import { regionHint } from './countries.js';
import { languageHint, NO_LANGUAGE } from './languages.js';
import { didYouMean } from './nearest.js';
import { MODE_KEY_WORDS, MODE_WORDS, REGION_WORDS, TAG_WORDS } from './schema-words.js';

type Path = readonly (string | number)[];

/** Longer lists are printed by `polywarden policy fields` and completed by the editor. */
const MOST_WORDS = 12;
/** Of a value that is quoted back. */
const MOST_CHARS = 60;

const KINDS: Readonly<Record<string, string>> = {
  object: 'keys with values, such as { key: value }',
  record: 'keys with values, such as { key: value }',
  map: 'keys with values, such as { key: value }',
  array: 'a list, such as [one, two]',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'keys with values';
  return typeof value === 'string' ? `"${visible(value.slice(0, MOST_CHARS))}"` : String(value).slice(0, MOST_CHARS);
}

/** Characters without a shape are what is wrong with a word that looks right. */
const visible = (text: string): string =>
  text.replace(/[\p{Cf}\u00A0]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

function sayChoice(values: readonly unknown[], given: unknown): string {
  const words = values.map(String);
  const hint = typeof given === 'string' ? didYouMean(given, words) : '';
  if (words.length <= MOST_WORDS) return `expected ${listed(words)}, found ${shown(given)}${hint}`;
  const look = hint === '' ? '; `polywarden policy fields` lists them' : hint;
  return `expected a known word, found ${shown(given)}${look}`;
}

/** `"0.55"`, `55%` and `0,55` are figures to a person. */
function figureHint(given: unknown): string {
  if (typeof given !== 'string') return '';
  const [, figure, percent] = /^\s*(\d+(?:[.,]\d+)?)\s*(%?)\s*$/.exec(given) ?? [];
  if (figure === undefined) return '';
  const value = Number(figure.replace(',', '.'));
  return `; write ${percent === '%' ? value / 100 : value} without quotation marks`;
}

function sayType(issue: z.core.$ZodIssueInvalidType, given: unknown): string {
  // A schema that says itself what it takes.
  if (!issue.message.startsWith('Invalid input')) return `expected ${issue.message}, found ${shown(given)}`;
  const hint =
    issue.expected === 'number' || issue.expected === 'int'
      ? figureHint(given)
      : issue.expected === 'string' && /^(?:number|boolean)$/.test(typeof given)
        ? '; put it in quotation marks'
        : '';
  return `expected ${KINDS[issue.expected] ?? issue.expected}, found ${shown(given)}${hint}`;
}

interface Bound {
  readonly origin: string;
  readonly inclusive?: boolean | undefined;
}
function sayBound({ origin, inclusive = true }: Bound, word: 'least' | 'most', limit: unknown, given: unknown): string {
  if (origin === 'string' && word === 'least') return 'must not be empty';
  if (origin === 'string') return `expected ${limit} characters at most, found ${String(given).length}`;
  if (origin === 'array') {
    const count = Array.isArray(given) ? given.length : 0;
    return `expected ${limit} or ${word === 'least' ? 'more' : 'fewer'} entries, found ${count}`;
  }
  const than = word === 'least' ? 'more than' : 'less than';
  return `expected ${inclusive ? `at ${word}` : than} ${limit}, found ${shown(given)}`;
}

/** `given` is what stands in the file; undefined: nothing does. */
export function sayIssue(issue: z.core.$ZodIssue, given: unknown): string {
  if (given === undefined && issue.code !== 'custom') return 'is missing';
  switch (issue.code) {
    case 'invalid_value':
      return sayChoice(issue.values, given);
    case 'invalid_type':
      return sayType(issue, given);
    case 'too_big':
      return sayBound(issue, 'most', issue.maximum, given);
    case 'too_small':
      return sayBound(issue, 'least', issue.minimum, given);
    case 'invalid_format': {
      const expected = issue.format === 'url' ? 'an https address, such as https://example.org/law' : issue.message;
      return `expected ${expected}; found ${shown(given)}${hintFrom(expected, given)}`;
    }
    case 'custom':
      if (typeof given !== 'string') return issue.message;
      return `${shown(given)} ${issue.message}${issue.message === NO_LANGUAGE ? languageHint(given) : ''}`;
    case 'invalid_union':
      return `expected ${issue.message}; found ${shown(given)}${hintFrom(issue.message, given)}`;
    default:
      return issue.message;
  }
}

/** What was meant, where the expectation itself tells of what kind it is. */
function hintFrom(expected: string, given: unknown): string {
  if (typeof given !== 'string') return '';
  if (expected === REGION_WORDS || expected === MODE_KEY_WORDS) return regionHint(given);
  if (expected === TAG_WORDS) return languageHint(given);
  if (expected !== MODE_WORDS) return '';
  const percent = /^canary\D*(\d{1,2}|100)\D*$/i.exec(given)?.[1];
  return percent === undefined
    ? didYouMean(given, ['disabled', 'shadow', 'enforce', 'canary(10)'])
    : `; did you mean "canary(${percent})"?`;
}

/** Lists whose entries are known by a name of their own. */
const NAMED: Readonly<Record<string, string>> = { rules: 'rule', terms: 'entry', idioms: 'idiom', tests: 'test' };

function nameOf(entry: unknown, index: number): string {
  const id: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'id') : undefined;
  return typeof id === 'string' && id !== '' ? id : String(index + 1);
}

/** `rules.6.tests.0.expect` -> `rule fraud.scam.club, test 1, expect: `; counted from 1, as people do. */
export function placeWords(path: Path, root: unknown): string {
  const parts: string[] = [];
  let words: string[] = [];
  let node = root;
  const flush = (): void => {
    if (words.length > 0) parts.push(words.join('.'));
    words = [];
  };
  for (const step of path) {
    node = typeof node === 'object' && node !== null ? Reflect.get(node, step) : undefined;
    if (typeof step === 'string') {
      words.push(step);
      continue;
    }
    const list = words.pop() ?? 'entry';
    flush();
    parts.push(`${NAMED[list] ?? list} ${nameOf(node, step)}`);
  }
  flush();
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}
