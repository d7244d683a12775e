/** Language models by purpose. Purposes with the same endpoint share its rate limit and its circuit breaker. */
import { type Guard, openGuard } from '../adapters/llm/guard.js';
import { localLine } from '../adapters/llm/line.js';
import { type RunScript, sharedLine } from '../adapters/llm/shared-line.js';
import { costMicrosOf } from '../adapters/llm/usage.js';
import type { Config } from '../config.js';
import { type ChatConfig, chatConfigOf } from '../config-llm.js';
import { codeOf } from '../errors.js';
import type { ChatAnswer, ChatModel, ChatPurpose, ContentScores } from '../ports/llm.js';
import type { Clock, Ids, Metrics } from '../ports.js';

export interface LlmPorts {
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'secret'>;
  readonly metrics: Metrics;
  /** Redis, where processes share the lines before endpoints; unset: each has its own. */
  readonly runScript?: RunScript | undefined;
}
/** Null: nothing is configured for the purpose. */
export interface Llm {
  readonly opinion: ChatModel | null;
  readonly translation: ChatModel | null;
  readonly moderation: ContentScores | null;
}

/** The client is loaded where an endpoint is configured, and takes no time elsewhere. */
const client = () => import('../adapters/llm-openai.js');

export async function composeLlm(config: Config, ports: LlmPorts): Promise<Llm> {
  const guards = new Map<string, Guard>();
  const guardOf = (baseUrl: string): Guard => {
    const known = guards.get(baseUrl);
    if (known !== undefined) return known;
    const options = guardOptionsOf(config);
    const { runScript, clock, ids } = ports;
    const line = runScript === undefined ? localLine(options) : sharedLine(runScript, baseUrl, options);
    const guard = openGuard(options, { clock, chance: chanceOf(ids), line });
    guards.set(baseUrl, guard);
    return guard;
  };
  const chat = async (purpose: ChatPurpose): Promise<ChatModel | null> => {
    const found = chatConfigOf(config, purpose);
    return found === null ? null : chatModelOf(config, purpose, found, { ...ports, guard: guardOf(found.baseUrl) });
  };
  const opinion = chatConfigOf(config, 'opinion');
  const asksModeration = config.MODERATION_ENDPOINT === 'on' && opinion !== null;
  return {
    opinion: await chat('opinion'),
    translation: await chat('translation'),
    moderation: asksModeration
      ? await moderationOf(config, opinion, { ...ports, guard: guardOf(opinion.baseUrl) })
      : null,
  };
}

const guardOptionsOf = (config: Config) => ({
  attempts: config.LLM_ATTEMPTS,
  retryBaseMs: config.LLM_RETRY_BASE_MS,
  retryMaxMs: config.LLM_RETRY_MAX_MS,
  requestsPerMinute: config.LLM_REQUESTS_PER_MINUTE,
  breakerFailures: config.LLM_BREAKER_FAILURES,
  breakerRestMs: config.LLM_BREAKER_REST_MS,
  // Time for the answer, and some for the road.
  trialMs: config.LLM_TIMEOUT_MS + 5_000,
});

const chanceOf = (ids: Pick<Ids, 'secret'>) => (): number =>
  Buffer.from(ids.secret(4), 'base64url').readUInt32BE() / 2 ** 32;

type Guarded = LlmPorts & { readonly guard: Guard };

async function chatModelOf(
  config: Config,
  purpose: ChatPurpose,
  found: ChatConfig,
  ports: Guarded,
): Promise<ChatModel> {
  const { openChat } = await client();
  const complete = openChat({
    ...found,
    timeoutMs: config.LLM_TIMEOUT_MS,
    stream: config.LLM_STREAM === 'on',
    answerFormat: config.LLM_ANSWER_FORMAT,
    tokensField: config.LLM_TOKENS_FIELD,
  });
  return {
    purpose,
    model: found.model,
    region: found.region,
    seesImages: purpose === 'opinion' && config.OPINION_IMAGES === 'on',
    costMicrosOf: (promptTokens, completionTokens) => costMicrosOf(found, { promptTokens, completionTokens }),
    async complete(ask, signal, again) {
      const attempt = () => metered(purpose, ports.metrics, () => complete(ask, signal));
      const answer = await ports.guard.run(attempt, signal, again);
      countTokens(purpose, answer, ports.metrics);
      return answer;
    },
  };
}

async function moderationOf(config: Config, found: ChatConfig, ports: Guarded): Promise<ContentScores> {
  const { openModerations } = await client();
  const score = openModerations({ ...found, model: config.MODERATION_MODEL, timeoutMs: config.LLM_TIMEOUT_MS });
  return {
    model: config.MODERATION_MODEL,
    region: found.region,
    score: (text, signal) =>
      ports.guard.run(() => metered('moderation', ports.metrics, () => score(text, signal)), signal),
  };
}

async function metered<T>(purpose: string, metrics: Metrics, ask: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const outcome = (why: string): void => {
    metrics.count('llm_requests_total', { purpose, outcome: why });
    metrics.observe('llm_seconds', (performance.now() - started) / 1_000, { purpose });
  };
  try {
    const answer = await ask();
    outcome('answered');
    return answer;
  } catch (error) {
    outcome(codeOf(error));
    throw error;
  }
}

function countTokens(purpose: ChatPurpose, answer: ChatAnswer, metrics: Metrics): void {
  metrics.count('llm_tokens_total', { purpose, kind: 'prompt' }, answer.promptTokens);
  metrics.count('llm_tokens_total', { purpose, kind: 'completion' }, answer.completionTokens);
  metrics.count('llm_cost_micros_total', { purpose }, answer.costMicros);
}
