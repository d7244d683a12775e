/** Scores of a moderation endpoint beside the opinion. */
import type { DeliberateEvidence } from '../../domain.js';
import { codeOf } from '../../errors.js';
import type { OpinionExchange } from '../../ports/opinions.js';
import { findingsOfModeration } from '../../stages/deliberate/moderation-scores.js';
import { exchangeOf, NOTHING_SAID } from './exchange.js';
import type { Ledger } from './ledger.js';
import type { AskDeps, Question } from './question.js';

/** Where it fails the opinion stands, and the lack is on record. */
export async function signalsOf(
  question: Question,
  deps: AskDeps,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<Pick<DeliberateEvidence, 'findings' | 'moderation'>> {
  const { moderation } = deps;
  const text = question.parts.map((part) => part.text).join('\n');
  if (moderation === null || text.trim() === '') return { findings: [], moderation: 'off' };
  const keep = (said: Partial<OpinionExchange> & { readonly outcome: string }): Promise<void> =>
    ledger.record({
      ...exchangeOf({ ...question, pictures: [], system: '', user: text }, deps, {
        ...NOTHING_SAID,
        outcome: said.outcome,
      }),
      cacheKey: '',
      promptVersion: '',
      ...said,
      model: moderation.model,
    });
  try {
    const { model, scores } = await moderation.score(text, signal);
    await keep({ outcome: 'scored', answeredBy: model, answer: JSON.stringify(scores) });
    return { findings: findingsOfModeration(model, scores), moderation: 'read' };
  } catch (error) {
    signal.throwIfAborted();
    const code = codeOf(error);
    if (code === 'internal') throw error;
    await keep({ outcome: code });
    return { findings: [], moderation: code };
  }
}
