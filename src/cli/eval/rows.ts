/** Rows of labelled text: `{id, text, lang, labels, source}`; a label that is absent is unknown, not a no. */
import { z } from 'zod';
import type { ScoreKey } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import { plainWords } from '../../plain-words.js';
import { isPrivateTag, languageHint, languageTag } from '../../policy/languages.js';
import { type Line, linesOf } from '../lines.js';
import { readBytes } from '../read-bytes.js';

/** Names in the data, keys in the house. */
export const LABEL_KEYS = {
  toxic: 'toxicity',
  hate: 'hate.attack',
  harassment: 'harass.bully',
  threat: 'violence.threat',
  sexual: 'sexual.explicit',
  self_harm: 'selfharm.risk',
  profanity: 'profanity.mild',
  spam: 'authentic.spam',
} as const satisfies Record<string, ScoreKey>;
export type Label = keyof typeof LABEL_KEYS;
export const LABELS = Object.keys(LABEL_KEYS) as readonly Label[];

const isTag = (word: string): boolean => word === '' || isPrivateTag(word) || languageTag(word) !== undefined;
/** It is printed, so nothing but a tag may stand in it. */
const Tag = z.string().refine(isTag, { error: ({ input }) => `no language tag${languageHint(String(input))}` });
/** `EN`, `eng` and `zh-hans` are languages that the model knows as `en` and `zh-Hans`. */
const canonical = (tag: string): string => languageTag(tag) ?? tag.toLowerCase();

const row = z.object({
  text: z.string(),
  lang: Tag.transform(canonical).default('und'),
  labels: z.partialRecord(z.enum(LABELS), z.union([z.literal(0), z.literal(1)], { error: 'a label is 0 or 1' })),
  source: z.string().default(''),
  script: z.string().optional(),
});

export interface LabelledRow {
  readonly text: string;
  readonly language: string;
  readonly labels: Readonly<Partial<Record<Label, 0 | 1>>>;
  readonly source: string;
}

/** A line of more bytes is no note. */
const MOST_BYTES = 8_388_608;

export async function* readRows(file: string): AsyncGenerator<LabelledRow> {
  let number = 0;
  for await (const line of linesOf(readBytes(file), MOST_BYTES)) {
    number += 1;
    const text = textOf(line, number);
    if (text.trim() !== '') yield parseRow(text, number);
  }
}

const wrong = (number: number, why: string): InvalidInputError =>
  new InvalidInputError('input_row_invalid', `Row ${number}: ${why}`);

/** Editors of some systems write a mark of order before the first row. */
function textOf({ text, tooLong }: Line, number: number): string {
  if (text === null) {
    const why = tooLong ? `more than ${MOST_BYTES} bytes` : 'no valid UTF-8';
    throw wrong(number, why);
  }
  return number === 1 ? text.replace(/^\ufeff/, '') : text;
}

function parseRow(line: string, number: number): LabelledRow {
  const parsed = row.safeParse(jsonOf(line, number), { error: plainWords });
  if (!parsed.success) throw wrong(number, parsed.error.issues.map(sayIssue).join('; '));
  const { text, lang, labels, source, script } = parsed.data;
  return {
    text,
    language: script === 'Latn' && (lang === 'hi' || lang === 'ur') ? `${lang}-Latn` : lang || 'und',
    labels,
    source,
  };
}

function jsonOf(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw wrong(number, 'no JSON; a row is {"text": …, "lang": …, "labels": {…}}');
  }
}

function sayIssue(issue: z.core.$ZodIssue): string {
  const at = issue.path.join('.') || 'the row';
  if (issue.code === 'unrecognized_keys') {
    return `there is no label ${issue.keys.join(', ')}; there are ${LABELS.join(', ')}`;
  }
  return `${at}: ${issue.message}`;
}
