/** What can be known of a condition without running it: which words it uses, what it reads, how much it may cost. */
import { type CategoryId, isCategoryId } from '../categories.js';
import type { EvidenceKey } from '../domain.js';
import { type AstNode, callOf, children, isFunctionName, isNode, isVariableName, literal, walk } from './cel-ast.js';
import { regionsIn } from './cel-compared.js';
import type { ExpressionFault } from './cel-fault.js';
import { faultsOf } from './cel-faults.js';
import { FUNCTIONS } from './functions.js';
import type { Step } from './quoted-words.js';
import { VARIABLES } from './vocabulary.js';

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
/** A region that `region.id` is compared with. */
export interface RegionUse {
  readonly id: string;
  readonly offset: number;
}
export interface ExpressionFacts {
  /** Evidence that the answer stands on. */
  readonly reads: ReadonlySet<EvidenceKey>;
  /** Thresholds of the region that `reaches` compares with. */
  readonly thresholds: readonly ThresholdUse[];
  readonly terms: readonly TermUse[];
  readonly regions: readonly RegionUse[];
  /** Whether the answer depends on the region beyond those thresholds: its disclosures, or any field of `region`. */
  readonly usesDisclosures: boolean;
  readonly usesRegion: boolean;
  /** Whether the answer can differ between notes at all. */
  readonly usesVariables: boolean;
  /** A category without which the answer is no, for skipping the rule unread. */
  readonly gate: CategoryId | null;
  /** Parts that must all hold, and parts of which one is enough, without blanks; for comparing conditions. */
  readonly all: readonly string[];
  readonly any: readonly string[];
  /** The parts between `&&`, `||` and `!`, for explanations. */
  readonly clauses: readonly Clause[];
}
export interface Clause {
  readonly source: string;
  /** Expressions whose values say why the clause holds or not. */
  readonly parts: readonly string[];
  /** The groups that it is a part of, the widest first, and its place in each. */
  readonly within: readonly Place[];
  /** The condition wants it not to hold. */
  readonly not: boolean;
}
export interface Place {
  readonly op: 'and' | 'or';
  readonly index: number;
}

const NEEDS_CATEGORY: ReadonlySet<string> = new Set(['any_finding', 'found_beside_model', 'found_by']);

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

const disjuncts = (node: AstNode): readonly AstNode[] => (node.op === '||' ? node.args.flatMap(disjuncts) : [node]);
/** Two ways to write the same part differ in blanks; blanks inside a quoted word count. */
const withoutBlanks = (node: AstNode): string =>
  sourceOf(node).replace(/"[^"]*"|'[^']*'|\s+/g, (part) => (part.trim() === '' ? '' : part));

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

const membersOf = (node: AstNode, op: '&&' | '||'): readonly AstNode[] =>
  node.op === op ? node.args.flatMap((member) => membersOf(member, op)) : [node];

/** What is denied as a group is denied part by part: not (a or b) is not a and not b. */
function clausesOf(node: AstNode, within: readonly Place[] = [], not = false): readonly Clause[] {
  if (node.op === '!_') return clausesOf(node.args, within, !not);
  if (node.op !== '&&' && node.op !== '||') return [{ source: sourceOf(node), parts: partsOf(node), within, not }];
  const op = (node.op === '&&') === not ? 'or' : 'and';
  return membersOf(node, node.op).flatMap((member, index) => clausesOf(member, [...within, { op, index }], not));
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

const regionsOf = (ast: AstNode): readonly RegionUse[] =>
  [...walk(ast)].flatMap(({ node }) => regionsIn(node).map((word) => ({ id: literal(word), offset: word.start })));

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
  const faults = faultsOf(ast);
  const names = mentions(ast);
  const ofRegion = regionFields(ast);
  const facts: ExpressionFacts = {
    reads: new Set([...readsOf(names), ...(ofRegion.has(DISCLOSURE) ? (['match'] as const) : [])]),
    terms: faults.length === 0 ? termsOf(ast) : [],
    thresholds: faults.length === 0 ? thresholdsOf(ast) : [],
    regions: ofRegion.has('id') ? regionsOf(ast) : [],
    usesDisclosures: ofRegion.has(DISCLOSURE),
    usesRegion: [...ofRegion].some((field) => field !== DISCLOSURE),
    usesVariables: [...names].some((name) => isVariableName(name) || isFunctionName(name)),
    gate: gateOf(ast),
    all: conjuncts(ast).map(withoutBlanks),
    any: disjuncts(ast).map(withoutBlanks),
    clauses: clausesOf(ast),
  };
  return { facts, faults };
}
