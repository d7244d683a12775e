/** YAML 1.2 core schema only, so that `NO`, `on` and `yes` stay words. The only importer of `yaml`. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  stringify,
  visit,
  type YAMLError,
} from 'yaml';
import { faultOf, faultsError, type PolicyFault } from './faults.js';
import type { LintId } from './lints.js';
import { readPlainYaml } from './plain-yaml.js';

export type YamlPath = readonly (string | number)[];
export interface Place {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}
export interface ParsedYaml {
  readonly value: unknown;
  /** Where the value at `path` begins, or its nearest ancestor that exists. `offset` counts inside a text value. */
  locate(path: YamlPath, offset?: number): Place;
  /** Where the key that names `path` begins. */
  locateKey(path: YamlPath): Place;
}

export const YAML_LIMIT_BYTES = 4 * 1024 * 1024;
/** Enough for shared blocks; a chain of anchors that multiplies needs far more. */
const MAX_ALIASES = 64;

/** Nobody writes this by hand, and reading it costs the square of its length. */
const NESTED = /(?:[[{] *){64}|(?:- +){64}/;

const fault = (file: string, place: Place, lint: LintId, message: string): PolicyFault =>
  faultOf(lint, { file, ...place }, message);
const START: Place = { line: 1, column: 1 };

/** What stands in the place of bytes that are not UTF-8, and what is left of UTF-16. */
const UNREADABLE = /[\uFFFD\0]/;
/** They show letters in another order than they are read; Arabic and Hebrew need none of them, isolates and marks suffice. */
const TURNING = /[\u202A-\u202E]|\\u202[a-e]/i;
/** As word processors, web pages and East Asian keyboards write them, where YAML wants its own. */
const HARD_BLANK =
  /^ *(?:[\u00A0\u3000](?=[ \u00A0\u3000]*(?:- |[A-Za-z_][\w.-]*:))|(?:- +)*[A-Za-z_][\w.-]*:[\u00A0\u3000])/m;
const WIDE_COLON = /^ *(?:- +id|[a-z_]+)：/m;
/** What git leaves where two people changed the same lines. */
const UNMERGED = /^(?:<{7}|={7}|>{7})(?: |$)/m;

/** The reader's own words are for programmers; these are the slips that people make. */
const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/^Nested mappings/, 'a text that holds ": " needs quotation marks around it'],
  [/^Implicit keys? need/, 'expected a key with ":" behind it; a text of several lines needs quotation marks'],
  [/^Source contains multiple documents/, 'a second document begins with this line of "---"; a file holds one'],
  [/^Map keys must be unique/, 'this key stands here twice; keep one of them'],
  [/must start at the same column|^A block sequence/, 'indented otherwise than the lines that it belongs to'],
  [/^Sequence item without/, 'indented otherwise than the entry above, or an entry without its "-"'],
  [/^Missing closing/, 'a quotation mark is opened and never closed'],
  [/sufficiently indented and end with/, 'a bracket is opened above and never closed'],
  [/at node end$/, 'a value ends before this; a text with quotation marks in it needs the other kind around it'],
  [/^Plain value cannot start/, 'a text that begins with this character needs quotation marks around it'],
  [/^Unresolved tag/, 'a text that begins with "!" needs quotation marks around it'],
  [/^Alias cannot be|^Missing , or :/, 'a "*" needs quotation marks around it; between two entries stands a ","'],
  [/^Comments must be separated/, '"#" begins a remark; a text that begins with it needs quotation marks around it'],
];
const TOO_DEEP = 'the line below is indented more than it may be';
const BRACED = 'a text that begins with "{" or "[" needs quotation marks around it';
const INDENTED = /^(?:the line below is indented|indented otherwise)/;

function sayProblem({ code, message, pos }: YAMLError, all: readonly YAMLError[], text: string): string {
  const [from] = pos;
  // A line that slipped to the right goes on the value above it.
  const slipped = all.some((other) => other.code === 'MULTILINE_IMPLICIT_KEY' && other.pos[0] === from);
  if (code === 'BLOCK_AS_IMPLICIT_KEY' && slipped) return TOO_DEEP;
  if (/at node end$/.test(message) && /[}\]] *$/.test(text.slice(0, from))) return BRACED;
  return SLIPS.find(([pattern]) => pattern.test(message))?.[1] ?? message;
}

/** What follows from the first slip in a line is no news, and one line indented otherwise takes others along. */
function withoutFollowers(told: readonly PolicyFault[]): readonly PolicyFault[] {
  const isIndent = ({ message }: PolicyFault): boolean => INDENTED.test(message);
  const first = told.findIndex(isIndent);
  return told.filter(
    (one, index) => told.findIndex(({ line }) => line === one.line) === index && (!isIndent(one) || index === first),
  );
}

function placeOfOffset(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

function refuseEarly(text: string, file: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > YAML_LIMIT_BYTES) {
    const message = `the file has ${bytes} bytes, the limit is ${YAML_LIMIT_BYTES}`;
    throw faultsError([fault(file, START, 'too-big', message)]);
  }
  const tab = text.indexOf('\t');
  if (tab >= 0) throw faultsError([fault(file, placeOfOffset(text, tab), 'tab', 'a tab; indent with spaces')]);
  const strange = UNREADABLE.exec(text);
  if (strange !== null) {
    const message = 'a character that cannot be read; save the file as UTF-8';
    throw faultsError([fault(file, placeOfOffset(text, strange.index), 'encoding', message)]);
  }
  const turning = TURNING.exec(text);
  if (turning !== null) {
    const message = 'a hidden character that shows what follows in another order (U+202A to U+202E); take it out';
    throw faultsError([fault(file, placeOfOffset(text, turning.index), 'turned-text', message)]);
  }
  const hard = HARD_BLANK.exec(text);
  if (hard !== null) {
    const place = placeOfOffset(text, hard.index + hard[0].length - 1);
    throw faultsError([fault(file, place, 'yaml', 'a wide or hard blank; write an ordinary one')]);
  }
  const wide = WIDE_COLON.exec(text);
  if (wide !== null) {
    const place = placeOfOffset(text, wide.index + wide[0].length - 1);
    throw faultsError([fault(file, place, 'yaml', 'a wide colon; write ":" and a blank behind it')]);
  }
  const unmerged = UNMERGED.exec(text);
  if (unmerged !== null) {
    const message = 'two versions were not merged here; keep what is right and remove the marks of git';
    throw faultsError([fault(file, placeOfOffset(text, unmerged.index), 'yaml', message)]);
  }
  const deep = NESTED.exec(text);
  if (deep !== null) throw faultsError([fault(file, placeOfOffset(text, deep.index), 'too-deep', 'nested too deeply')]);
}

function readDocument(text: string, file: string, lines: LineCounter): Document {
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      uniqueKeys: true,
      lineCounter: lines,
      prettyErrors: false,
      keepSourceTokens: false,
    });
  } catch (cause) {
    const deep = cause instanceof RangeError;
    const reason = deep ? 'it is nested too deeply' : 'it cannot be read as YAML';
    throw faultsError([fault(file, START, deep ? 'too-deep' : 'yaml', reason)]);
  }
}

/** The offset in the file of character `offset` of a text value: both hold the same visible characters in order. */
function offsetInSource(text: string, scalar: Scalar, offset: number): number {
  const [start, end] = scalar.range ?? [0, 0];
  const value = String(scalar.value);
  const block = scalar.type === 'BLOCK_FOLDED' || scalar.type === 'BLOCK_LITERAL';
  let position = block ? text.indexOf('\n', start) + 1 : start;
  for (let index = 0; index < value.length && position < end; index += 1) {
    const wanted = value[index] ?? '';
    if (/\s/.test(wanted)) continue;
    while (position < end && text[position] !== wanted) position += 1;
    if (index >= offset) return position;
    position += 1;
  }
  return Math.min(position, end);
}

type Found = { readonly node: unknown; readonly complete: boolean };

function walk(root: unknown, path: YamlPath): Found {
  let node = root;
  for (const step of path) {
    if (!isMap(node) && !isSeq(node)) return { node, complete: false };
    const next: unknown = node.get(step, true);
    if (next === undefined) return { node, complete: false };
    node = next;
  }
  return { node, complete: true };
}

const startOf = (node: unknown): number => (isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? 0) : 0);

function keyOffset(root: unknown, path: YamlPath): number {
  const parent = walk(root, path.slice(0, -1)).node;
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last));
    if (pair !== undefined) return startOf(pair.key);
  }
  return startOf(walk(root, path).node);
}

/** The first repeat that has no anchor before it, or the first that is one too many. */
function aliasFault(document: Document, placeAt: (offset: number) => Place, file: string): PolicyFault {
  const names = new Set<string>();
  let count = 0;
  let first = 0;
  let wrong: { readonly offset: number; readonly message: string } | null = null;
  visit(document, (_key, node) => {
    if (!isAlias(node)) {
      const anchor: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'anchor') : undefined;
      if (typeof anchor === 'string') names.add(anchor);
      return undefined;
    }
    count += 1;
    const offset = node.range?.[0] ?? 0;
    if (count === 1) first = offset;
    if (!names.has(node.source)) wrong = { offset, message: `there is no anchor "&${node.source}" above` };
    else if (count > MAX_ALIASES) wrong = { offset, message: `more than ${MAX_ALIASES} repeats of anchors` };
    return wrong === null ? undefined : visit.BREAK;
  });
  // Anchors inside anchors multiply: few are written, and many are meant.
  const { offset, message } = wrong ?? { offset: first, message: `more than ${MAX_ALIASES} repeats of anchors` };
  return fault(file, placeAt(offset), 'aliases', message);
}

/** By the full reader, which knows the places. Throws InvalidInputError with every syntax fault as file:line:column. */
export function parseFully(text: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const document = readDocument(text, file, lines);
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    const told = problems.map((problem) =>
      fault(file, placeAt(problem.pos[0]), 'yaml', sayProblem(problem, problems, text)),
    );
    throw faultsError(withoutFollowers(told));
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    throw faultsError([aliasFault(document, placeAt, file)]);
  }
  return {
    value,
    locate(path, offset) {
      const { node, complete } = walk(document.contents, path);
      if (offset !== undefined && complete && isScalar(node)) return placeAt(offsetInSource(text, node, offset));
      return placeAt(startOf(node));
    },
    locateKey: (path) => placeAt(keyOffset(document.contents, path)),
  };
}

/** Throws as `parseFully` does; places are worked out when one is first asked for. */
export function parseYaml(text: string, file: string): ParsedYaml {
  refuseEarly(text, file);
  const plain = readPlainYaml(text);
  if (plain === null) return parseFully(text, file);
  let full: ParsedYaml | null = null;
  const places = (): ParsedYaml => {
    full ??= parseFully(text, file);
    return full;
  };
  return {
    value: plain.value,
    locate: (path, offset) => places().locate(path, offset),
    locateKey: (path) => places().locateKey(path),
  };
}

/** For people to read; the same schema as the files. */
export const stringifyYaml = (value: unknown): string =>
  stringify(value, { version: '1.2', schema: 'core', lineWidth: 120, aliasDuplicateObjects: false });
