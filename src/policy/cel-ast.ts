/** The tree of a condition as the engine hands it over, and ways through it. */
import { CEL_MACROS, FUNCTIONS, type FunctionName } from './functions.js';
import { VARIABLES, type VariableName } from './vocabulary.js';

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

export const isNode = (value: unknown): value is AstNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
export function children(node: AstNode): readonly AstNode[] {
  const flat = Array.isArray(node.args) ? (node.args as readonly unknown[]).flat(2) : [node.args];
  return flat.filter(isNode);
}

export function callOf(node: AstNode): { readonly name: string; readonly args: readonly AstNode[] } | null {
  if (node.op === 'call') return { name: node.args[0], args: node.args[1] };
  if (node.op === 'rcall') return { name: node.args[0], args: node.args[2] };
  return null;
}
export const isMacro = (node: AstNode): boolean => node.op === 'rcall' && CEL_MACROS.has(node.args[0]);
export const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name);
export const isVariableName = (name: string): name is VariableName => Object.hasOwn(VARIABLES, name);

export function* walk(node: AstNode, depth = 0): Generator<{ readonly node: AstNode; readonly macroDepth: number }> {
  const macroDepth = depth + (isMacro(node) ? 1 : 0);
  yield { node, macroDepth };
  for (const child of children(node)) yield* walk(child, macroDepth);
}

export const literal = (node: AstNode | undefined): string =>
  node?.op === 'value' && typeof node.args === 'string' ? node.args : '';

/** As the engine's check left it; undefined where it did not look. */
export const typeOf = (node: AstNode): unknown => {
  const type: unknown = Reflect.get(node, 'checkedType');
  return typeof type === 'object' && type !== null ? Reflect.get(type, 'name') : undefined;
};
