/** What can be known of a condition without running it: which words it uses, what it reads, how much it may cost. */
import { type CategoryId, isCategoryId } from '../categories.js';
import type { EvidenceKey } from '../domain.js';
import { tooShort } from '../stages/match/term-length.js';
import type { LintId } from './lints.js';
import { didYouMean } from './nearest.js';
import { compilePattern } from './patterns.js';
import {
  CEL_FUNCTIONS,
  CEL_MACROS,
  FUNCTIONS,
  type FunctionName,
  type Step,
  VARIABLES,
  type VariableName,
  WORDS,
  type WordKind,
} from './vocabulary.js';

interface AstPlace {
  readonly start: number;
  readonly end: number;
  /** The whole expression. */
  readonly input: string;
}
type Pair = readonly [AstNode, AstNode];
/** The part of the engine's tree that is read here; `cel.ts` hands it over. */
export type AstNode = AstPlace &
  (
    | { readonly op: 'call'; readonly args: readonly [string, readonly AstNode[]] }
    | { readonly op: 'rcall'; readonly args: readonly [string, AstNode, readonly AstNode[]] }
    | { readonly op: 'id'; readonly args: string }
    | { readonly op: '&&' | '||' | '==' | '!='; readonly args: Pair }
    | { readonly op: '!_'; readonly args: AstNode }
    | { readonly op: OtherOperator; readonly args: unknown }
  );
type OtherOperator =
  | 'value'
  | '.'
  | '.?'
  | '[]'
  | '[?]'
  | 'list'
  | 'map'
  | '?:'
  | '-_'
  | 'in'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '<'
  | '<='
  | '>'
  | '>=';

export interface ExpressionFault {
  readonly lint: LintId;
  /** Into the expression, UTF-16 code units. */
  readonly offset: number;
  readonly message: string;
}
export interface ThresholdUse {
  readonly category: CategoryId;
  readonly step: Step;
  readonly offset: number;
}
/** An entry of a bank, or a group of them, that `found_term` or `found_in` asks for. */
export interface TermUse {
  readonly id: string;
  readonly group: boolean;
  readonly offset: number;
}
export interface ExpressionFacts {
  /** Evidence that the answer stands on. */
  readonly reads: ReadonlySet<EvidenceKey>;
  /** Thresholds of the region that `reaches` compares with. */
  readonly thresholds: readonly ThresholdUse[];
  readonly terms: readonly TermUse[];
  /** Whether the answer depends on the region beyond those thresholds: its disclosures, or any field of `region`. */
  readonly usesDisclosures: boolean;
  readonly usesRegion: boolean;
  /** Whether the answer can differ between notes at all. */
  readonly usesVariables: boolean;
  /** Whether it asks the text model. */
  readonly usesModel: boolean;
  /** A category without which the answer is no, for skipping the rule unread. */
  readonly gate: CategoryId | null;
  /** The parts between `&&`, `||` and `!`, for explanations. */
  readonly clauses: readonly Clause[];
}
export interface Clause {
  readonly source: string;
  /** Expressions whose values say why the clause holds or not. */
  readonly parts: readonly string[];
}

/** One macro inside another, no deeper: with lists of 64 that is 4,096 steps at most. */
const MAX_MACRO_DEPTH = 2;
const MODEL_WORDS: ReadonlySet<string> = new Set(['scores', 'competence', 'max_score', 'reaches', 'competent']);
const NEEDS_CATEGORY: ReadonlySet<string> = new Set(['any_finding', 'found_by']);

const isNode = (value: unknown): value is AstNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
function children(node: AstNode): readonly AstNode[] {
  const flat = Array.isArray(node.args) ? (node.args as readonly unknown[]).flat(2) : [node.args];
  return flat.filter(isNode);
}

function callOf(node: AstNode): { readonly name: string; readonly args: readonly AstNode[] } | null {
  if (node.op === 'call') return { name: node.args[0], args: node.args[1] };
  if (node.op === 'rcall') return { name: node.args[0], args: node.args[2] };
  return null;
}
const isMacro = (node: AstNode): boolean => node.op === 'rcall' && CEL_MACROS.has(node.args[0]);
const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name);
const isVariableName = (name: string): name is VariableName => Object.hasOwn(VARIABLES, name);

interface WordFault {
  readonly lint: LintId;
  readonly message: string;
}
function wordFault(kind: WordKind, node: AstNode, call: string): WordFault | null {
  const wrong = (message: string, lint: LintId = 'cel-word'): WordFault => ({ lint, message: `${call}: ${message}` });
  if (node.op !== 'value' || typeof node.args !== 'string') return wrong(`write the ${kind} as a quoted word`);
  const word = node.args;
  switch (kind) {
    case 'pattern': {
      const compiled = compilePattern(word);
      return compiled.ok ? null : wrong(compiled.message, 'cel-pattern');
    }
    case 'language':
      return isLanguageTag(word) ? null : wrong(`"${word}" is not a BCP 47 language tag`);
    case 'wording': {
      const problem = tooShort(word);
      return problem === null ? null : wrong(problem, 'term-short');
    }
    case 'term':
    case 'bank':
      return null;
    default: {
      const words = WORDS[kind];
      return words.includes(word) ? null : wrong(`unknown ${kind} "${word}"${didYouMean(word, words)}`);
    }
  }
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

function callFaults(node: AstNode): readonly ExpressionFault[] {
  const call = callOf(node);
  if (call === null) return [];
  const { name, args } = call;
  if (!isFunctionName(name)) {
    if (CEL_FUNCTIONS.has(name) || CEL_MACROS.has(name)) return [];
    const instead = name === 'matches' ? '; use re(text, "pattern")' : didYouMean(name, Object.keys(FUNCTIONS));
    return [
      { lint: 'cel-refused', offset: node.start, message: `the function ${name} may not be used here${instead}` },
    ];
  }
  const { words } = FUNCTIONS[name];
  return words.flatMap((kind, index) => {
    const arg = args[index];
    const fault = kind === null || arg === undefined ? null : wordFault(kind, arg, name);
    return fault === null ? [] : [{ ...fault, offset: arg?.start ?? node.start }];
  });
}

const typeOf = (node: AstNode): unknown => {
  const type: unknown = Reflect.get(node, 'checkedType');
  return typeof type === 'object' && type !== null ? Reflect.get(type, 'name') : undefined;
};

function equalityFaults(node: AstNode): readonly ExpressionFault[] {
  if (node.op !== '==' && node.op !== '!=') return [];
  if (!node.args.some((side) => typeOf(side) === 'double')) return [];
  const message = `${node.op} on scores is never exact; compare with >= or <`;
  return [{ lint: 'cel-equality', offset: node.start, message }];
}

function* walk(node: AstNode, depth = 0): Generator<{ readonly node: AstNode; readonly macroDepth: number }> {
  const macroDepth = depth + (isMacro(node) ? 1 : 0);
  yield { node, macroDepth };
  for (const child of children(node)) yield* walk(child, macroDepth);
}

const literal = (node: AstNode | undefined): string =>
  node?.op === 'value' && typeof node.args === 'string' ? node.args : '';

/** The conjunction's parts; only there does one `no` decide the whole. */
const conjuncts = (node: AstNode): readonly AstNode[] => (node.op === '&&' ? node.args.flatMap(conjuncts) : [node]);

function gateOf(ast: AstNode): CategoryId | null {
  for (const part of conjuncts(ast)) {
    const call = callOf(part);
    if (call === null) continue;
    const category = literal(call.args[0]);
    if (!isCategoryId(category)) continue;
    if (NEEDS_CATEGORY.has(call.name) || call.name === 'reaches') return category;
  }
  return null;
}

const DISCLOSURE = 'accepts_disclosure';
const sourceOf = (node: AstNode): string => node.input.slice(node.start, node.end);
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);

function partsOf(node: AstNode): readonly string[] {
  if (COMPARISONS.has(node.op)) {
    return children(node)
      .filter((side) => side.op !== 'value')
      .map(sourceOf);
  }
  const call = callOf(node);
  const category = literal(call?.args[0]);
  if (call === null || !isCategoryId(category)) return [];
  const score = `max_score("${category}")`;
  if (call.name !== 'reaches') return [score];
  return [score, `region.thresholds["${category}"]["${literal(call.args[1])}"]`];
}

function clausesOf(node: AstNode): readonly Clause[] {
  if (node.op === '&&' || node.op === '||') return node.args.flatMap(clausesOf);
  if (node.op === '!_') return clausesOf(node.args);
  return [{ source: sourceOf(node), parts: partsOf(node) }];
}

function mentions(ast: AstNode): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { node } of walk(ast)) {
    if (node.op === 'id') names.add(node.args);
    const call = callOf(node);
    if (call !== null) names.add(call.name);
  }
  return names;
}

function readsOf(names: ReadonlySet<string>): ReadonlySet<EvidenceKey> {
  const reads = new Set<EvidenceKey>();
  for (const name of names) {
    const entry = isVariableName(name) ? VARIABLES[name] : isFunctionName(name) ? FUNCTIONS[name] : null;
    for (const key of entry?.reads ?? []) reads.add(key);
  }
  return reads;
}

function thresholdsOf(ast: AstNode): readonly ThresholdUse[] {
  return [...walk(ast)].flatMap(({ node }) => {
    const call = callOf(node);
    const category = literal(call?.args[0]);
    const step = literal(call?.args[1]);
    return call?.name === 'reaches' && isCategoryId(category)
      ? [{ category, step: step as Step, offset: node.start }]
      : [];
  });
}

const TERM_CALLS: Readonly<Record<string, boolean>> = { found_term: false, found_in: true };

function termsOf(ast: AstNode): readonly TermUse[] {
  return [...walk(ast)].flatMap(({ node }) => {
    const call = callOf(node);
    const group = call === null ? undefined : TERM_CALLS[call.name];
    const [word] = call?.args ?? [];
    return group === undefined ? [] : [{ id: literal(word), group, offset: word?.start ?? node.start }];
  });
}

/** Fields of `region` that are read; `*` where the whole of it is. */
function regionFields(ast: AstNode): ReadonlySet<string> {
  const fields = new Set<string>();
  let bare = 0;
  for (const { node } of walk(ast)) {
    if (node.op === 'id' && node.args === 'region') bare += 1;
    if (node.op !== '.' || !Array.isArray(node.args)) continue;
    const [of, field] = node.args as readonly unknown[];
    if (isNode(of) && of.op === 'id' && of.args === 'region' && typeof field === 'string') {
      fields.add(field);
      bare -= 1;
    }
  }
  if (bare > 0) fields.add('*');
  return fields;
}

export function inspect(ast: AstNode): {
  readonly facts: ExpressionFacts;
  readonly faults: readonly ExpressionFault[];
} {
  const faults: ExpressionFault[] = [];
  for (const { node, macroDepth } of walk(ast)) {
    faults.push(...callFaults(node), ...equalityFaults(node));
    if (isMacro(node) && macroDepth > MAX_MACRO_DEPTH) {
      const message = 'one list walk inside another is the limit; this is deeper';
      faults.push({ lint: 'cel-cost', offset: node.start, message });
    }
  }
  const names = mentions(ast);
  const ofRegion = regionFields(ast);
  const facts: ExpressionFacts = {
    reads: new Set([...readsOf(names), ...(ofRegion.has(DISCLOSURE) ? (['match'] as const) : [])]),
    terms: faults.length === 0 ? termsOf(ast) : [],
    thresholds: faults.length === 0 ? thresholdsOf(ast) : [],
    usesDisclosures: ofRegion.has(DISCLOSURE),
    usesRegion: [...ofRegion].some((field) => field !== DISCLOSURE),
    usesVariables: [...names].some((name) => isVariableName(name) || isFunctionName(name)),
    usesModel: [...names].some((name) => MODEL_WORDS.has(name)),
    gate: gateOf(ast),
    clauses: clausesOf(ast),
  };
  return { facts, faults };
}
