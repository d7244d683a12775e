import { sha256Hex } from '../../domain/sha256.js';
import { type Evidence, foundIn, type LabelledText, type Note } from '../../domain.js';
import { type ChatAsk, type ChatModel, type ContentScores, PICTURE_TOKENS, tokensOfBytes } from '../../ports/llm.js';
import type { Spending } from '../../ports/opinions.js';
import type { Clock, Ids } from '../../ports.js';
import { ANSWER_SHAPE } from '../../stages/deliberate/answer.js';
import { fillTemplate } from '../../stages/deliberate/fill-template.js';
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
const MOST_TOKENS = 1_000;
const MARK_BYTES = 18;

export interface Question {
  readonly order: OpinionOrder;
  readonly parts: readonly SentPart[];
  readonly pictures: readonly SentPicture[];
  readonly system: string;
  readonly user: string;
  readonly mark: string;
  readonly cacheKey: string;
}

export async function questionOf(order: OpinionOrder, { chat, prompts, ids }: AskDeps): Promise<Question> {
  const { match } = order.evidence;
  const contacts = foundIn(match)?.contacts ?? [];
  const parts = partsToSend(order.texts, order.plan.redact, contacts);
  const pictures = chat.seesImages ? await order.pictures() : [];
  const mark = ids.secret(MARK_BYTES);
  const subject = { note: order.note, evidence: order.evidence, parts, plan: order.plan };
  // All but the mark, which is another one every time.
  const same = buildPrompt(prompts, subject, '');
  const key = [chat.model, prompts.version, order.plan.bundleHash, same.system, same.user, ...pictures.map(sha256Of)];
  const cacheKey = sha256Hex(JSON.stringify(key));
  return { order, parts, pictures, ...buildPrompt(prompts, subject, mark), mark, cacheKey };
}

export const sha256Of = ({ bytes }: SentPicture): string => sha256Hex(bytes);

export function askOf(
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

/** On the safe side; what was not used is given back. */
export function grantFor(ask: ChatAsk, chat: ChatModel): Spending {
  const bytes =
    Buffer.byteLength(ask.system) +
    ask.user.reduce((sum, part) => sum + (part.kind === 'text' ? Buffer.byteLength(part.text) : 0), 0);
  const pictures = ask.user.filter(({ kind }) => kind === 'image').length;
  const prompt = tokensOfBytes(bytes) + pictures * PICTURE_TOKENS;
  return { tokens: prompt + ask.maxTokens, micros: chat.costMicrosOf?.(prompt, ask.maxTokens) ?? 0 };
}

export const frameOf = ({ parts, pictures, order }: Question, { prompts }: AskDeps, model: string) => ({
  parts,
  pictures: pictures.map(({ index }) => index),
  clauses: new Set(order.plan.clauses.map(({ id }) => id)),
  model,
  prompt: prompts.version,
});
