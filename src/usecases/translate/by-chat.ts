/** A translator made of a chat model: pieces as data behind an unguessable mark, a closed answer, one more try. */
import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import { type ChatModel, tokensOfBytes } from '../../ports/llm.js';
import type { TranslatedText, TranslationOrder, Translator } from '../../ports/translation.js';
import { fillTemplate } from '../../stages/deliberate/fill-template.js';

/** The files of `prompts/translation` and a version that changes with any of them. */
export interface TranslationPrompt {
  readonly version: string;
  readonly system: string;
  readonly user: string;
}

const Answer = z.strictObject({
  pieces: z
    .array(z.strictObject({ i: z.int().min(0), text: z.string(), confidence: z.number().min(0).max(1) }))
    .max(200),
});
const SHAPE = {
  name: 'translation',
  schema: z.toJSONSchema(Answer, { target: 'draft-7' }) as Readonly<Record<string, unknown>>,
} as const;

const TRIES = 2;
/** Room for a longer language and for the frame of the answer. */
const TOKENS_PER_CHAR = 1.5;
const FRAME_TOKENS = 300;
const PIECE_TOKENS = 30;
const MOST_TOKENS = 8_000;
/** The words around the pieces, on the safe side of the files of `prompts/translation`. */
const PROMPT_TOKENS = 1_000;

export function chatTranslator(chat: ChatModel, prompt: TranslationPrompt, newMark: () => string): Translator {
  return {
    engine: 'openai',
    // Another prompt writes other translations.
    model: `${chat.model}@${prompt.version}`,
    region: chat.region,
    canTranslate: () => true,
    grantFor(order) {
      const [sent, answered] = [tokensOfBytes(bytesOf(order)) + PROMPT_TOKENS, answerTokens(order)];
      return { tokens: sent + answered, micros: chat.costMicrosOf?.(sent, answered) ?? 0 };
    },
    async translate(order, signal, again) {
      const mark = newMark();
      const ask = {
        system: fillTemplate(prompt.system, { from: nameOf(order.from), to: nameOf(order.to) }),
        user: [{ kind: 'text', text: fillTemplate(prompt.user, { mark, pieces: piecesOf(order) }) }],
        answer: SHAPE,
        maxTokens: answerTokens(order),
      } as const;
      for (let turn = 1; ; turn += 1) {
        const answer = await chat.complete(ask, signal, again);
        const spent = { tokens: answer.promptTokens + answer.completionTokens, micros: answer.costMicros };
        const texts = readPieces(answer.json, order);
        if (texts !== null) return { texts, ...spent };
        if (turn >= TRIES) throw new InvalidInputError('llm_bad_answer', 'The translation does not fit the pieces');
        await again?.(spent);
      }
    },
    close: async () => undefined,
  };
}

const piecesOf = ({ segments }: TranslationOrder): string =>
  segments.map((text, i) => JSON.stringify({ i, text })).join('\n');

const bytesOf = (order: TranslationOrder): number => Buffer.byteLength(piecesOf(order));

const charsOf = ({ segments }: TranslationOrder): number => segments.reduce((sum, text) => sum + text.length, 0);

const answerTokens = (order: TranslationOrder): number =>
  Math.min(
    MOST_TOKENS,
    Math.ceil(FRAME_TOKENS + PIECE_TOKENS * order.segments.length + TOKENS_PER_CHAR * charsOf(order)),
  );

/** English names are what models know best; the tag is told as well. */
function nameOf(tag: string): string {
  try {
    return `${new Intl.DisplayNames('en', { type: 'language' }).of(tag) ?? tag} (${tag})`;
  } catch (error) {
    if (error instanceof RangeError) return tag;
    throw error;
  }
}

/** Every piece once, or it is no answer; a piece that grew out of all proportion is cut. */
function readPieces(json: unknown, { segments }: TranslationOrder): readonly TranslatedText[] | null {
  const parsed = Answer.safeParse(json);
  if (!parsed.success || parsed.data.pieces.length !== segments.length) return null;
  const byPlace = new Map(parsed.data.pieces.map((piece) => [piece.i, piece]));
  if (byPlace.size !== segments.length) return null;
  const out: TranslatedText[] = [];
  for (const [i, original] of segments.entries()) {
    const piece = byPlace.get(i);
    if (piece === undefined || piece.text.trim() === '') return null;
    out.push({ text: piece.text.trim().slice(0, 8 * original.length + 400), confidence: piece.confidence });
  }
  return out;
}
