/** Rows of labelled text: `{id, text, lang, labels, source}`; a label that is absent is unknown, not a no. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import type { ScoreKey } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';

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

const row = z.object({
  text: z.string(),
  lang: z.string().default('und'),
  labels: z.partialRecord(z.enum(LABELS), z.union([z.literal(0), z.literal(1)])),
  source: z.string().default(''),
  script: z.string().optional(),
});

export interface LabelledRow {
  readonly text: string;
  readonly language: string;
  readonly labels: Readonly<Partial<Record<Label, 0 | 1>>>;
  readonly source: string;
}

export async function* readRows(file: string): AsyncGenerator<LabelledRow> {
  const bytes = createReadStream(file);
  const unpacked = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  // A pipe does not hand on errors: without this a missing file would wait for ever.
  bytes.once('error', (error) => unpacked.destroy(error));
  let number = 0;
  try {
    for await (const line of createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (line.trim() !== '') yield parseRow(line, number);
    }
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new InvalidInputError('file_unreadable', `${file} cannot be read`, [], { cause: error });
  }
}

function parseRow(line: string, number: number): LabelledRow {
  try {
    const { text, lang, labels, source, script } = row.parse(JSON.parse(line));
    return {
      text,
      language: script === 'Latn' && (lang === 'hi' || lang === 'ur') ? `${lang}-Latn` : lang,
      labels,
      source,
    };
  } catch (error) {
    throw new InvalidInputError('input_row_invalid', `Row ${number} is not {text, lang, labels}`, [], { cause: error });
  }
}
