/** Script that people wrote into every field that the dashboard shows: it is shown as text and never runs. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Browser, openBrowser, type Page } from './support/browser.js';
import { type Desk, openDesk, sit } from './support/desk.js';

const SCRIPT = `<img src=x onerror="globalThis.hit=1"><script>globalThis.hit=1</script><svg onload="globalThis.hit=1">`;
const LINK = 'javascript:globalThis.hit=1';
let browser: Browser;
let desk: Desk;

beforeAll(async () => {
  [browser, desk] = await Promise.all([openBrowser(), openDesk()]);
});
afterAll(async () => {
  await browser?.close();
  await desk?.close();
});

/** What reading a picture would have brought, put into the answer: pictures are not fetched in tests. */
function withPicture(answer: { parts: object[]; images: object[] }): object {
  const box = { left: 1, top: 1, width: 40, height: 10 };
  const text = { part: 'image:0', text: SCRIPT, languages: [], findings: [], contacts: [] };
  const image = {
    index: 0,
    url: `https://pictures.example/${encodeURIComponent(SCRIPT)}.png`,
    view: '/icon.svg',
    width: 100,
    height: 100,
    format: 'png',
    words: [{ box, confidence: 1, span: { start: 0, end: SCRIPT.length } }],
    codes: [{ kind: 'qr', text: LINK, box }],
    labels: { [SCRIPT]: 0.5 },
    findings: [
      { category: 'fraud.scam', severity: 3, source: 'image_hash', detector: SCRIPT, calibrated: 0.8, bits: 4 },
    ],
    outcomes: [{ reading: 'ocr', status: 'failed', why: SCRIPT }],
  };
  const readable = [{ view: 'skeleton', text: SCRIPT }];
  return { ...answer, parts: [...answer.parts, { ...text, readable }], images: [image] };
}

async function addPicture(page: Page): Promise<void> {
  await page.route('**/v1/cases/case_*', async (route) => {
    try {
      const response = await route.fetch();
      await route.fulfill({ response, json: withPicture(await response.json()) });
    } catch {
      // The page was left before the answer came.
      await route.abort().catch(() => undefined);
    }
  });
}

it('is shown as text on every page and never runs', async () => {
  const ids = await desk.submit([
    {
      externalId: 'hostile-1',
      title: SCRIPT,
      body: `${SCRIPT} ${LINK}`,
      author: { id: `a-${SCRIPT}` },
      regions: ['us'],
    },
  ]);
  const report = {
    externalId: 'hostile-1',
    reference: SCRIPT,
    reasons: SCRIPT,
    law: SCRIPT,
    goodFaith: true,
    urls: [`https://x.example/${encodeURIComponent(SCRIPT)}`],
    reporter: { kind: 'person', name: SCRIPT, email: 'reader@mail.example' },
  };
  const answer = await desk.system.post('/v1/reports', report);
  const { caseId } = answer.json() as { caseId: string };
  expect(answer.status).toBe(201);
  const who = await desk.person('admin', { desks: ['general', 'senior', 'legal', 'child_safety'] });
  expect((await desk.ask(who, 'POST', `/v1/cases/${caseId}/comments`, { text: SCRIPT })).status).toBe(201);
  expect(
    (await desk.ask(who, 'POST', '/v1/saved-filters', { name: SCRIPT.slice(0, 80), query: 'reason=report' })).status,
  ).toBe(201);
  const login = `${LINK}<script>globalThis.hit=1</script>`;
  expect((await desk.ask(who, 'POST', '/v1/users', { login, role: 'reviewer' })).status).toBe(201);

  const { page, wrongs, close } = await sit(browser, desk, who);
  await addPicture(page);
  const noteId = ids.get('hostile-1') ?? '';
  const wanted = encodeURIComponent('globalThis');
  const pages = [
    '/',
    '/cases',
    `/cases/${caseId}`,
    '/notes',
    `/notes/${noteId}`,
    `/search?by=text&wanted=${wanted}`,
    '/audit',
    '/users',
    '/settings',
  ];
  for (const address of pages) {
    await page.goto(`${desk.url}${address}`);
    await page.locator('h1').waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    expect(await page.evaluate('globalThis.hit'), address).toBeUndefined();
    expect(await page.locator('main script, main img[src="x"], main a[href^="javascript:"]').count(), address).toBe(0);
  }
  await page.goto(`${desk.url}/cases/${caseId}`);
  // Title, text, text of the picture, reasons of the report, comment: all to be read.
  await page.getByText('<img src=x onerror=').first().waitFor();
  expect(await page.getByText('<img src=x onerror=').count()).toBeGreaterThanOrEqual(5);
  expect(wrongs).toEqual([]);
  await close();
});

it('pictures are blurred until asked for, and the asking is recorded', async () => {
  await desk.submit([
    { externalId: 'picture-1', title: 'A cup', body: 'Of tea.', author: { id: 'p' }, regions: ['us'] },
  ]);
  const caseId = await desk.report('picture-1', 'Look at the picture.');
  const who = await desk.person('admin');
  const { page, close } = await sit(browser, desk, who);
  await addPicture(page);
  await page.goto(`${desk.url}/cases/${caseId}`);
  const frame = page.locator('.frame');
  await frame.waitFor();
  expect(await frame.getAttribute('data-blur')).toBe('true');
  expect(await frame.getAttribute('data-grey')).toBe('true');
  const told = page.waitForResponse((response) => response.url().endsWith('/unblurred'));
  await page.keyboard.down('b');
  expect((await told).status()).toBe(204);
  expect(await frame.getAttribute('data-blur')).toBe('false');
  await page.keyboard.up('b');
  await page.locator('.frame[data-blur="true"]').waitFor();
  // The same key on an Arabic keyboard writes two letters.
  await page.evaluate(`document.dispatchEvent(new KeyboardEvent('keydown', { key: 'لا', code: 'KeyB' }))`);
  await page.locator('.frame[data-blur="false"]').waitFor();
  await page.evaluate(`document.dispatchEvent(new KeyboardEvent('keyup', { key: 'لا', code: 'KeyB' }))`);
  await page.locator('.frame[data-blur="true"]').waitFor();
  const audit = await desk.ask<{ items: { verb: string }[] }>(who, 'GET', '/v1/audit?verb=case.unblurred');
  expect(audit.body.items).toHaveLength(1);
  await close();
});
