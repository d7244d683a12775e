/** The configured language model as a scorer: the prompt of second opinions, without clauses of a region. */
import path from 'node:path';
import { openIds, systemClock } from '../../adapters/clock-ids.js';
import { openMetrics } from '../../adapters/metrics.js';
import { readPromptFiles } from '../../adapters/prompt-files.js';
import { composeLlm } from '../../compose/llm.js';
import type { Config } from '../../config.js';
import { type Note, type OpinionFinding, SCORE_KEYS, type ScoreKey } from '../../domain.js';
import { codeOf, InvalidInputError } from '../../errors.js';
import { PROMPTS_DIR } from '../../paths.js';
import type { ChatAnswer, ChatModel } from '../../ports/llm.js';
import { ANSWER_SHAPE, readAnswer } from '../../stages/deliberate/answer.js';
import { partsToSend } from '../../stages/deliberate/parts.js';
import { buildPrompt, type PromptFiles } from '../../stages/deliberate/prompt.js';
import { normaliseText } from '../../stages/normalise/text.js';
import { isSyntheticModel, type Opinions, type TextOpinion } from './opinions.js';
import type { LabelledRow } from './rows.js';

const MOST_TOKENS = 800;
/** What the umbrella score stands for, by the first word of a category. */
const TOXIC_FAMILIES = ['hate', 'harass', 'violence', 'sexual', 'profanity', 'selfharm'];
const PLAN = {
  bundleHash: '',
  reasons: [],
  regions: [],
  redact: true,
  endpoints: null,
  budgets: [],
  clauses: [],
} as const;

export async function openConfiguredOpinions(config: Config): Promise<Opinions> {
  const ids = openIds(systemClock);
  const { opinion } = await composeLlm(config, { clock: systemClock, ids, metrics: openMetrics('eval') });
  if (opinion === null) {
    throw new InvalidInputError('config_invalid', '--with llm needs LLM_BASE_URL or LLM_API_KEY, or --replies FILE');
  }
  const files = readPromptFiles(path.join(PROMPTS_DIR, 'opinion'));
  return llmOpinions(opinion, files, () => ids.secret(12));
}

/** `newMark` gives what no text can guess. */
export const llmOpinions = (chat: ChatModel, files: PromptFiles, newMark: () => string): Opinions => ({
  name: chat.model,
  async ask(row) {
    const parts = partsToSend([{ part: 'body', text: normaliseText(row.text) }], true);
    const prompt = buildPrompt(files, { note: noteOf(row), evidence: {}, parts, plan: PLAN }, newMark());
    const ask = {
      system: prompt.system,
      user: [{ kind: 'text', text: prompt.user }],
      answer: ANSWER_SHAPE,
      maxTokens: MOST_TOKENS,
    } as const;
    const answer = await chat.complete(ask, new AbortController().signal).catch(noAnswer);
    if (answer === null) return null;
    const frame = { parts, pictures: [], clauses: new Set<string>(), model: answer.model, prompt: files.version };
    const read = readAnswer(answer.json, frame);
    return opinionOf(answer, 'opinion' in read ? read.opinion.findings : null);
  },
});

/** A refusal or a bad answer is one text without an opinion; an endpoint that is away ends the run. */
function noAnswer(error: unknown): null {
  if (['llm_refused', 'llm_bad_answer', 'llm_timeout'].includes(codeOf(error))) return null;
  throw error;
}

const noteOf = (row: LabelledRow): Note => ({
  kind: 'note',
  title: '',
  body: row.text,
  regions: [],
  context: {},
  images: [],
});

function opinionOf(answer: ChatAnswer, findings: readonly OpinionFinding[] | null): TextOpinion {
  const { model, promptTokens, completionTokens, costMicros, ms } = answer;
  const p = findings === null ? null : sharesOf(findings);
  return { p, model, promptTokens, completionTokens, costMicros, ms, synthetic: isSyntheticModel(model) };
}

function sharesOf(findings: readonly OpinionFinding[]): NonNullable<TextOpinion['p']> {
  const highest = (fits: (category: string) => boolean): number =>
    Math.max(0, ...findings.filter(({ category }) => fits(category)).map(({ confidence }) => confidence));
  const p = (key: ScoreKey): number =>
    key === 'toxicity'
      ? highest((category) => TOXIC_FAMILIES.includes(category.split('.')[0] ?? ''))
      : highest((category) => category === key);
  return Object.fromEntries(SCORE_KEYS.map((key) => [key, p(key)]));
}
