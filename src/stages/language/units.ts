/** Cuts the tokens of a text into runs of one script, and runs into sentences and clauses. */
import { sameRun, type Token } from './tokens.js';

/** Tokens that are judged together. */
export interface Unit {
  readonly tokens: readonly Token[];
  readonly letters: number;
}

/** A letter of a syllabic or logographic script says as much as about three of an alphabet. */
const DENSE = new Set(['Hani', 'Hira', 'Kana', 'Hang', 'Bopo']);
const DENSE_WEIGHT = 3;

const lettersOf = (tokens: readonly Token[]): number =>
  tokens.reduce((sum, token) => sum + (token.end - token.start) * (DENSE.has(token.script) ? DENSE_WEIGHT : 1), 0);

export const unitOf = (tokens: readonly Token[]): Unit => ({ tokens, letters: lettersOf(tokens) });

/** Up to so many letters and words, a foreign-script run (a brand, an abbreviation) is no segment of its own. */
const ASIDE_LETTERS = 14;
const ASIDE_WORDS = 2;

const splitByScript = (tokens: readonly Token[]): readonly Unit[] => {
  const runs: Token[][] = [];
  for (const token of tokens) {
    const run = runs.at(-1);
    if (run?.[0] !== undefined && sameRun(run[0].script, token.script)) run.push(token);
    else runs.push([token]);
  }
  return runs.map(unitOf);
};

const isAside = (run: Unit, all: number): boolean =>
  run.letters <= ASIDE_LETTERS && run.tokens.length <= ASIDE_WORDS && run.letters < all * 0.3;

/** Runs of one script, without asides. */
export const scriptRuns = (tokens: readonly Token[]): readonly Unit[] => {
  const runs = splitByScript(tokens);
  if (runs.length < 2) return runs;
  const all = lettersOf(tokens);
  const kept = runs.filter((run) => !isAside(run, all));
  return kept.length === 0 ? runs : splitByScript(kept.flatMap((run) => run.tokens));
};

const SENTENCE_END = /[.!?…。！？\n;:；：|।؟۔•—–]/u;
const CLAUSE_END = /[,，、،("“«」』）/]/u;
const CLAUSE_WORDS = 3;
const MAX_UNITS = 200;

/** Units between sentence ends, and between commas where enough words stand before. */
export const clauses = (text: string, run: Unit): readonly Unit[] => {
  const units: Token[][] = [[]];
  let before: Token | null = null;
  for (const token of run.tokens) {
    const unit = units.at(-1) ?? [];
    const gap = before === null ? '' : text.slice(before.end, token.start);
    const cut = SENTENCE_END.test(gap) || (unit.length >= CLAUSE_WORDS && CLAUSE_END.test(gap));
    if (cut && unit.length > 0 && units.length < MAX_UNITS) units.push([token]);
    else unit.push(token);
    before = token;
  }
  return units.filter((unit) => unit.length > 0).map(unitOf);
};
