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

const lazily = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** How the views are built upon each other. */
function derive(raw: string): { readonly [K in ViewName]: () => Mapped } & { readonly squeeze: () => Squeezed } {
  const source = lazily(() => identity(raw));
  const nfkc = lazily(() => toNfkc(source()));
  const folded = lazily(() => toFolded(nfkc()));
  const joined = lazily(() => toJoined(folded()));
  const skeleton = lazily(() => toSkeleton(folded()));
  const squeeze = lazily(() => {
    const base = joined().text === folded().text ? skeleton() : toSkeleton(joined());
    return toSqueezed(toUnleet(base));
  });
  const simplified = lazily(() => toSimplified(joined()));
  return {
    raw: source,
    nfkc,
    folded,
    skeleton,
    squeeze,
    squeezed: () => squeeze().mapped,
    simplified,
    pinyin: lazily(() => toPinyin(simplified())),
    pinyin_initials: lazily(() => toInitials(simplified())),
    jamo: lazily(() => toJamoAssembled(joined())),
    translit: lazily(() => toTranslit(folded())),
  };
}

export function normaliseText(raw: string): NormalisedText {
  const maps = derive(raw);
  const widen = lazily(() => widenIn(raw));
  const views = new Map<ViewName, TextView>();
  const view = (name: ViewName): TextView => {
    const kept = views.get(name);
    if (kept !== undefined) return kept;
    const mapped = maps[name]();
    const made = { name, text: mapped.text, toRaw: (span: Span) => widen()(rawSpan(mapped, span)) };
    const full = name === 'squeezed' ? { ...made, runs: maps.squeeze().runs } : made;
    views.set(name, full);
    return full;
  };
  return { raw, view };
}

/** Null for every view but `squeezed`, and where nothing was squeezed. */
export const runsOf = (view: TextView): readonly number[] | null =>
  view.name === 'squeezed' && 'runs' in view ? (view as SqueezedView).runs : null;
