/** What an endpoint said, whole or as a stream -> one shape. Nothing of it is trusted to have the type that it should. */
import { InvalidInputError } from '../../errors.js';
import { type ChatAnswer, LlmBrokenError } from '../../ports/llm.js';
import { repairText } from '../../stages/normalise/repair.js';

export interface Said {
  readonly text: string;
  readonly refusal: boolean;
  readonly finish: ChatAnswer['finish'];
  readonly model: string;
  /** As told, unchecked. */
  readonly usage: unknown;
}
interface Words {
  readonly content?: unknown;
  readonly refusal?: unknown;
  readonly tool_calls?: readonly unknown[] | null | undefined;
}
export interface WholeAnswer {
  readonly model?: unknown;
  readonly usage?: unknown;
  readonly choices?: readonly { readonly message?: Words; readonly finish_reason?: unknown }[];
}
export interface AnswerChunk {
  readonly model?: unknown;
  readonly usage?: unknown;
  readonly choices?: readonly { readonly delta?: Words; readonly finish_reason?: unknown }[];
}

const MODEL_CHARS = 100;
/** The name that the endpoint gives its model, as it can be stored. */
export const modelNameOf = (said: unknown): string => repairText(String(said).slice(0, MODEL_CHARS)).text;

export function readWhole(answer: WholeAnswer | null | undefined): Said {
  const choice = answer?.choices?.[0];
  if (choice?.message === undefined) throw badAnswer('The endpoint answered without a message');
  return {
    text: textOf(choice.message.content),
    refusal: isRefusal(choice.message.refusal, choice.finish_reason),
    finish: choice.message.tool_calls?.length ? 'tool_calls' : finishOf(choice.finish_reason),
    model: modelNameOf(answer?.model),
    usage: answer?.usage,
  };
}

export async function readStream(
  chunks: AsyncIterable<AnswerChunk>,
  asked: { readonly model: string; readonly signal: AbortSignal },
): Promise<Said> {
  let [text, refusal, model, tools] = ['', '', asked.model, false];
  let reason: unknown = null;
  let usage: unknown = null;
  let events = 0;
  for await (const chunk of chunks) {
    events += 1;
    const choice = chunk.choices?.[0];
    text += textOf(choice?.delta?.content);
    refusal += textOf(choice?.delta?.refusal);
    tools ||= (choice?.delta?.tool_calls?.length ?? 0) > 0;
    reason = choice?.finish_reason ?? reason;
    if (typeof chunk.model === 'string') model = modelNameOf(chunk.model);
    usage = chunk.usage ?? usage;
  }
  asked.signal.throwIfAborted();
  if (events === 0) throw badAnswer('The endpoint answered with no stream');
  // A stream that ends without saying why was cut off.
  if (reason === null) throw new LlmBrokenError();
  return { text, refusal: isRefusal(refusal, reason), finish: tools ? 'tool_calls' : finishOf(reason), model, usage };
}

export const badAnswer = (message: string): InvalidInputError => new InvalidInputError('llm_bad_answer', message);

const textOf = (content: unknown): string => (typeof content === 'string' ? content : '');
const isRefusal = (refusal: unknown, reason: unknown): boolean =>
  (typeof refusal === 'string' && refusal !== '') || reason === 'content_filter';

function finishOf(reason: unknown): ChatAnswer['finish'] {
  return reason === 'stop' || reason === 'length' || reason === 'tool_calls' ? reason : 'other';
}
