/** A text model that is unsure of one word, and answers of a language model about it. */
import type { Classifier } from '../../src/ports.js';
import type { Ledger } from '../../src/usecases/opinions/ask-opinion.js';
import { classifierFake } from './classifier.js';
import { type SeenRequest, saidBy } from './llm-server.js';

/** Made up; the text model scores it in the middle of the band in which opinions are asked for. */
export const DOUBT_WORD = 'wobblefen';

export function doubtfulClassifier(): Classifier {
  const fake = classifierFake();
  return {
    ...fake,
    async classify(texts, language, signal) {
      const read = await fake.classify(texts, language, signal);
      if (!texts.some(({ text }) => text.raw.includes(DOUBT_WORD))) return read;
      const half = { score: 0.45, p: 0.45, calibrated: 0.45 };
      return { ...read, scores: { ...read.scores, 'harass.bully': half, toxicity: half } };
    },
  };
}

export interface SaidFinding {
  readonly category?: string;
  readonly severity?: number;
  readonly confidence?: number;
  readonly part?: string;
  readonly quote?: string;
  readonly clause?: string | null;
  readonly rationale?: string;
}
export const answerWith = (
  findings: readonly SaidFinding[],
  change: { readonly doubts_removal?: boolean; readonly [extra: string]: unknown } = {},
): string =>
  JSON.stringify({
    findings: findings.map((finding) => ({
      category: 'harass.bully',
      severity: 2,
      confidence: 0.9,
      part: 'body',
      quote: DOUBT_WORD,
      clause: null,
      rationale: 'The word is aimed at a person.',
      ...finding,
    })),
    doubts_removal: false,
    rationale: 'A short note.',
    ...change,
  });

/** What stands between the two lines with the mark: the note as the model sees it. */
export function noteIn(request: SeenRequest): string {
  const text = saidBy(request, 'user');
  const [, mark] = /line with the mark (\S+) to/.exec(text) ?? [];
  if (mark === undefined) throw new Error('the prompt names no mark');
  const blocks = text.split(`===== ${mark} =====\n`);
  return blocks[blocks.length - 2] ?? '';
}

/** For questions whose answers are not kept. */
export const NO_LEDGER: Ledger = {
  cached: async () => null,
  reserve: async () => async () => undefined,
  record: async () => undefined,
};
