import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { llmOpinions, openConfiguredOpinions } from '../../../src/cli/eval/ask-llm.js';
import { readConfig } from '../../../src/config.js';
import { InvalidInputError, UnavailableError } from '../../../src/errors.js';
import type { ChatAnswer, ChatAsk, ChatModel } from '../../../src/ports/llm.js';
import { openLlmServer } from '../../support/llm-server.js';

const file = (name: string) => readFile(path.resolve('prompts/opinion', name), 'utf8');
const files = {
  version: 'test',
  system: await file('system.md'),
  user: await file('user.md'),
  repair: await file('repair.md'),
};
const TEXT = 'You are a fool. Call me at +49 30 1234567.';

function chatOf(json: unknown, fail?: Error): ChatModel & { readonly asks: ChatAsk[] } {
  const asks: ChatAsk[] = [];
  const cost = { promptTokens: 90, completionTokens: 12, costMicros: 7, ms: 5 };
  const answer: ChatAnswer = { text: JSON.stringify(json), json, model: 'm-2026', ...cost, finish: 'stop' };
  return {
    purpose: 'opinion',
    model: 'm',
    region: null,
    seesImages: false,
    asks,
    complete: async (ask) => {
      asks.push(ask);
      if (fail !== undefined) throw fail;
      return answer;
    },
  };
}
const finding = (quote: string) => ({
  category: 'harass.bully',
  severity: 2,
  confidence: 0.7,
  part: 'body',
  quote,
  clause: null,
  rationale: 'an insult',
});
const says = (...findings: readonly object[]) => ({ findings, doubts_removal: false, rationale: 'so' });
const row = { text: TEXT, language: 'en', labels: { toxic: 1 }, source: '' } as const;

test('asks with the prompt of second opinions, without personal figures, and reads what it says', async () => {
  const chat = chatOf(says(finding('You are a fool')));
  const opinion = await llmOpinions(chat, files, () => 'mark-1').ask(row);
  expect(opinion).toMatchObject({ model: 'm-2026', promptTokens: 90, costMicros: 7, synthetic: false });
  expect(opinion?.p).toMatchObject({ 'harass.bully': 0.7, toxicity: 0.7, 'authentic.spam': 0 });
  const [ask] = chat.asks;
  const said = ask?.user.map((part) => (part.kind === 'text' ? part.text : '')).join() ?? '';
  expect(said).toContain('===== mark-1 =====');
  expect(said).not.toContain('1234567');
});

test('words that do not stand in the text are of no use and cost all the same; a refusal is no answer; an endpoint that is away ends the run', async () => {
  const asked = (chat: ChatModel) => llmOpinions(chat, files, () => 'mark-1').ask(row);
  expect(await asked(chatOf(says(finding('never written'))))).toMatchObject({ p: null, costMicros: 7 });
  expect(await asked(chatOf('nonsense'))).toMatchObject({ p: null, promptTokens: 90 });
  expect(await asked(chatOf(null, new InvalidInputError('llm_refused', 'no')))).toBeNull();
  const away = chatOf(null, new UnavailableError('llm_unavailable', 'away'));
  await expect(asked(away)).rejects.toMatchObject({ code: 'llm_unavailable' });
});

test('by configuration alone: the official client against an endpoint on loopback; a stand-in is known by its name', async () => {
  await expect(openConfiguredOpinions(readConfig({}))).rejects.toMatchObject({ code: 'config_invalid' });
  const server = await openLlmServer();
  try {
    server.reply = () => JSON.stringify(says(finding('You are a fool')));
    const env = { LLM_BASE_URL: server.baseUrl, LLM_MODEL: 'synthetic-1', LLM_PRICE_PROMPT: '2', LLM_ATTEMPTS: '1' };
    const opinions = await openConfiguredOpinions(readConfig(env));
    expect(await opinions.ask(row)).toMatchObject({ p: { toxicity: 0.7 }, synthetic: true, costMicros: 200 });
    server.fault = 'refusal';
    expect(await opinions.ask(row)).toBeNull();
    server.fault = 'unauthorised';
    await expect(opinions.ask(row)).rejects.toMatchObject({ code: 'llm_rejected' });
  } finally {
    await server.close();
  }
});
