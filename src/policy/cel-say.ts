/** Faults of the CEL engine in the words of somebody who writes conditions, not programs. */

import { CEL_FUNCTIONS, CEL_MACROS, FUNCTIONS, type FunctionName, usageOf } from './functions.js';
import { didYouMean } from './nearest.js';
import { TYPES, VARIABLES } from './vocabulary.js';

/** What the engine tells; `input` is the whole condition. */
export interface EngineFault {
  readonly summary: string;
  readonly offset: number;
  readonly input: string;
}

const CALLS = (): readonly string[] => [...Object.keys(FUNCTIONS), ...CEL_FUNCTIONS, ...CEL_MACROS];
/** Of other languages, and of habit. */
const OTHER_WORDS: ReadonlySet<string> = new Set(['and', 'or', 'not']);
const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  double: 'a number such as 0.5',
  bool: 'true or false',
};
const typeWord = (type: string): string =>
  TYPE_WORDS[type] ?? (type.startsWith('list') ? 'a list' : `the whole ${type.toLowerCase()}`);

function fieldsOf(type: string): readonly string[] {
  return Object.hasOwn(TYPES, type) ? Object.keys(TYPES[type as keyof typeof TYPES]) : [];
}

/** `author < 3` compares a whole where a part is meant. */
function partHint(types: readonly string[]): string {
  const whole = types.find((type) => fieldsOf(type).length > 0);
  return whole === undefined ? '' : `; name a part of the ${whole.toLowerCase()}: ${fieldsOf(whole).join(', ')}`;
}

function sayOverload(summary: string): string | null {
  const pair = /^no such overload: (\S+) (\S+) (\S.*)$/.exec(summary);
  if (pair !== null) {
    const [, left = '', operator = '', right = ''] = pair;
    const isAnswer = [left, right].includes('bool') && /^[=!]=$/.test(operator);
    const answer = isAnswer
      ? '; what is true or false stands alone, or with ! before it'
      : operator === 'in'
        ? '; behind in stands a list, such as languages or ["de", "fr"]'
        : [left, right].some((type) => type.startsWith('list'))
          ? '; whether it holds a word is asked by "word" in the list'
          : '';
    return `${typeWord(left)} and ${typeWord(right)} cannot stand on the two sides of ${operator}${partHint([left, right])}${answer}`;
  }
  const single = /^no such overload: ([!-])(\S+)$/.exec(summary);
  return single === null ? null : `${single[1]} cannot stand before ${typeWord(single[2] ?? '')}`;
}

function sayCall(summary: string): string | null {
  const call = /^found no matching overload for '(?:[^'(]*\.)?(\w+)\(/.exec(summary)?.[1];
  if (call === undefined) return null;
  if (Object.hasOwn(FUNCTIONS, call)) {
    return `it is written ${usageOf(call as FunctionName)}`;
  }
  if (TEXT_CALLS.has(call)) return `it is written text.${call}("word"); of a list: "word" in languages`;
  if (CALLS().includes(call)) return `${call} does not take these words here`;
  if (/^(?:to)?(?:lower|upper)(?:case|ascii)?$/i.test(call)) {
    return `unknown function "${call}"; has_term(text, "word") and re(text, "(?i)word") take no notice of case`;
  }
  return `unknown function "${call}"${didYouMean(call, CALLS())}`;
}
const TEXT_CALLS: ReadonlySet<string> = new Set(['contains', 'startsWith', 'endsWith']);

const NAMES = Object.keys(VARIABLES);
/** `note.kind`, `author.age_days`: what a word without its first half may have meant. */
const PARTS = Object.entries(VARIABLES).flatMap(([name, { type }]) =>
  fieldsOf(type).map((field) => `${name}.${field}`),
);

function sayName(summary: string): string | null {
  const variable = /^Unknown variable: (\w+)/.exec(summary)?.[1];
  if (variable !== undefined) {
    const hint = didYouMean(variable, [...PARTS.filter((part) => part.endsWith(`.${variable}`)), ...NAMES]);
    return `unknown field "${variable}"${hint === '' ? '; a word that is meant as such stands in quotation marks' : hint}`;
  }
  const field = /^No such key: (\w+)/.exec(summary)?.[1];
  if (field === undefined) return null;
  if (NAMES.includes(field)) return `"${field}" stands alone, with nothing before it`;
  const known = new Set(Object.values(TYPES).flatMap((type) => Object.keys(type)));
  return `unknown field "${field}"${didYouMean(field, known)}`;
}

const SYNTAX: readonly (readonly [RegExp, string])[] = [
  [/^Unterminated/, 'a quotation mark that is opened here is never closed'],
  [/^Expected RPAREN, got EOF/, 'a bracket "(" is never closed; add ")"'],
  [/^Expected RBRACKET, got EOF/, 'a bracket "[" is never closed; add "]"'],
  [/^Expected RPAREN/, 'expected "," or ")" here'],
  [/^Unexpected token: EOF/, 'the condition ends too early: something is missing here'],
  [/^Unexpected token|^Expected/, 'something is missing before this'],
];
const STRAIGHT = 'write straight quotation marks: "';
const CHARACTERS: Readonly<Record<string, string>> = {
  '=': 'write == to compare',
  '&': 'write && for "and"',
  '|': 'write || for "or"',
  ')': 'there is a ")" too many, or a "(" too few',
  '“': STRAIGHT,
  '”': STRAIGHT,
  '„': STRAIGHT,
  '‘': STRAIGHT,
  '’': STRAIGHT,
  '«': STRAIGHT,
  '»': STRAIGHT,
  '「': STRAIGHT,
  '＂': STRAIGHT,
  '%': 'write a share as a figure from 0 to 1, such as 0.7 for 70 %',
  '\u00A0': 'a hard blank; write an ordinary one',
};
/** As East Asian keyboards write them. */
const plainOf = (character: string): string | null => {
  const plain = character.normalize('NFKC');
  return plain !== character && /^[!-~ ]$/.test(plain) ? plain : null;
};

/** `a and b`: the word that the engine stumbles over, or the one before it. */
function isOtherWord({ input, offset }: EngineFault): boolean {
  const here = /^\w+/.exec(input.slice(offset))?.[0] ?? '';
  const before = /(\w+)\s*$/.exec(input.slice(0, offset))?.[1] ?? '';
  return [here, before].some((word) => OTHER_WORDS.has(word.toLowerCase()));
}

function sayCharacter(character: string, fault: EngineFault): string {
  const { input, offset } = fault;
  const known = CHARACTERS[character];
  if (known !== undefined) return known;
  const plain = plainOf(character);
  if (plain !== null)
    return plain === ' ' ? 'a wide blank; write an ordinary one' : `a wide "${character}"; write ${plain}`;
  if (character === ',' && /\d$/.test(input.slice(0, offset)) && /^,\d/.test(input.slice(offset))) {
    return 'write decimals with a point, such as 0.7, and figures without commas';
  }
  if (isOtherWord(fault)) return 'write && for "and", || for "or", ! for "not"';
  const word = /^[\w"'.]+/.exec(input.slice(offset))?.[0] ?? character;
  if (TEXT_CALLS.has(word)) return `it is written text.${word}("word")`;
  return `"${word}" does not belong here; between two parts stands && or ||`;
}

function saySyntax(fault: EngineFault): string | null {
  const { summary, offset, input } = fault;
  const character = /^Unexpected character: '?(.)/u.exec(summary)?.[1];
  if (character !== undefined) {
    // The engine reads "=>" and "=<" as a lone "=".
    const reversed = character === '=' && /[<>]/.test(input[offset + 1] ?? '');
    return reversed ? 'write >= or <=' : sayCharacter(character, fault);
  }
  if (summary === 'Unexpected token: GT' && input[offset - 1] === '<') return 'write != for "is not"';
  if (summary === 'Unexpected token: EOF' && input.trimEnd().endsWith('%')) return CHARACTERS['%'] ?? null;
  if (/^\.\d/.test(input.slice(offset))) return 'write a figure before the point, such as 0.7';
  if (/^Reserved identifier: (?:if|else)/.test(summary)) return 'a condition has no if; write what must be true';
  if (summary.startsWith('Invalid escape sequence')) {
    return 'in quotation marks a backslash is written twice; or put r before them: r"\\d+"';
  }
  return SYNTAX.find(([pattern]) => pattern.test(summary))?.[1] ?? null;
}

function sayRest(summary: string): string {
  const operand = /^Logical operator requires bool operands, got '(\S+)'/.exec(summary)?.[1];
  if (operand !== undefined)
    return `between && and || stand parts that are true or false; this is ${typeWord(operand)}`;
  if (/^Ternary branches/.test(summary)) return 'both answers behind "?" must be of the same kind';
  if (summary.startsWith('Cannot index type'))
    return 'this has no parts behind a point; the length of a text is size(text)';
  if (/^has\(\) invalid/.test(summary)) return 'has() asks for a part of something, such as has(note.title)';
  return summary;
}

export function sayEngineFault(fault: EngineFault): string {
  const { summary } = fault;
  return saySyntax(fault) ?? sayName(summary) ?? sayOverload(summary) ?? sayCall(summary) ?? sayRest(summary);
}

export const sayNoAnswer = (type: string): string =>
  `a condition is true or false, this is ${typeWord(type)}${partHint([type])}`;
