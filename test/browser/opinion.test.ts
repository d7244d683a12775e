/** A reviewer beside a language model: sees what it says and where, marked for what it is, and asks once more. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LlmServer, openLlmServer } from '../support/llm-server.js';
import { answerWith, DOUBT_WORD, doubtfulClassifier } from '../support/opinions.js';
import { axeFaults, type Browser, openBrowser } from './support/browser.js';
import { type Desk, openDesk, sit } from './support/desk.js';

let browser: Browser;
let desk: Desk;
let llm: LlmServer;

beforeAll(async () => {
  llm = await openLlmServer();
  const env = { LLM_BASE_URL: llm.baseUrl, LLM_MODEL: 'synthetic-1', LLM_ATTEMPTS: '1' };
  [browser, desk] = await Promise.all([openBrowser(), openDesk(env, 0, { classifier: doubtfulClassifier() })]);
  const rationale = '<img src=x onerror=alert(1)> aimed at a person';
  llm.reply = () => answerWith([{ category: 'violence.threat', severity: 3, clause: 'respect-2', rationale }]);
});
afterAll(async () => {
  await browser?.close();
  await desk?.close();
  await llm?.close();
});

it('is read as plain text with its place, and asked once more', async () => {
  await desk.submit([{ externalId: 'doubt', title: '', body: `Such a ${DOUBT_WORD} you are`, regions: ['us'] }]);
  const who = await desk.person('senior', { desks: ['general', 'senior', 'legal', 'child_safety'] });
  const { page, wrongs, close } = await sit(browser, desk, who);
  const { body } = await desk.ask<{ items: { id: string }[] }>(who, 'GET', '/v1/cases?status=open');
  const caseId = body.items[0]?.id ?? '';
  expect((await desk.ask(who, 'POST', `/v1/cases/${caseId}/claim`, {})).status).toBeLessThan(300);
  await page.goto(`${desk.url}/cases/${caseId}`);
  const card = page.locator('section', { has: page.getByRole('heading', { name: 'Second opinion' }) });
  await card.waitFor();
  const told = await card.textContent();
  expect(told).toContain('a guess that decides nothing');
  expect(told).toContain(DOUBT_WORD);
  expect(told).toContain('<img src=x onerror=alert(1)> aimed');
  expect(await card.locator('img').count()).toBe(0);
  expect(await axeFaults(page)).toEqual([]);
  llm.reply = () => answerWith([]);
  await card.getByRole('button', { name: 'Ask the language model' }).click();
  await card.getByText('It sees no harm.').waitFor({ timeout: 15_000 });
  expect(wrongs).toEqual([]);
  await close();
});
