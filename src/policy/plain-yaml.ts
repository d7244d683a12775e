/**
 * The plain part of YAML in which policy files are written: maps and lists by indentation, values of one line, texts
 * that are folded.
 * It answers only where YAML leaves no doubt, and then as the full reader does; whatever it is not sure of, faults
 * included, is left to that one. Every process reads all files at its start, and this costs a fraction.
 */
type Fields = Record<string, unknown>;
interface Line {
  readonly indent: number;
  readonly text: string;
  /** Among all lines of the file, remarks and blank ones included. */
  readonly row: number;
}
interface Lines {
  readonly raw: readonly string[];
  readonly all: Line[];
  at: number;
}
interface Flow {
  readonly text: string;
  at: number;
}

class Unsure extends Error {}
const UNSURE = new Unsure();
function unsure(): never {
  throw UNSURE;
}

/** Control characters, line ends other than \n, a byte order mark, and marks of documents and directives. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STRANGE = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|^(?:---|\.\.\.|%)/m;
/** A word, one digit, or quoted without escapes. */
const KEY = /(?:([A-Za-z_][A-Za-z0-9_.-]{0,99}|\d)|"([^"\\]{0,99})"|'([^']{0,99})'):(?= |$)/y;
const QUOTED = /"(?:[^"\\]|\\["\\nt])*"|'(?:[^']|'')*'/y;
/** Neither an indicator nor the start of a list entry. */
const PLAIN_START = /^(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|-[A-Za-z0-9.])/;
const AFTER_VALUE = /^ *(?:$| #)/;
const MAX_DEPTH = 16;

function linesOf(text: string): Lines {
  const all: Line[] = [];
  const raw = text.split('\n');
  for (const [row, whole] of raw.entries()) {
    const indent = whole.search(/[^ ]/);
    if (indent >= 0 && whole[indent] !== '#') all.push({ indent, text: whole.slice(indent), row });
  }
  return { raw, all, at: 0 };
}

const isEntry = (line: Line): boolean => line.text === '-' || line.text.startsWith('- ');

function keyAt(text: string, at: number): { readonly key: string; readonly end: number } | null {
  KEY.lastIndex = at;
  const found = KEY.exec(text);
  if (found === null) return null;
  const key = found[1] ?? found[2] ?? found[3] ?? '';
  if (key === '__proto__' || (found[1] !== undefined && /^(?:null|true|false)$/i.test(key))) unsure();
  return { key, end: KEY.lastIndex };
}

function put(fields: Fields, key: string, value: unknown): void {
  if (Object.hasOwn(fields, key)) unsure();
  fields[key] = value;
}

/** The core schema: null, true, false and numbers; everything else stays a word. */
function plainValue(text: string): unknown {
  if (/^[A-Za-z]/.test(text)) {
    if (!/^(?:null|true|false)$/i.test(text)) return text;
    return text === 'true' ? true : text === 'false' ? false : text === 'null' ? null : unsure();
  }
  if (/^(?:0|-?[1-9]\d{0,14}|-?\d{1,9}\.\d{1,9})$/.test(text)) return Number(text);
  if (text === '~') return null;
  const mayBeNumber = /^[-+.\da-foxni]+$/i.test(text) && !/^\d{4}-\d{2}-\d{2}$/.test(text);
  return mayBeNumber ? unsure() : text;
}

function plain(text: string): unknown {
  if (!PLAIN_START.test(text) || text.includes(': ') || text.endsWith(':')) unsure();
  return plainValue(text);
}

function quoted(flow: Flow): string {
  QUOTED.lastIndex = flow.at;
  const found = QUOTED.exec(flow.text)?.[0] ?? unsure();
  flow.at = QUOTED.lastIndex;
  if (found.startsWith("'")) return found.slice(1, -1).replaceAll("''", "'");
  return found.includes('\\') ? (JSON.parse(found) as string) : found.slice(1, -1);
}

function skipSpaces(flow: Flow): void {
  while (flow.text[flow.at] === ' ') flow.at += 1;
}

function flowPlain(flow: Flow): unknown {
  const length = flow.text.slice(flow.at).search(/[,[\]{}]/);
  const end = flow.at + length;
  const token = length < 0 ? unsure() : flow.text.slice(flow.at, end).replace(/ +$/, '');
  if (/[[{]/.test(flow.text[end] ?? '') || token.includes(' #')) unsure();
  flow.at = end;
  return plain(token);
}

function flowValue(flow: Flow, depth: number): unknown {
  if (depth > MAX_DEPTH) unsure();
  const first = flow.text[flow.at];
  if (first === '"' || first === "'") return quoted(flow);
  return first === '[' || first === '{' ? collection(flow, depth) : flowPlain(flow);
}

function collection(flow: Flow, depth: number): unknown {
  const close = flow.text[flow.at] === '[' ? ']' : '}';
  const [list, fields]: readonly [unknown[], Fields] = [[], {}];
  flow.at += 1;
  skipSpaces(flow);
  for (let more = flow.text[flow.at] !== close; more; ) {
    const named = close === '}' ? (keyAt(flow.text, flow.at) ?? unsure()) : null;
    flow.at = named?.end ?? flow.at;
    skipSpaces(flow);
    const value = flowValue(flow, depth + 1);
    if (named === null) list.push(value);
    else put(fields, named.key, value);
    skipSpaces(flow);
    more = flow.text[flow.at] === ',';
    if (more) flow.at += 1;
    skipSpaces(flow);
  }
  if (flow.text[flow.at] !== close) unsure();
  flow.at += 1;
  return close === ']' ? list : fields;
}

function inlineValue(text: string): unknown {
  if (!/^["'[{]/.test(text)) return plain(text.replace(/ +(?:#.*)?$|(?: +#.*)$/, ''));
  const flow = { text, at: 0 };
  const value = flowValue(flow, 0);
  return AFTER_VALUE.test(text.slice(flow.at)) ? value : unsure();
}

/** A remark, or blanks alone, as deep as a folded text would be a part of it. */
function endsFolded(lines: Lines, from: number, indent: number): void {
  for (let row = from; row < (lines.all[lines.at]?.row ?? lines.raw.length); row += 1) {
    const blanks = /^ */.exec(lines.raw[row] ?? '')?.[0].length ?? 0;
    if (blanks >= indent) unsure();
  }
}

/** The lines below `>-`, one under the other and equally deep: one text, joined by blanks. */
function readFolded(lines: Lines, outer: number): string {
  const first = lines.all[lines.at];
  const key = lines.all[lines.at - 1];
  if (first === undefined || key === undefined || first.indent <= outer || first.row !== key.row + 1) unsure();
  const parts: string[] = [];
  let row = first.row;
  for (let line = lines.all[lines.at]; line?.row === row && line.indent >= first.indent; line = lines.all[lines.at]) {
    if (line.indent > first.indent || line.text.endsWith(' ')) unsure();
    parts.push(line.text);
    lines.at += 1;
    row += 1;
  }
  endsFolded(lines, row, first.indent);
  if ((lines.all[lines.at]?.indent ?? 0) >= first.indent) unsure();
  return parts.join(' ');
}

/** What stands behind a key or a dash: on its line, or below it and deeper; a list may stand right below its key. */
function valueBehind(lines: Lines, rest: string, place: { readonly indent: number; readonly isKey: boolean }): unknown {
  const inline = rest.replace(/^ +/, '');
  lines.at += 1;
  if (inline === '>-') return readFolded(lines, place.indent);
  if (inline !== '' && !inline.startsWith('#')) return inlineValue(inline);
  const next = lines.all[lines.at];
  if (next === undefined || next.indent < place.indent) return null;
  if (next.indent === place.indent) return place.isKey && isEntry(next) ? readList(lines, next.indent) : null;
  if (isEntry(next) || keyAt(next.text, 0) !== null) return readBlock(lines, next.indent);
  lines.at += 1;
  return inlineValue(next.text);
}

function* linesAt(lines: Lines, indent: number): Generator<Line> {
  for (let line = lines.all[lines.at]; line !== undefined && line.indent >= indent; line = lines.all[lines.at]) {
    if (line.indent > indent) unsure();
    yield line;
  }
}

function readList(lines: Lines, indent: number): unknown {
  const list: unknown[] = [];
  for (const line of linesAt(lines, indent)) {
    // The list of a key at the same depth ends where the next key begins.
    if (!isEntry(line)) break;
    const content = line.text.slice(1).replace(/^ +/, '');
    const inner = indent + line.text.length - content.length;
    if (keyAt(content, 0) === null) list.push(valueBehind(lines, line.text.slice(1), { indent, isKey: false }));
    else {
      lines.all[lines.at] = { indent: inner, text: content, row: line.row };
      list.push(readMap(lines, inner));
    }
  }
  return list;
}

function readMap(lines: Lines, indent: number): unknown {
  const fields: Fields = {};
  for (const line of linesAt(lines, indent)) {
    const { key, end } = keyAt(line.text, 0) ?? unsure();
    put(fields, key, valueBehind(lines, line.text.slice(end), { indent, isKey: true }));
  }
  return fields;
}

function readBlock(lines: Lines, indent: number): unknown {
  const first = lines.all[lines.at];
  if (indent > MAX_DEPTH * 4 || first === undefined) unsure();
  return isEntry(first) ? readList(lines, indent) : readMap(lines, indent);
}

/** Null when the text needs the full reader. */
export function readPlainYaml(text: string): { readonly value: unknown } | null {
  if (STRANGE.test(text)) return null;
  try {
    const lines = linesOf(text);
    const value = readBlock(lines, 0);
    return lines.at === lines.all.length ? { value } : null;
  } catch (error) {
    if (error === UNSURE) return null;
    throw error;
  }
}
