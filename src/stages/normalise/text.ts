/** The views of one text, each computed when first asked for and then kept. Never throws, whatever the text. */
import type { NormalisedText, Span, TextView, ViewName } from '../../domain.js';
import { toSimplified } from './chinese.js';
import { toSkeleton } from './confusables.js';
import { toFolded } from './folded.js';
import { widenIn } from './graphemes.js';
import { toJamoAssembled } from './hangul.js';
import { toJoined } from './join.js';
import { identity, type Mapped, rawSpan } from './mapped.js';
import { toNfkc } from './nfkc.js';
import { toInitials, toPinyin } from './pinyin.js';
import { type Squeezed, toSqueezed, toUnleet } from './squeeze.js';
import { toTranslit } from './translit.js';

/** The squeezed view also tells how often each unit stood in a row, so that `as` is never taken for `ass`. */
export interface SqueezedView extends TextView {
  readonly runs: readonly number[] | null;
}

type Step = Exclude<ViewName, 'squeezed'> | 'joined';

/** How each reading is built upon another. */
const STEPS: Readonly<Record<Step, (of: Readings) => Mapped>> = {
  raw: (of) => identity(of.raw),
  nfkc: (of) => toNfkc(of.step('raw')),
  folded: (of) => toFolded(of.step('nfkc')),
  joined: (of) => toJoined(of.step('folded')),
  skeleton: (of) => toSkeleton(of.step('folded')),
  simplified: (of) => toSimplified(of.step('joined')),
  pinyin: (of) => toPinyin(of.step('simplified')),
  pinyin_initials: (of) => toInitials(of.step('simplified')),
  jamo: (of) => toJamoAssembled(of.step('joined')),
  translit: (of) => toTranslit(of.step('folded')),
};

interface Readings {
  readonly raw: string;
  step(name: Step): Mapped;
  squeezed(): Squeezed;
}

function readingsOf(raw: string): Readings {
  const made: { [K in Step]?: Mapped } = {};
  let squeezed: Squeezed | null = null;
  const readings: Readings = {
    raw,
    step(name) {
      const kept = made[name] ?? STEPS[name](readings);
      made[name] = kept;
      return kept;
    },
    squeezed() {
      squeezed ??= squeeze(readings);
      return squeezed;
    },
  };
  return readings;
}

/** Letters pulled apart with look-alikes among them are mixed only once they stand together again. */
function squeeze(of: Readings): Squeezed {
  const joined = of.step('joined');
  return toSqueezed(toUnleet(joined === of.step('folded') ? of.step('skeleton') : toSkeleton(joined)));
}

export function normaliseText(raw: string): NormalisedText {
  const readings = readingsOf(raw);
  let widen: ((span: Span) => Span) | null = null;
  const toRaw = (mapped: Mapped, span: Span): Span => {
    widen ??= widenIn(raw);
    return widen(rawSpan(mapped, span));
  };
  const make = (name: ViewName): TextView | SqueezedView => {
    const squeezed = name === 'squeezed' ? readings.squeezed() : null;
    const mapped = name === 'squeezed' ? readings.squeezed().mapped : readings.step(name);
    const view: TextView = { name, text: mapped.text, toRaw: (span) => toRaw(mapped, span) };
    return squeezed === null ? view : { ...view, runs: squeezed.runs };
  };
  const views: { [K in ViewName]?: TextView } = {};
  return {
    raw,
    view(name) {
      const kept = views[name] ?? make(name);
      views[name] = kept;
      return kept;
    },
  };
}

/** Null for every view but `squeezed`, and where nothing was squeezed. */
export const runsOf = (view: TextView): readonly number[] | null =>
  view.name === 'squeezed' && 'runs' in view ? (view as SqueezedView).runs : null;
