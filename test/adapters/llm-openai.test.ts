import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChat, openModerations } from '../../src/adapters/llm-openai.js';
import type { ChatAsk } from '../../src/ports/llm.js';
import { LlmBrokenError } from '../../src/ports/llm.js';
import { type LlmFault, type LlmServer, openLlmServer, picturesIn, saidBy } from '../support/llm-server.js';

let server: LlmServer;
beforeAll(async () => {
  server = await openLlmServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.fault = null;
  server.requests.length = 0;
  server.reply = () => '{"verdict":"calm"}';
  server.usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
});

const ASK: ChatAsk = {
  system: 'Judge the note.',
  user: [{ kind: 'text', text: 'A walk by the river' }],
  answer: { name: 'verdict', schema: { type: 'object', properties: {}, additionalProperties: false } },
  maxTokens: 50,
};
const signal = new AbortController().signal;
const chatOf = (change: Partial<Parameters<typeof openChat>[0]> = {}) =>
  openChat({
    baseUrl: server.baseUrl,
    apiKey: 'key-1',
    model: 'small',
    timeoutMs: 10_000,
    stream: false,
    answerFormat: 'json_schema',
    tokensField: 'max_tokens',
    pricePrompt: 2,
    priceCompletion: 10,
    ...change,
  });

describe.each([false, true])('openChat, stream %s', (stream) => {
  it('gives text, JSON, tokens and cost', async () => {
    expect(await chatOf({ stream })(ASK, signal)).toMatchObject({
      text: '{"verdict":"calm"}',
      json: { verdict: 'calm' },
      model: 'small-2026',
      promptTokens: 100,
      completionTokens: 20,
      costMicros: 400,
      finish: 'stop',
    });
  });

  it.each<[LlmFault, string]>([
    ['rate_limited', 'llm_rate_limited'],
    ['error', 'llm_unavailable'],
    ['hang', 'llm_timeout'],
    ['drip', 'llm_timeout'],
    ['drop', 'llm_unavailable'],
    ['cut', 'llm_unavailable'],
    ['garbage', 'llm_bad_answer'],
    ['empty', 'llm_bad_answer'],
    ['refusal', 'llm_refused'],
    ['huge', 'llm_bad_answer'],
    ['redirect', 'llm_unavailable'],
    ['unauthorised', 'llm_rejected'],
  ])('%s is %s', async (fault, code) => {
    server.fault = fault;
    const timeoutMs = code === 'llm_timeout' ? 200 : 10_000;
    await expect(chatOf({ stream, timeoutMs })(ASK, signal)).rejects.toMatchObject({ code });
  });

  it('that breaks off in the middle may have been charged for', async () => {
    server.fault = 'cut';
    await expect(chatOf({ stream })(ASK, signal)).rejects.toBeInstanceOf(LlmBrokenError);
  });

  it.each([
    null,
    {},
    'many',
    { prompt_tokens: 0, completion_tokens: 0 },
    { prompt_tokens: 9e15, completion_tokens: 1 },
  ])('usage %j is not believed: no answer is free, and none uses up the budget', async (usage) => {
    server.usage = usage;
    // Nineteen bytes of the note, fifteen of the system, eighteen of the answer.
    const answer = await chatOf({ stream })(ASK, signal);
    expect(answer).toMatchObject({ promptTokens: 17, completionTokens: 9, costMicros: 17 * 2 + 9 * 10 });
  });

  it('says that an answer was cut off, and that tools were called', async () => {
    server.fault = 'truncated';
    expect(await chatOf({ stream })(ASK, signal)).toMatchObject({ json: null, finish: 'length' });
    server.fault = 'tool_calls';
    expect(await chatOf({ stream })(ASK, signal)).toMatchObject({ text: '', json: null, finish: 'tool_calls' });
  });
});

describe('openChat', () => {
  it('sends what it was given and nothing of the process', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    await chatOf()({ ...ASK, user: [...ASK.user, { kind: 'image', mediaType: 'image/webp', bytes }] }, signal);
    const [request] = server.requests;
    if (request === undefined) throw new Error('nothing was sent');
    expect(request.authorization).toBe('Bearer key-1');
    expect(request.headers).not.toHaveProperty('openai-organization');
    expect(request.body).toMatchObject({ model: 'small', max_tokens: 50, response_format: { type: 'json_schema' } });
    expect(request.body).not.toHaveProperty('tools');
    expect(saidBy(request, 'user')).toContain('A walk by the river');
    expect(picturesIn(request)).toBe(1);
  });

  it('knows the two other ways to ask for JSON, and the other name of the limit', async () => {
    await chatOf({ answerFormat: 'json_object', tokensField: 'max_completion_tokens' })(ASK, signal);
    await chatOf({ answerFormat: 'none' })(ASK, signal);
    expect(server.requests[0]?.body).toMatchObject({
      max_completion_tokens: 50,
      response_format: { type: 'json_object' },
    });
    expect(server.requests[1]?.body).not.toHaveProperty('response_format');
  });

  it('reads JSON in a fence', async () => {
    server.reply = () => '```json\n{"verdict":"calm"}\n```';
    expect((await chatOf()(ASK, signal)).json).toEqual({ verdict: 'calm' });
  });

  it.each([
    ['7', 7_000],
    [null, null],
    ['soon', null],
  ])('Retry-After %s is %s ms', async (said, retryAfterMs) => {
    server.fault = 'rate_limited';
    server.retryAfter = said;
    await expect(chatOf()(ASK, signal)).rejects.toMatchObject({ retryAfterMs });
  });

  it('an abort from outside stays one', async () => {
    server.fault = 'hang';
    const stop = new AbortController();
    const asked = chatOf()(ASK, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
  });

  it('quotes nothing of the note or the endpoint in its errors', async () => {
    server.fault = 'error';
    const error: unknown = await chatOf()(ASK, signal).catch((caught: unknown) => caught);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/river|127\.0\.0\.1|key-1/);
  });
});

describe('openModerations', () => {
  const scoreOf = () => openModerations({ baseUrl: server.baseUrl, apiKey: null, model: 'scores', timeoutMs: 400 });

  it('gives scores by their own names, and leaves out what is none', async () => {
    server.moderation = () => ({ hate: 0.7, violence: 2, odd: Number.NaN });
    expect(await scoreOf()('a text', signal)).toEqual({ model: 'scores', scores: { hate: 0.7 } });
  });

  it('an answer without scores is none', async () => {
    server.fault = 'empty';
    await expect(scoreOf()('a text', signal)).rejects.toMatchObject({ code: 'llm_bad_answer' });
  });
});
