/** Comparisons that no note can meet: words that a field never holds, and scores beyond 0 to 1. */
import { type AstNode, callOf, children, isNode, literal, typeOf } from './cel-ast.js';
import type { ExpressionFault } from './cel-fault.js';
import { isRegionCode, regionHint } from './countries.js';
import { isLanguage, languageHint, NO_LANGUAGE } from './languages.js';
import { didYouMeanOneOf } from './nearest.js';
import { FIELD_WORDS, MAP_WORDS, STEPS } from './quoted-words.js';

const isText = (node: AstNode): boolean => node.op === 'value' && typeof node.args === 'string';

/** `note.kind` as the object and the name of its part. */
function partOf(node: AstNode): { readonly of: AstNode; readonly name: string } | null {
  if (node.op !== '.' || !Array.isArray(node.args)) return null;
  const [of, name] = node.args as readonly unknown[];
  return isNode(of) && typeof name === 'string' ? { of, name } : null;
}

/** `Note.kind`, `signs`: the name under which the vocabulary lists the words of a field. */
function keyOf(node: AstNode): string {
  if (node.op === 'id') return node.args;
  const part = partOf(node);
  return part === null ? '' : `${String(typeOf(part.of))}.${part.name}`;
}

const REGION_ID = 'Region.id';
const LANGUAGE_FIELDS: ReadonlySet<string> = new Set(['language', 'languages']);
const indexOf = (node: AstNode): readonly AstNode[] => (node.op === '[]' ? children(node) : []);

type Ask = (word: string) => string | null;
const among =
  (words: readonly string[]): Ask =>
  (word) =>
    words.includes(word) ? null : `is never "${word}"${didYouMeanOneOf(word, words)}`;
const aRegion: Ask = (word) => (isRegionCode(word) ? null : `is never "${word}"${regionHint(word)}`);
const aLanguage: Ask = (word) => (isLanguage(word) ? null : `"${word}" ${NO_LANGUAGE}${languageHint(word)}`);

/** What a field may be compared with; null: anything. */
function askOf(node: AstNode): Ask | null {
  const key = keyOf(node);
  if (LANGUAGE_FIELDS.has(key)) return aLanguage;
  if (key === REGION_ID) return aRegion;
  const words = FIELD_WORDS[key];
  if (words !== undefined) return among(words);
  const [map] = indexOf(node);
  const values = map === undefined ? undefined : MAP_WORDS[keyOf(map)]?.values;
  return values === undefined || values.length === 0 ? null : among(values);
}

const sourceOf = (node: AstNode): string => node.input.slice(node.start, node.end);

type Compared = readonly [field: AstNode, words: readonly AstNode[]];
/** What stands on either side of `==` and `!=`, and the list behind `in`. */
function comparedIn(node: AstNode): readonly Compared[] {
  const [left, right] = children(node);
  if (left === undefined || right === undefined) return [];
  if (node.op === '==' || node.op === '!=') {
    return [
      [left, [right]],
      [right, [left]],
    ];
  }
  if (node.op !== 'in') return [];
  return right.op === 'list' ? [[left, children(right)]] : [[right, [left]]];
}

/** Quoted words that the region is compared with. */
export const regionsIn = (node: AstNode): readonly AstNode[] =>
  comparedIn(node).flatMap(([field, words]) => (keyOf(field) === REGION_ID ? words.filter(isText) : []));

function wordFaults(field: AstNode, words: readonly AstNode[]): readonly ExpressionFault[] {
  const ask = askOf(field);
  if (ask === null) return [];
  return words.filter(isText).flatMap((word) => {
    const message = ask(literal(word));
    return message === null
      ? []
      : [{ lint: 'cel-word' as const, offset: word.start, message: `${sourceOf(field)} ${message}` }];
  });
}

/** `scores["hate.atack"]`, `region.thresholds["hate.attack"]["reviw"]`. */
function keyFaults(node: AstNode): readonly ExpressionFault[] {
  const [map, key] = indexOf(node);
  if (map === undefined || key === undefined || !isText(key)) return [];
  const [inner] = indexOf(map);
  const steps = inner !== undefined && keyOf(inner) === 'Region.thresholds' ? STEPS : undefined;
  const words = MAP_WORDS[keyOf(map)]?.keys ?? steps;
  const word = literal(key);
  if (words === undefined || words.includes(word)) return [];
  const message = `${sourceOf(map)} has no "${word}"${didYouMeanOneOf(word, words)}`;
  return [{ lint: 'cel-word', offset: key.start, message }];
}

/** Null: no figure that is written. */
export function figureOf(node: AstNode): number | null {
  if (node.op === '-_') {
    const [inner] = children(node);
    const figure = inner === undefined ? null : figureOf(inner);
    return figure === null ? null : -figure;
  }
  if (node.op !== 'value') return null;
  return typeof node.args === 'number' || typeof node.args === 'bigint' ? Number(node.args) : null;
}

/** Everything of type double that is no sum and no conversion is a score, a share or a threshold. */
const isScore = (node: AstNode): boolean =>
  typeOf(node) === 'double' && (node.op === '.' || node.op === '[]' || callOf(node)?.name === 'max_score');

/** With the score on the left; what the comparison says of every score, or null where it tells them apart. */
const ALWAYS: Readonly<Record<string, (figure: number) => boolean | null>> = {
  '>': (figure) => (figure >= 1 ? false : figure < 0 ? true : null),
  '>=': (figure) => (figure > 1 ? false : figure <= 0 ? true : null),
  '<': (figure) => (figure <= 0 ? false : figure > 1 ? true : null),
  '<=': (figure) => (figure < 0 ? false : figure >= 1 ? true : null),
};
const TURNED: Readonly<Record<string, string>> = { '>': '<', '<': '>', '>=': '<=', '<=': '>=' };

function rangeFaults(node: AstNode): readonly ExpressionFault[] {
  const [left, right] = children(node);
  if (left === undefined || right === undefined || !Object.hasOwn(ALWAYS, node.op)) return [];
  const [score, other, operator] = isScore(left) ? [left, right, node.op] : [right, left, TURNED[node.op] ?? ''];
  const figure = figureOf(other);
  if (figure === null || !isScore(score)) return [];
  const always = ALWAYS[operator]?.(figure) ?? null;
  if (always === null) return [];
  const percent = figure > 1 && figure <= 100 ? `; for ${figure} % write ${figure / 100}` : '';
  const message = `${sourceOf(score)} lies between 0 and 1, so this is ${always ? 'always' : 'never'} true${percent}`;
  return [{ lint: 'cel-range', offset: other.start, message }];
}

export function comparedFaults(node: AstNode): readonly ExpressionFault[] {
  if (node.op === '[]') return keyFaults(node);
  return [...comparedIn(node).flatMap(([field, words]) => wordFaults(field, words)), ...rangeFaults(node)];
}
