/** Which data are tried on each line, best guess first: what the letters look like, the other lines, the note's languages. */
import type { LanguageTag } from '../../../domain.js';
import type { Grey } from './grey.js';
import { SCRIPT_CLASSES, type ScriptClass, type ScriptWeights, scriptOdds } from './script-net.js';
import { scriptOfTag } from './scripts.js';

export interface RankedScript {
  readonly script: ScriptClass;
  readonly odds: number;
}

/** Lines that are looked at; the others go by these. */
const MOST_LOOKED_AT = 16;
/** No guess is so sure that the other lines could not correct it. */
const DOUBT = 0.002;
/** A script of the note's languages counts for so much more. */
const LIKELY = 3;
const MOST_HEEDED = 3;
/** What is less probable than this is not tried. */
const LEAST_ODDS = 0.003;

/** Too alike to tell by one line. `heed`: how much a line listens to the others, 1 for scripts that are never mixed. */
const TWINS: readonly { readonly pair: readonly [ScriptClass, ScriptClass]; readonly heed: number }[] = [
  { pair: ['Hans', 'Hant'], heed: 0.5 },
  { pair: ['Latn', 'Viet'], heed: 1 },
  { pair: ['Latn', 'Cyrl'], heed: 0.4 },
];

/** For each line the scripts worth trying; none where the line is no writing. */
export function rankScripts(
  lines: readonly Grey[],
  likely: readonly LanguageTag[],
  weights: ScriptWeights,
): readonly (readonly RankedScript[])[] {
  const byWidth = [...lines].sort((a, b) => b.width - a.width).slice(0, MOST_LOOKED_AT);
  const odds = new Map(byWidth.map((line) => [line, scriptOdds(line, weights)]));
  for (const twins of TWINS) decideTogether(odds, twins);
  const together = ofPicture(odds);
  const favoured = new Set<ScriptClass>(likely.map(scriptOfTag));
  return lines.map((line) => {
    const own = odds.get(line);
    const raw = together.map((whole, i) => {
      const favour = favoured.has(SCRIPT_CLASSES[i] ?? 'None') ? LIKELY : 1;
      return favour * (own === undefined ? whole : ((own[i] ?? 0) + DOUBT) * Math.sqrt(whole + DOUBT));
    });
    return best(raw);
  });
}

/** What a line gives to both twins is shared out by what all lines say of them. */
function decideTogether(odds: ReadonlyMap<Grey, number[]>, { pair, heed }: (typeof TWINS)[number]): void {
  const [a, b] = [SCRIPT_CLASSES.indexOf(pair[0]), SCRIPT_CLASSES.indexOf(pair[1])];
  const leanOf = (own: readonly number[]): number => Math.log(((own[a] ?? 0) + DOUBT) / ((own[b] ?? 0) + DOUBT));
  const leans = [...odds.values()].map(leanOf);
  const all = leans.reduce((sum, lean) => sum + lean, 0);
  for (const [i, own] of [...odds.values()].entries()) {
    const lean = leans[i] ?? 0;
    // Many lines in one font err in one way: they count as a few.
    const others = ((all - lean) / Math.max(1, leans.length - 1)) * Math.min(MOST_HEEDED, leans.length - 1);
    const share = 1 / (1 + Math.exp(-lean - heed * others));
    const both = (own[a] ?? 0) + (own[b] ?? 0);
    own[a] = both * share;
    own[b] = both * (1 - share);
  }
}

/** Mean over the lines, wide ones counting for more. */
function ofPicture(odds: ReadonlyMap<Grey, readonly number[]>): readonly number[] {
  const sums = SCRIPT_CLASSES.map(() => 0);
  let total = 0;
  for (const [line, own] of odds) {
    for (const [i, value] of own.entries()) sums[i] = (sums[i] ?? 0) + value * line.width;
    total += line.width;
  }
  return sums.map((sum) => sum / Math.max(1, total));
}

function best(raw: readonly number[]): readonly RankedScript[] {
  const total = raw.reduce((sum, value) => sum + value, 0);
  const ranked = SCRIPT_CLASSES.map((script, i) => ({ script, odds: (raw[i] ?? 0) / total }))
    .filter(({ odds }) => odds >= LEAST_ODDS)
    .sort((a, b) => b.odds - a.odds);
  return ranked[0]?.script === 'None' ? [] : ranked.filter(({ script }) => script !== 'None');
}
