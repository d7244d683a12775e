/** A reviewer who cannot read the note: asks for its translation and sees it beside the original, marked for what it is. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOT_WORD } from '../support/classifier.js';
import { type LlmServer, openLlmServer, saidBy } from '../support/llm-server.js';
import { axeFaults, type Browser, openBrowser } from './support/browser.js';
import { type Desk, openDesk, sit } from './support/desk.js';

let browser: Browser;
let desk: Desk;
let llm: LlmServer;

const BODY = `Eres un ${HOT_WORD} y todos lo saben en esta ciudad. Llámame al +34 600 123 456 cuando quieras hablar.`;

beforeAll(async () => {
  llm = await openLlmServer();
  const env = { LLM_BASE_URL: llm.baseUrl, LLM_MODEL: 'synthetic-1', LLM_ATTEMPTS: '1', TRANSLATION: 'openai' };
  [browser, desk] = await Promise.all([openBrowser(), openDesk(env)]);
  llm.reply = (request) => {
    const pieces = saidBy(request, 'user')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { readonly i: number; readonly text: string });
    return JSON.stringify({
      pieces: pieces.map(({ i, text }) => ({
        i,
        text: i === 0 ? '<img src=x onerror=alert(1)> You are odd, says everyone' : `In English: ${text.slice(0, 200)}`,
        confidence: i === 0 ? 0.2 : 0.9,
      })),
    });
  };
});
afterAll(async () => {
  await browser?.close();
  await desk?.close();
  await llm?.close();
});

it('asks once, reads both, and a fault of the endpoint takes nothing away', async () => {
  await desk.submit([{ externalId: 'foreign', title: '', body: BODY, regions: ['de'], languageHint: 'es' }]);
  const who = await desk.person('senior', { desks: ['general', 'senior', 'legal', 'child_safety'] });
  const { page, wrongs, close } = await sit(browser, desk, who);
  const { body } = await desk.ask<{ items: { id: string }[] }>(who, 'GET', '/v1/cases?status=open');
  await page.goto(`${desk.url}/cases/${body.items[0]?.id}`);
  const button = page.getByRole('button', { name: 'Translate into English' });
  llm.fault = 'error';
  await button.click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByText('todos lo saben').count()).toBeGreaterThan(0);
  llm.fault = null;
  await button.click();
  const beside = page.locator('.translation').first();
  await beside.waitFor();
  const told = await beside.textContent();
  expect(told).toContain('do not trust it alone');
  expect(told).toContain('<img src=x onerror=alert(1)> You are odd');
  expect(told).toContain('+34 600 123 456');
  expect(await beside.locator('img').count()).toBe(0);
  expect(await beside.locator('.segment.unsure').count()).toBe(1);
  expect(await button.count()).toBe(0);
  expect(await axeFaults(page)).toEqual([]);
  await page.reload();
  await beside.waitFor();
  // The browser itself tells of the answer that was a fault.
  expect(wrongs.filter((line) => !/503|502/u.test(line))).toEqual([]);
  await close();
});
