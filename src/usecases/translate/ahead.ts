/** Open cases are translated before anybody opens them: those of the longest wait first, so many a run. */
import type { LanguageTag } from '../../domain.js';
import { codeOf, type ErrorCode } from '../../errors.js';
import type { Bundle } from '../../policy/bundle.js';
import type { Log } from '../../ports.js';
import { type CaseTranslateDeps, translateCase } from './translate-case.js';
import { modelKeyOf } from './translate-parts.js';

export interface AheadDeps extends CaseTranslateDeps {
  readonly log: Log;
  readonly bundle: () => Bundle;
  readonly languages: readonly LanguageTag[];
}

const AT_ONCE = 25;
/** The engine as a whole cannot now: the rest would fail alike. */
const ENDS_RUN: readonly ErrorCode[] = [
  'llm_unavailable',
  'llm_timeout',
  'llm_rate_limited',
  'llm_rejected',
  'llm_over_budget',
  'model_missing',
  'deadline_exceeded',
];

/** How many revisions were translated. */
export async function translateAhead(deps: AheadDeps, signal: AbortSignal): Promise<number> {
  let done = 0;
  for (const to of deps.languages) {
    const of = { to, model: modelKeyOf(deps.translator) };
    for (const revision of await deps.store.untranslated(of, AT_ONCE)) {
      if (signal.aborted) return done;
      const fault = await tryOne(deps, { revision, to, signal });
      if (fault !== null && ENDS_RUN.includes(fault)) {
        deps.log.warn('translation ahead of time stopped', { code: fault });
        return done;
      }
      // A note that may not be sent, or of no known language, is not asked about again.
      const isDone = fault === null || fault === 'translation_forbidden' || fault === 'gone_erased';
      await deps.store.recordTry({ ...revision, ...of, done: isDone }, deps.clock.now());
      if (fault === null) done += 1;
      else deps.log.warn('translation ahead of time failed', { code: fault, revisionId: revision.revisionId });
    }
  }
  return done;
}

type Revision = Awaited<ReturnType<AheadDeps['store']['untranslated']>>[number];

async function tryOne(
  deps: AheadDeps,
  order: { readonly revision: Revision; readonly to: LanguageTag; readonly signal: AbortSignal },
): Promise<ErrorCode | null> {
  try {
    const wish = { to: order.to, bundle: deps.bundle() };
    await translateCase(deps, order.revision, wish, { extra: null, signal: order.signal });
    return null;
  } catch (error) {
    if (order.signal.aborted) return 'deadline_exceeded';
    const code = codeOf(error);
    if (code === 'store_unavailable' || code === 'internal') throw error;
    return code;
  }
}
