/** The command line of `polywarden eval`. */
import { readArgs, usageError } from '../io.js';
import type { Band } from './side-by-side.js';

export const EVAL_USAGE = `polywarden eval --input FILE.jsonl[.gz] [--by language,label] [options]

  --input FILE     JSON lines {id, text, lang, labels, source}; labels are 0, 1 or absent for unknown
  --by LIST        group by any of language, label, source; label is always split (default: language,label)
  --language row   trust the row's language (default), or detect: as the pipeline finds it
  --least N        leave out groups with fewer rows than this (default 1)
  --rounds N       bootstrap rounds (default 200)
  --with llm       beside it the language model of second opinions, and the cascade of both; this costs money
  --most N         ask the language model about the first N texts only (default 200)
  --at-once N      questions in flight at a time (default 4)
  --band A,B       scores between which the cascade asks (default 0.25,0.75)
  --replies FILE   with --with llm: replies of an earlier run in place of asking
  --record FILE    with --with llm: write the replies down for --replies
  --report FILE    a page with charts (HTML, nothing loaded from elsewhere)
  --json           one JSON object in place of the table

No quality figure of language model or cascade is printed from replies that are marked synthetic.`;

const OPTIONS = {
  input: { type: 'string' },
  by: { type: 'string', default: 'language,label' },
  language: { type: 'string', default: 'row' },
  least: { type: 'string', default: '1' },
  rounds: { type: 'string', default: '200' },
  with: { type: 'string' },
  most: { type: 'string', default: '200' },
  'at-once': { type: 'string', default: '4' },
  band: { type: 'string', default: '0.25,0.75' },
  replies: { type: 'string' },
  record: { type: 'string' },
  report: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;
const AXES = ['language', 'label', 'source'] as const;
export type Axis = (typeof AXES)[number];

export interface WithLlm {
  readonly most: number;
  readonly atOnce: number;
  readonly band: Band;
  readonly replies: string | null;
  readonly record: string | null;
}
export interface Order {
  readonly input: string;
  readonly by: readonly Axis[];
  readonly language: 'row' | 'detect';
  readonly least: number;
  readonly rounds: number;
  /** Null: the local model alone. */
  readonly llm: WithLlm | null;
  readonly report: string | null;
  readonly json: boolean;
}

export function readOrder(args: readonly string[]): Order | 'help' {
  const { values, positionals } = readArgs(args, OPTIONS, EVAL_USAGE);
  if (values.help) return 'help';
  const { input, language } = values;
  if (positionals[0] !== undefined)
    throw usageError(`What is ${positionals[0]}? The file is named by --input`, EVAL_USAGE);
  if (input === undefined) throw usageError('--input is needed', EVAL_USAGE);
  const asked = (values.by ?? '').split(',').map((axis) => axis.trim());
  const by = AXES.filter((axis) => axis === 'label' || asked.includes(axis));
  const wrong = asked.find((axis) => !AXES.some((known) => known === axis));
  if (wrong !== undefined) throw usageError(`There is no grouping by ${wrong || 'nothing'}`, EVAL_USAGE);
  if (language !== 'row' && language !== 'detect') throw usageError('--language is row or detect', EVAL_USAGE);
  const [least, rounds] = [wholeOf(values.least), wholeOf(values.rounds, MOST_ROUNDS)];
  const { report = null, json = false } = values;
  return { input, by, language, least, rounds, llm: withLlm(values), report, json };
}

/** More make intervals no truer, and a run without an end. */
const MOST_ROUNDS = 10_000;
const MOST_AT_ONCE = 64;

function wholeOf(text: string | undefined, most = Number.MAX_SAFE_INTEGER): number {
  const value = text?.trim() === '' ? Number.NaN : Number(text);
  if (value > most) throw usageError(`${text} is more than ${most}`, EVAL_USAGE);
  if (!(Number.isInteger(value) && value >= 0)) throw usageError(`${text} is no whole number`, EVAL_USAGE);
  return value;
}

interface LlmValues {
  readonly with?: string | undefined;
  readonly most?: string | undefined;
  readonly 'at-once'?: string | undefined;
  readonly band?: string | undefined;
  readonly replies?: string | undefined;
  readonly record?: string | undefined;
}

function withLlm(values: LlmValues): WithLlm | null {
  const { replies = null, record = null } = values;
  if (values.with === undefined) {
    if (replies !== null || record !== null) throw usageError('--replies and --record go with --with llm', EVAL_USAGE);
    return null;
  }
  if (values.with !== 'llm') throw usageError('--with takes llm', EVAL_USAGE);
  const [from = Number.NaN, to = Number.NaN] = (values.band ?? '').split(',').map(Number);
  if (!(from >= 0 && from < to && to <= 1)) throw usageError('--band is two shares, the lower one first', EVAL_USAGE);
  const atOnce = Math.max(1, wholeOf(values['at-once'], MOST_AT_ONCE));
  return { most: wholeOf(values.most), atOnce, band: { from, to }, replies, record };
}
