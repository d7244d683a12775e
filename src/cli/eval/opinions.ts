import { appendFile, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { sha256Hex } from '../../domain/sha256.js';
import { SCORE_KEYS, type ScoreKey } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { LabelledRow } from './rows.js';

/** What a model said of one text. A key that it did not speak of counts as 0: it had the chance. */
export interface TextOpinion {
  /** Null: it answered, and the answer was of no use. It costs all the same. */
  readonly p: Readonly<Partial<Record<ScoreKey, number>>> | null;
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costMicros: number;
  readonly ms: number;
  /** Written by hand: proves plumbing, says nothing of quality. */
  readonly synthetic: boolean;
}
export interface Opinions {
  readonly name: string;
  /** Null: asked, and no answer came. */
  ask(row: LabelledRow): Promise<TextOpinion | null>;
}

/** A model of this name is a stand-in, whoever serves it. */
export const isSyntheticModel = (model: string): boolean => model.startsWith('synthetic');

const share = z.number().min(0).max(1);
const whole = z.number().int().min(0);
const Reply = z.strictObject({
  /** SHA-256 of the text, so that the file holds no text. */
  text: z.string().regex(/^[0-9a-f]{64}$/),
  synthetic: z.boolean(),
  model: z.string(),
  /** Null: the model gave no usable answer. */
  p: z.partialRecord(z.enum(SCORE_KEYS), share).nullable(),
  promptTokens: whole,
  completionTokens: whole,
  costMicros: z.number().min(0),
  ms: z.number().min(0),
});

const textKey = (text: string): string => sha256Hex(text);

/** Replies of an earlier run, or written by hand. A text without a reply counts as failed. */
export async function readReplies(file: string): Promise<Opinions> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new InvalidInputError('file_unreadable', `${file} cannot be read`, [], { cause });
  });
  const replies = new Map<string, z.infer<typeof Reply>>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const reply = parseReply(line, i + 1);
    replies.set(reply.text, reply);
  }
  const first = replies.values().next().value;
  return {
    name: first?.model ?? 'no reply',
    ask: async (row) => {
      const reply = replies.get(textKey(row.text));
      if (reply === undefined) return null;
      const { text: _, ...rest } = reply;
      return { ...rest, synthetic: reply.synthetic || isSyntheticModel(reply.model) };
    },
  };
}

function parseReply(line: string, number: number): z.infer<typeof Reply> {
  try {
    return Reply.parse(JSON.parse(line));
  } catch (error) {
    throw new InvalidInputError('input_row_invalid', `Reply ${number} is not valid`, [], { cause: error });
  }
}

/** Writes down what was answered, for `readReplies`. */
export const recording = (opinions: Opinions, file: string): Opinions => ({
  name: opinions.name,
  ask: async (row) => {
    const found = await opinions.ask(row);
    const none = { p: null, model: opinions.name, promptTokens: 0, completionTokens: 0, costMicros: 0, ms: 0 };
    const reply = { synthetic: isSyntheticModel(opinions.name), ...(found ?? none), text: textKey(row.text) };
    await appendFile(file, `${JSON.stringify(reply)}\n`);
    return found;
  },
});
