/** What is wrong with what came in, in words of ours; a schema that says it itself is left its word. */
import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return KINDS[Array.isArray(value) ? 'array' : typeof value] ?? 'something else';
}

export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries', file: ' bytes' };

function sizeWords(origin: string, word: 'least' | 'most', limit: unknown, inclusive: boolean): string {
  if (origin === 'string' && word === 'least' && Number(limit) === 1) return 'Empty';
  if (inclusive) return `At ${word} ${limit}${UNITS[origin] ?? ''}`;
  return `${word === 'least' ? 'More' : 'Less'} than ${limit}${UNITS[origin] ?? ''}`;
}

/** What was sent is not repeated: it may be a password. For the option `error` of a parse. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'Missing';
      if (Number.isNaN(issue.input)) return 'Not a number';
      if (issue.expected === 'int' && typeof issue.input === 'number') return 'Not a whole number';
      return `Expected ${KINDS[issue.expected] ?? issue.expected}, found ${kindOf(issue.input)}`;
    case 'invalid_value':
      return issue.input === undefined ? 'Missing' : `Expected ${listed(issue.values.map(String))}`;
    case 'too_small':
      return sizeWords(issue.origin, 'least', issue.minimum, issue.inclusive ?? true);
    case 'too_big':
      return sizeWords(issue.origin, 'most', issue.maximum, issue.inclusive ?? true);
    case 'invalid_format':
      return issue.format === 'url'
        ? 'Not an address such as https://example.org'
        : 'Not of the form that is taken here';
    case 'invalid_union':
      return issue.input === undefined ? 'Missing' : 'None of the forms that are taken here';
    case 'invalid_key':
      return 'A key that is not taken here';
    case 'unrecognized_keys':
      return `Unknown key ${issue.keys.join(', ')}`;
    default:
      return undefined;
  }
};
