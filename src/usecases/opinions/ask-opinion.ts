/** One question put to a language model: prompt, former answer, budget, answer, one try to repair it, scores beside it. */
import { createHash } from 'node:crypto';
import type { DeliberateEvidence, Evidence, LabelledText, Note, Opinion } from '../../domain.js';
import { codeOf, type ErrorCode, InvalidInputError } from '../../errors.js';
import type { Clock, Ids } from '../../ports.js';
import type { ChatAnswer, ChatAsk, ChatModel, ContentScores } from '../../ports-llm.js';
import type { OpinionExchange, Spending } from '../../ports-opinions.js';
import { ANSWER_SHAPE, readAnswer } from '../../stages/deliberate/answer.js';
import { fillTemplate } from '../../stages/deliberate/fill-template.js';
import { findingsOfModeration } from '../../stages/deliberate/moderation-scores.js';
import { partsToSend, type SentPart } from '../../stages/deliberate/parts.js';
import type { OpinionPlan } from '../../stages/deliberate/plan.js';
import { buildPrompt, type PromptFiles } from '../../stages/deliberate/prompt.js';

export interface AskDeps {
  readonly chat: ChatModel;
  readonly moderation: ContentScores | null;
  readonly prompts: PromptFiles;
  readonly ids: Ids;
  readonly clock: Clock;
}
export interface OpinionOrder {
  readonly note: Note;
  readonly evidence: Partial<Evidence>;
  /** With the words on pictures. */
  readonly texts: readonly LabelledText[];
  readonly plan: OpinionPlan;
  /** Re-encoded views; asked for only where the model sees pictures. */
  pictures(): Promise<readonly SentPicture[]>;
}
export interface SentPicture {
  readonly index: number;
  readonly mediaType: 'image/webp';
  readonly bytes: Uint8Array;
}
/** What is known of former questions and of money. */
export interface Ledger {
  cached(
    cacheKey: string,
  ): Promise<{ readonly exchangeId: string; readonly answer: string; readonly answeredBy: string } | null>;
  /** Null: the day's budget is used up. Else what to call with the sum that was spent in truth. */
  reserve(spending: Spending): Promise<((spent: Spending) => Promise<void>) | null>;
  record(exchange: OpinionExchange): Promise<void>;
}
/** For questions whose answers are not kept. */
export const NO_LEDGER: Ledger = {
  cached: async () => null,
  reserve: async () => async () => undefined,
  record: async () => undefined,
};

const MOST_TOKENS = 1_000;
const MARK_BYTES = 18;
/** Scripts beyond Latin take up to a token a character; bytes over this are on the safe side of both. */
const BYTES_PER_TOKEN = 2;
const PICTURE_TOKENS = 1_500;

interface Question {
  readonly order: OpinionOrder;
  readonly parts: readonly SentPart[];
  readonly pictures: readonly SentPicture[];
  readonly system: string;
  readonly user: string;
  readonly mark: string;
  readonly cacheKey: string;
}

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

async function questionOf(order: OpinionOrder, { chat, prompts, ids }: AskDeps): Promise<Question> {
  const parts = partsToSend(order.texts, order.plan.redact);
  const pictures = chat.seesImages ? await order.pictures() : [];
  const mark = ids.secret(MARK_BYTES);
  const subject = { note: order.note, evidence: order.evidence, parts, plan: order.plan };
  // All but the mark, which is another one every time.
  const same = buildPrompt(prompts, subject, '');
  const key = [chat.model, prompts.version, order.plan.bundleHash, same.system, same.user, ...pictures.map(sha256Of)];
  const cacheKey = createHash('sha256').update(JSON.stringify(key)).digest('hex');
  return { order, parts, pictures, ...buildPrompt(prompts, subject, mark), mark, cacheKey };
}

const sha256Of = ({ bytes }: SentPicture): string => createHash('sha256').update(bytes).digest('hex');

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

/** One request and its entry in the book, whatever comes of it. */
async function exchange(
  question: Question,
  deps: AskDeps,
  ledger: Ledger,
  turn: { readonly repair: readonly string[] | null; readonly signal: AbortSignal },
): Promise<Read> {
  const ask = askOf(question, deps, turn.repair);
  const user = ask.user.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n');
  const granted = grantFor(ask, deps.chat);
  const settle = await ledger.reserve(granted);
  if (settle === null) throw new InvalidInputError('llm_over_budget', 'The budget of the day is used up');
  const started = performance.now();
  try {
    const answer = await deps.chat.complete(ask, turn.signal);
    const read = readAnswer(answer.json, frameOf(question, deps, answer.model));
    await settle({ tokens: answer.promptTokens + answer.completionTokens, micros: answer.costMicros });
    const outcome = 'opinion' in read ? 'answered' : 'llm_bad_answer';
    // Kept as JSON without its fence, so that it can be read again.
    const text = 'opinion' in read ? JSON.stringify(answer.json) : answer.text;
    await ledger.record(exchangeOf(question, deps, { ...saidBy(answer), answer: text, outcome, user }));
    return 'faults' in read ? { faults: [...faultsOf(answer), ...read.faults] } : read;
  } catch (error) {
    const code = codeOf(error);
    // Whoever took too long or answered nonsense may charge for it all the same.
    const isCharged = turn.signal.aborted || CHARGED.has(code);
    await settle(isCharged ? granted : { tokens: 0, micros: 0 });
    const ms = Math.round(performance.now() - started);
    if (!turn.signal.aborted)
      await ledger.record(exchangeOf(question, deps, { ...NOTHING_SAID, outcome: code, user, ms }));
    throw error;
  }
}

const CHARGED: ReadonlySet<ErrorCode> = new Set(['llm_timeout', 'llm_bad_answer', 'llm_refused', 'internal']);

function askOf(
  { system, user, pictures, mark }: Question,
  { prompts }: AskDeps,
  repair: readonly string[] | null,
): ChatAsk {
  const seen = pictures.flatMap(({ index, mediaType, bytes }) => [
    { kind: 'text' as const, text: `[image:${index}] as a picture, data as well (${mark}):` },
    { kind: 'image' as const, mediaType, bytes },
  ]);
  const again =
    repair === null ? [] : [{ kind: 'text' as const, text: fillTemplate(prompts.repair, { faults: listed(repair) }) }];
  return {
    system,
    user: [{ kind: 'text', text: user }, ...seen, ...again],
    answer: ANSWER_SHAPE,
    maxTokens: MOST_TOKENS,
  };
}

const MOST_FAULTS = 10;
const listed = (faults: readonly string[]): string =>
  faults
    .slice(0, MOST_FAULTS)
    .map((fault) => `- ${fault.slice(0, 200)}`)
    .join('\n');

function faultsOf({ finish }: ChatAnswer): readonly string[] {
  if (finish === 'length') return ['answer: it was cut off, be shorter'];
  return finish === 'tool_calls' ? ['answer: there are no tools here'] : [];
}

/** On the safe side; what was not used is given back. */
function grantFor(ask: ChatAsk, chat: ChatModel): Spending {
  const bytes =
    Buffer.byteLength(ask.system) +
    ask.user.reduce((sum, part) => sum + (part.kind === 'text' ? Buffer.byteLength(part.text) : 0), 0);
  const pictures = ask.user.filter(({ kind }) => kind === 'image').length;
  const prompt = Math.ceil(bytes / BYTES_PER_TOKEN) + pictures * PICTURE_TOKENS;
  return { tokens: prompt + ask.maxTokens, micros: chat.costMicrosOf?.(prompt, ask.maxTokens) ?? 0 };
}

const frameOf = ({ parts, pictures, order }: Question, { prompts }: AskDeps, model: string) => ({
  parts,
  pictures: pictures.map(({ index }) => index),
  clauses: new Set(order.plan.clauses.map(({ id }) => id)),
  model,
  prompt: prompts.version,
});

type Said = Pick<
  OpinionExchange,
  'answeredBy' | 'answer' | 'promptTokens' | 'completionTokens' | 'costMicros' | 'ms' | 'cachedFrom'
>;
const NOTHING_SAID: Said = {
  answeredBy: null,
  answer: null,
  promptTokens: 0,
  completionTokens: 0,
  costMicros: 0,
  ms: 0,
  cachedFrom: null,
};
const saidBy = ({ model, text, promptTokens, completionTokens, costMicros, ms }: ChatAnswer): Said => ({
  answeredBy: model,
  answer: text,
  promptTokens,
  completionTokens,
  costMicros,
  ms,
  cachedFrom: null,
});

function exchangeOf(
  { order, pictures, system, user, cacheKey }: Question,
  { chat, prompts, ids, clock }: AskDeps,
  said: Said & { readonly outcome: string; readonly user?: string },
): OpinionExchange {
  return {
    exchangeId: ids.next('xch'),
    at: clock.now(),
    model: chat.model,
    endpointRegion: chat.region,
    promptVersion: prompts.version,
    bundleHash: order.plan.bundleHash,
    cacheKey,
    system,
    pictures: pictures.map(sha256Of),
    user,
    ...said,
  };
}

/** The moderation endpoint beside it. Where it fails the opinion stands, and the lack is on record. */
async function signalsOf(
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
