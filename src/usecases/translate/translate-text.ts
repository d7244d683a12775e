/** One text -> its sentences beside their translation: cut, protected, translated in groups, put back, doubted. */
import { type LanguageSegment, type LanguageTag, primaryOf, type Span } from '../../domain.js';
import type { TranslatedSegment, TranslationsStore, Translator } from '../../ports/translation.js';
import { repairText } from '../../stages/normalise/repair.js';
import { confidenceOf, doubtsOf } from './doubts.js';
import { type Glossary, glossaryRules } from './glossary.js';
import { isWordless, protect, restore } from './protect.js';
import { segmentText } from './segment-text.js';

export interface TextToTranslate {
  /** `title`, `body`, `image:<n>`, `qr:<n>` or `notice:<n>`. */
  readonly part: string;
  readonly text: string;
  /** Mostly. */
  readonly language: LanguageTag;
  readonly segments: readonly Pick<LanguageSegment, 'span' | 'tag'>[];
}
export interface TranslateDeps {
  readonly store: TranslationsStore;
  readonly translator: Translator;
  readonly glossary: Glossary;
}
export interface TranslateScene {
  readonly sourceId: string;
  readonly noteId: string;
  readonly revisionId: string;
  readonly to: LanguageTag;
  /** Personal figures stay here. */
  readonly redacts: boolean;
}

/** Beyond it the rest stays untranslated: a reader asks for a part, not for a book. */
const MOST_SEGMENTS = 120;
const AT_ONCE = 20;

export const isSameLanguage = (a: LanguageTag, b: LanguageTag): boolean => primaryOf(a) === primaryOf(b);

interface Prepared {
  readonly span: Span;
  readonly from: LanguageTag;
  readonly original: string;
}

export async function translateText(
  deps: TranslateDeps,
  scene: TranslateScene,
  { text, signal }: { readonly text: TextToTranslate; readonly signal: AbortSignal },
): Promise<readonly TranslatedSegment[]> {
  const prepared = segmentText(text.text, text.language).map(
    (span): Prepared => ({ span, from: tagAt(text, span), original: text.text.slice(span.start, span.end) }),
  );
  const isWanted = ({ from, original }: Prepared): boolean =>
    !isWordless(original) && !isSameLanguage(from, scene.to) && deps.translator.canTranslate(from, scene.to);
  const wanted = prepared.filter(isWanted).slice(0, MOST_SEGMENTS);
  const done = new Map<Prepared, TranslatedSegment>();
  for (const group of batches(wanted)) {
    signal.throwIfAborted();
    for (const [i, segment] of (await translateGroup(deps, scene, { group, signal })).entries()) {
      const one = group[i];
      if (one !== undefined) done.set(one, segment);
    }
  }
  return prepared.map((one) => done.get(one) ?? { span: one.span, text: null, confidence: null, doubts: [] });
}

/** Neighbours of one language, so many at once. */
function batches(all: readonly Prepared[]): readonly (readonly Prepared[])[] {
  const out: Prepared[][] = [];
  for (const one of all) {
    const last = out.at(-1);
    if (last !== undefined && last.length < AT_ONCE && last[0]?.from === one.from) last.push(one);
    else out.push([one]);
  }
  return out;
}

async function translateGroup(
  { translator, glossary }: TranslateDeps,
  { to, redacts }: TranslateScene,
  { group, signal }: { readonly group: readonly Prepared[]; readonly signal: AbortSignal },
): Promise<readonly TranslatedSegment[]> {
  const from = group[0]?.from ?? 'und';
  const rules = glossaryRules(glossary, from, to);
  const hidden = group.map(({ original }) => protect(original, rules, redacts));
  const { texts: answers } = await translator.translate({ from, to, segments: hidden.map(({ text }) => text) }, signal);
  return group.map(({ span, original }, i) => {
    const answer = answers[i];
    const kept = hidden[i];
    if (answer === undefined || kept === undefined) return { span, text: null, confidence: null, doubts: [] };
    // What cannot be stored would fail again at every try.
    const { text, lost } = restore(repairText(answer.text).text, kept);
    const doubts = doubtsOf({ original, translated: text, lost });
    return { span, text, confidence: confidenceOf(answer.confidence, doubts), doubts };
  });
}

/** Of the language segment that covers most of the span; unsure ones say nothing. */
function tagAt({ language, segments }: TextToTranslate, { start, end }: Span): LanguageTag {
  let best = { tag: language, shared: 0 };
  for (const { span, tag } of segments) {
    const shared = Math.min(end, span.end) - Math.max(start, span.start);
    if (tag !== 'und' && shared > best.shared) best = { tag, shared };
  }
  return best.tag;
}
