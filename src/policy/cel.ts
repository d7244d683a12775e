/** CEL behind a small engine: everything declared, checked at load, bounded. The only importer of the CEL package. */
import { TypeError as CelTypeError, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import type { CategoryId } from '../categories.js';
import type { ExpressionFault } from './cel-fault.js';
import { type ExpressionFacts, inspect } from './cel-inspect.js';
import { sayEngineFault, sayNoAnswer } from './cel-say.js';
import { isUnder, type RuleContext } from './context.js';
import { VALUE_CLASSES } from './context-values.js';
import { FUNCTIONS, type FunctionName } from './functions.js';
import type { LintId } from './lints.js';
import { compilePattern } from './patterns.js';
import { TYPES, VARIABLES } from './vocabulary.js';

const LIMITS = { maxAstNodes: 500, maxDepth: 40, maxListElements: 64, maxMapEntries: 64, maxCallArguments: 4 };
/** Long before this an author should split the rule. */
const MAX_SOURCE_CHARS = 4_000;

export interface Expression extends ExpressionFacts {
  readonly source: string;
  /** Throws RuleError; true or false otherwise. */
  test(context: RuleContext): boolean;
}
export type Compiled =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly faults: readonly ExpressionFault[] };

export class RuleError extends Error {
  override readonly name = 'RuleError';
}

/**
 * The engine's functions get their arguments only, so the note that is judged stands here while
 * one expression runs. Expressions are synchronous and never call each other.
 */
let active: RuleContext | null = null;
const judged = (): RuleContext => {
  if (active === null) throw new RuleError('no note is being judged');
  return active;
};

type Handler = (...args: never[]) => unknown;
const HANDLERS: Readonly<Record<FunctionName, Handler>> = {
  any_finding: (id: CategoryId) => judged().category(id).findings.length > 0,
  found_beside_model: (id: CategoryId) =>
    judged()
      .category(id)
      .findings.some(({ source }) => source !== 'classifier'),
  found_by: (id: CategoryId, source: string) => judged().category(id).sources.has(source),
  max_score: (id: CategoryId) => judged().category(id).max,
  max_severity: (id: CategoryId) => BigInt(judged().category(id).severity),
  reaches: (id: CategoryId, step: string) => {
    const threshold = judged().home.thresholds.get(id)?.get(step);
    return threshold !== undefined && judged().category(id).max >= threshold;
  },
  has_contact: (kind: string) => judged().contactKinds.has(kind),
  has_term: (text: string, wording: string) => judged().hasWording(text, wording),
  found_term: (id: string) => judged().hasDetector((detector) => detector === id),
  found_in: (bank: string) => judged().hasDetector((detector) => detector.startsWith(`${bank}.`)),
  only_idioms: (id: CategoryId) => judged().onlyIdioms(id),
  lang_is: (tag: string) => judged().languages.some((language) => isUnder(language, tag)),
  has_flag: (flag: string) => judged().note.flags.includes(flag),
  has_sign: (sign: string) => judged().signs.includes(sign),
  competent: (key: string) => judged().competence.get(key) === 'validated',
  sampled: (percent: bigint) => judged().bucket < Number(percent),
  re: (text: string, source: string) => {
    const compiled = compilePattern(source);
    if (!compiled.ok) throw new RuleError(compiled.message);
    return compiled.pattern.test(text);
  },
};

function declare(): Environment {
  const environment = new Environment({ limits: LIMITS });
  for (const [name, fields] of Object.entries(TYPES)) {
    const types = Object.fromEntries(Object.entries(fields).map(([field, [type]]) => [field, type]));
    environment.registerType(name, { ctor: VALUE_CLASSES[name as keyof typeof TYPES], fields: types });
  }
  for (const [name, { type }] of Object.entries(VARIABLES)) environment.registerVariable(name, type);
  for (const [name, { signature }] of Object.entries(FUNCTIONS)) {
    environment.registerFunction(signature, HANDLERS[name as FunctionName] as (...args: unknown[]) => unknown);
  }
  return environment;
}
const ENVIRONMENT = declare();

function lintOf(error: unknown): LintId {
  if (error instanceof CelTypeError) return 'cel-type';
  return error instanceof ParseError && /exceed|limit|too (?:deep|many|long)/i.test(error.summary)
    ? 'cel-cost'
    : 'cel-syntax';
}

function translated(error: unknown, input: string): ExpressionFault {
  if (error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError) {
    const offset = error.range?.start ?? 0;
    return { lint: lintOf(error), offset, message: sayEngineFault({ summary: error.summary, offset, input }) };
  }
  return { lint: 'cel-syntax', offset: 0, message: error instanceof Error ? error.message : 'cannot be read' };
}

export function compileExpression(source: string): Compiled {
  if (source.length > MAX_SOURCE_CHARS) {
    const message = `the expression has ${source.length} characters, the limit is ${MAX_SOURCE_CHARS}`;
    return { ok: false, faults: [{ lint: 'cel-cost', offset: 0, message }] };
  }
  let parsed: ReturnType<Environment['parse']>;
  try {
    parsed = ENVIRONMENT.parse(source);
  } catch (error) {
    return { ok: false, faults: [translated(error, source)] };
  }
  const checked = parsed.check();
  if (!checked.valid) return { ok: false, faults: [translated(checked.error, source)] };
  if (checked.type !== 'bool') {
    return { ok: false, faults: [{ lint: 'cel-type', offset: 0, message: sayNoAnswer(String(checked.type)) }] };
  }
  const { facts, faults } = inspect(parsed.ast);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, expression: { ...facts, source, test: (context) => run(parsed, context, source) } };
}

function run(parsed: (context: RuleContext) => unknown, context: RuleContext, source: string): boolean {
  active = context;
  try {
    const answer = parsed(context);
    if (typeof answer !== 'boolean') throw new RuleError('the condition gave neither true nor false');
    return answer;
  } catch (error) {
    if (error instanceof RuleError) throw error;
    throw new RuleError(translated(error, source).message, { cause: error });
  } finally {
    active = null;
  }
}

/** Value of one part of a condition, for explanations; an error is a value here. */
export function clauseValue(source: string, context: RuleContext): unknown {
  active = context;
  try {
    return ENVIRONMENT.evaluate(source, context);
  } catch (error) {
    return `error: ${translated(error, source).message}`;
  } finally {
    active = null;
  }
}
