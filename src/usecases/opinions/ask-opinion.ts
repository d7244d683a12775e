/** One question put to a language model: former answer, budget, answer, one try to repair it, scores beside it. */
import type { DeliberateEvidence, Opinion } from '../../domain.js';
import { codeOf, InvalidInputError, type UnavailableError } from '../../errors.js';
import { type ChatAnswer, mayBeCharged } from '../../ports/llm.js';
import { readAnswer } from '../../stages/deliberate/answer.js';
import { bookingOf } from './booking.js';
import { exchangeOf, NOTHING_SAID, saidBy } from './exchange.js';
import type { Ledger } from './ledger.js';
import { type AskDeps, askOf, frameOf, grantFor, type OpinionOrder, type Question, questionOf } from './question.js';
import { signalsOf } from './signals.js';

export type { Ledger } from './ledger.js';
export type { AskDeps, OpinionOrder, SentPicture } from './question.js';

export async function askOpinion(
  order: OpinionOrder,
  deps: AskDeps,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<DeliberateEvidence> {
  const question = await questionOf(order, deps);
  const opinion = (await formerOpinion(question, deps, ledger)) ?? (await freshOpinion(question, deps, ledger, signal));
  const signals = await signalsOf(question, deps, ledger, signal);
  return { opinions: [opinion], reasons: order.plan.reasons, ...signals };
}

async function formerOpinion(question: Question, deps: AskDeps, ledger: Ledger): Promise<Opinion | null> {
  const former = await ledger.cached(question.cacheKey);
  if (former === null) return null;
  const read = readAnswer(parsed(former.answer), frameOf(question, deps, former.answeredBy));
  if (!('opinion' in read)) return null;
  const said = { ...NOTHING_SAID, answeredBy: former.answeredBy, answer: former.answer };
  await ledger.record(exchangeOf(question, deps, { ...said, outcome: 'cached', cachedFrom: former.exchangeId }));
  return read.opinion;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function freshOpinion(question: Question, deps: AskDeps, ledger: Ledger, signal: AbortSignal): Promise<Opinion> {
  const first = await exchange(question, deps, ledger, { repair: null, signal });
  if ('opinion' in first) return first.opinion;
  const second = await exchange(question, deps, ledger, { repair: first.faults, signal });
  if ('opinion' in second) return second.opinion;
  throw new InvalidInputError('llm_bad_answer', 'The language model gave no usable answer, nor did it mend it');
}

type Read = ReturnType<typeof readAnswer>;

/** One question. Every attempt is booked before it is made and has its entry in the book, whatever comes of it. */
async function exchange(
  question: Question,
  deps: AskDeps,
  ledger: Ledger,
  turn: { readonly repair: readonly string[] | null; readonly signal: AbortSignal },
): Promise<Read> {
  const ask = askOf(question, deps, turn.repair);
  const user = ask.user.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n');
  const booking = bookingOf(ledger, grantFor(ask, deps.chat));
  await booking.book();
  let started = performance.now();
  const failed = (error: unknown): Promise<void> => {
    const ms = Math.round(performance.now() - started);
    return ledger.record(exchangeOf(question, deps, { ...NOTHING_SAID, outcome: codeOf(error), user, ms }));
  };
  // What was sent in vain was sent all the same: each attempt has its entry.
  const again = async (error: UnavailableError): Promise<void> => {
    await failed(error);
    await booking.again(error);
    started = performance.now();
  };
  try {
    const answer = await deps.chat.complete(ask, turn.signal, again);
    const read = readAnswer(answer.json, frameOf(question, deps, answer.model));
    await booking.settle({ tokens: answer.promptTokens + answer.completionTokens, micros: answer.costMicros });
    const outcome = 'opinion' in read ? 'answered' : 'llm_bad_answer';
    // Kept as JSON without its fence, so that it can be read again.
    const text = 'opinion' in read ? JSON.stringify(answer.json) : answer.text;
    await ledger.record(exchangeOf(question, deps, { ...saidBy(answer), answer: text, outcome, user }));
    return 'faults' in read ? { faults: [...faultsOf(answer), ...read.faults] } : read;
  } catch (error) {
    await booking.end(turn.signal.aborted || mayBeCharged(error));
    if (!turn.signal.aborted) await failed(error);
    throw error;
  }
}

function faultsOf({ finish }: ChatAnswer): readonly string[] {
  if (finish === 'length') return ['answer: it was cut off, be shorter'];
  return finish === 'tool_calls' ? ['answer: there are no tools here'] : [];
}
