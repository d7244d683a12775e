/** What a model answered -> an opinion, or the faults of the answer. A closed shape: anything else is no answer. */
import { z } from 'zod';
import { CATEGORIES, CATEGORY_IDS } from '../../categories.js';
import type { Opinion, OpinionFinding } from '../../domain.js';
import { repairText } from '../normalise/repair.js';
import { findQuote } from './find-quote.js';
import type { SentPart } from './parts.js';

const RawFinding = z.strictObject({
  category: z.enum(CATEGORY_IDS),
  severity: z.int().min(0).max(4),
  confidence: z.number().min(0).max(1),
  part: z.string().max(16),
  quote: z.string().max(500),
  clause: z.string().max(100).nullable(),
  rationale: z.string().max(800),
});
const RawAnswer = z.strictObject({
  findings: z.array(RawFinding).max(8),
  doubts_removal: z.boolean(),
  rationale: z.string().max(800),
});

export const ANSWER_SHAPE = {
  name: 'second_opinion',
  schema: z.toJSONSchema(RawAnswer, { target: 'draft-7' }) as Readonly<Record<string, unknown>>,
} as const;

export interface AnswerFrame {
  readonly parts: readonly SentPart[];
  /** Numbers of the pictures that were sent along. */
  readonly pictures: readonly number[];
  readonly clauses: ReadonlySet<string>;
  readonly model: string;
  readonly prompt: string;
}

export function readAnswer(
  json: unknown,
  frame: AnswerFrame,
): { readonly opinion: Opinion } | { readonly faults: readonly string[] } {
  const parsed = RawAnswer.safeParse(json);
  if (!parsed.success)
    return { faults: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`) };
  const faults: string[] = [];
  const findings = parsed.data.findings.flatMap((raw, index): readonly OpinionFinding[] => {
    const complain = (message: string): readonly OpinionFinding[] => {
      faults.push(`findings.${index}.${message}`);
      return [];
    };
    const place = placeOf(raw, frame);
    if (place === null) return complain('quote: these words do not stand in that part');
    if (raw.clause !== null && !frame.clauses.has(raw.clause)) return complain('clause: there is no such clause');
    // What the category cannot reach was not meant; a lower figure would lower nothing else.
    const severity = Math.min(raw.severity, CATEGORIES[raw.category].maxSeverity) as OpinionFinding['severity'];
    const { category, confidence, clause } = raw;
    return [{ category, severity, confidence, ...place, clause, rationale: storable(raw.rationale) }];
  });
  if (faults.length > 0) return { faults };
  const doubtsRemoval = parsed.data.doubts_removal;
  const rationale = storable(parsed.data.rationale);
  return { opinion: { model: frame.model, prompt: frame.prompt, findings, doubtsRemoval, rationale } };
}

/** A note may talk a model into signs that no database takes; without an end that would be asked again and again. */
const storable = (text: string): string => repairText(text).text;

type Place = Pick<OpinionFinding, 'part' | 'spans'>;

function placeOf({ part, quote }: z.infer<typeof RawFinding>, { parts, pictures }: AnswerFrame): Place | null {
  const name = part.replace(/^\[|\]$/g, '');
  if (quote === '') {
    const index = pictures.find((picture) => `image:${picture}` === name);
    return index === undefined ? null : { part: `image:${index}`, spans: [] };
  }
  // Models mix up the names of parts more often than words.
  const named = parts.filter((sent) => sent.part === name);
  for (const sent of [...named, ...parts]) {
    const span = findQuote(sent.text, quote);
    if (span !== null) return { part: sent.part, spans: [sent.toRaw(span)] };
  }
  return null;
}
