/** What is wrong with a condition that the engine itself would take: words, functions, comparisons, cost. */
import { tooShort } from '../stages/match/term-length.js';
import { type AstNode, callOf, isFunctionName, isMacro, typeOf, walk } from './cel-ast.js';
import { comparedFaults, figureOf } from './cel-compared.js';
import type { ExpressionFault } from './cel-fault.js';
import { CEL_FUNCTIONS, CEL_MACROS, FUNCTIONS, type FunctionName, usageOf } from './functions.js';
import { isLanguage, languageHint, NO_LANGUAGE } from './languages.js';
import type { LintId } from './lints.js';
import { didYouMean, didYouMeanOneOf } from './nearest.js';
import { compilePattern } from './patterns.js';
import { WORDS, type WordKind } from './quoted-words.js';

/** One macro inside another, no deeper: with lists of 64 that is 4,096 steps at most. */
const MAX_MACRO_DEPTH = 2;

interface WordFault {
  readonly lint: LintId;
  readonly message: string;
}
function wordFault(kind: WordKind, node: AstNode, name: FunctionName): WordFault | null {
  const wrong = (message: string, lint: LintId = 'cel-word'): WordFault => ({ lint, message: `${name}: ${message}` });
  if (node.op !== 'value' || typeof node.args !== 'string') {
    return wrong(`write the ${kind} as a quoted word, ${usageOf(name)}`);
  }
  const word = node.args;
  switch (kind) {
    case 'pattern': {
      const compiled = compilePattern(word);
      return compiled.ok ? null : wrong(compiled.message, 'cel-pattern');
    }
    case 'language':
      return isLanguage(word) ? null : wrong(`"${word}" ${NO_LANGUAGE}${languageHint(word)}`);
    case 'wording': {
      const problem = tooShort(word);
      return problem === null ? null : wrong(problem, 'term-short');
    }
    case 'term':
    case 'bank':
      return null;
    default: {
      const words = WORDS[kind];
      return words.includes(word) ? null : wrong(`unknown ${kind} "${word}"${didYouMeanOneOf(word, words)}`);
    }
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
  const [share] = args;
  if (name === 'sampled' && share !== undefined) return shareFaults(share);
  return words.flatMap((kind, index) => {
    const arg = args[index];
    const fault = kind === null || arg === undefined ? null : wordFault(kind, arg, name);
    return fault === null ? [] : [{ ...fault, offset: arg?.start ?? node.start }];
  });
}

function shareFaults(share: AstNode): readonly ExpressionFault[] {
  const percent = figureOf(share);
  if (percent === null || (percent >= 0 && percent <= 100)) return [];
  return [{ lint: 'cel-range', offset: share.start, message: 'sampled takes a share of 0 to 100 in a hundred' }];
}

function equalityFaults(node: AstNode): readonly ExpressionFault[] {
  if (node.op !== '==' && node.op !== '!=') return [];
  if (!node.args.some((side) => typeOf(side) === 'double')) return [];
  const message = `${node.op} on scores is never exact; compare with >= or <`;
  return [{ lint: 'cel-equality', offset: node.start, message }];
}

export function faultsOf(ast: AstNode): readonly ExpressionFault[] {
  const faults: ExpressionFault[] = [];
  for (const { node, macroDepth } of walk(ast)) {
    faults.push(...callFaults(node), ...equalityFaults(node), ...comparedFaults(node));
    if (isMacro(node) && macroDepth > MAX_MACRO_DEPTH) {
      const message = 'one list walk inside another is the limit; this is deeper';
      faults.push({ lint: 'cel-cost', offset: node.start, message });
    }
  }
  return faults;
}
