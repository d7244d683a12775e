/** What goes wrong in a day's work: sessions end, colleagues take over, servers are updated, screens are small. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Browser, openBrowser, type Page } from './support/browser.js';
import { type Desk, fixtureNotes, openDesk, type Person, sit } from './support/desk.js';

const REASON = 'Reason, for colleagues and appeals';
const COMMENT = 'A comment for colleagues';
let browser: Browser;
let desk: Desk;
let senior: Person;

beforeAll(async () => {
  [browser, desk] = await Promise.all([openBrowser(), openDesk()]);
  await desk.submit(fixtureNotes(22));
  senior = await desk.person('senior');
});
afterAll(async () => {
  await browser?.close();
  await desk?.close();
});

interface Lease {
  readonly caseId: string;
  readonly epoch: number;
}
async function taken(who: Person): Promise<Lease> {
  const { lease } = (await desk.ask<{ lease: Lease | null }>(who, 'POST', '/v1/cases/next', {})).body;
  if (lease === null) throw new Error('the queue is empty');
  return lease;
}
/** Their sessions end by it. */
async function givePassword({ login }: Person, password: string): Promise<void> {
  const { hasher, store, clock } = desk.system.app;
  await store.access.setPassword(login, await hasher.hash(password), clock.now());
}
async function signIn(page: Page, login: string, password: string): Promise<void> {
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="password"]').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation').first().waitFor();
}
const widthOver = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

it('a session that ends in the middle of a sentence takes nothing away, and gives nothing to somebody else', async () => {
  const password = 'a long enough word';
  const [holder, other] = [await desk.person('senior'), await desk.person('senior')];
  const { caseId } = await taken(holder);
  for (const who of [holder, other]) await givePassword(who, password);
  const { page, close } = await sit(browser, desk, null);
  await page.goto(`${desk.url}/cases/${caseId}`);
  await signIn(page, holder.login, password);
  await page.getByLabel(REASON).fill('half a reason');
  await page.getByLabel(COMMENT).fill('half a comment');
  await page.context().clearCookies();
  await page.evaluate('document.activeElement.blur()');
  await page.keyboard.press('1');
  await page.keyboard.press('s');
  await page.getByText('what you had begun is still there').waitFor();
  await signIn(page, holder.login, password);
  await page.getByLabel(REASON).waitFor();
  expect(await page.getByLabel(REASON).inputValue()).toBe('half a reason');
  expect(await page.getByLabel(COMMENT).inputValue()).toBe('half a comment');
  await page.context().clearCookies();
  await page.keyboard.press('Escape');
  await page.getByLabel(COMMENT).fill('half a comment and more');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('what you had begun is still there').waitFor();
  await signIn(page, other.login, password);
  await page.getByLabel(COMMENT).waitFor();
  expect(await page.getByLabel(COMMENT).inputValue()).toBe('');
  await close();
});

it('a reload takes nothing away that was begun, a decision does, and so does somebody else who signs in', async () => {
  const password = 'a long enough word';
  const [holder, other] = [await desk.person('senior'), await desk.person('senior')];
  const [{ caseId }, second] = [await taken(holder), await taken(holder)];
  for (const who of [holder, other]) await givePassword(who, password);
  const { page, close } = await sit(browser, desk, null);
  await page.goto(`${desk.url}/cases/${caseId}`);
  await signIn(page, holder.login, password);
  await page.getByLabel(REASON).fill('half a reason');
  await page.locator('.actions button').first().click();
  await page.reload();
  await page.getByLabel(REASON).waitFor();
  expect(await page.getByLabel(REASON).inputValue()).toBe('half a reason');
  expect(await page.locator('.actions [aria-pressed="true"]').count()).toBe(1);
  await page.getByRole('button', { name: /^Decide$/ }).click();
  await page.getByText('Decided.').waitFor();
  expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain('half a reason');
  await page.goto(`${desk.url}/cases/${second.caseId}`);
  await page.getByLabel(REASON).fill('half a second reason');
  await page.context().clearCookies();
  await page.reload();
  await signIn(page, other.login, password);
  await page.locator('.case-head').waitFor();
  expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain('half a second reason');
  await close();
});

it('a step that only writes leads to the sign-in page too, and a wrong password there says so', async () => {
  const password = 'a long enough word';
  const who = await desk.person('senior');
  await givePassword(who, password);
  const { page, close } = await sit(browser, desk, null);
  await page.goto(`${desk.url}/cases`);
  await signIn(page, who.login, password);
  await page.locator('table.queue tbody tr').first().waitFor();
  await page.context().clearCookies();
  await page.keyboard.press('n');
  await page.getByText('what you had begun is still there').waitFor();
  await page.locator('input[name="login"]').fill(who.login);
  await page.locator('input[name="password"]').fill('another word altogether');
  await page.keyboard.press('Enter');
  await page.getByText('Login or password is wrong', { exact: true }).waitFor();
  await signIn(page, who.login, password);
  await close();
});

it('a decision whose answer is lost on the way is found again, and can be taken back as usual', async () => {
  const who = await desk.person('senior');
  const { page, wrongs, close } = await sit(browser, desk, who);
  let lost = 1;
  await page.route('**/decision', async (route) => {
    const response = await route.fetch();
    if (lost-- > 0) return await route.abort();
    await route.fulfill({ response });
  });
  const first = await taken(who);
  const shown = page.locator(`[data-case="${first.caseId}"] [data-testid="lease"]`);
  await page.goto(`${desk.url}/cases/${first.caseId}`);
  await shown.waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('s');
  await page.waitForURL((address) => !address.pathname.endsWith(first.caseId));
  await shown.waitFor({ state: 'detached' });
  await page.getByText('Decided.').waitFor();
  await page.keyboard.press('u');
  await shown.waitFor();

  // Nobody answers for longer: the page finds the decision by itself.
  lost = 2;
  await page.keyboard.press('1');
  await page.keyboard.press('s');
  await page.getByText(`closed: ${who.login} has decided`).waitFor();
  await page.getByText('Decided.').waitFor();
  await page.keyboard.press('u');
  await shown.waitFor();
  expect(wrongs).toEqual([]);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await close();
});

it('a decision that is sent again goes to its own case, whatever case is shown by then', async () => {
  const who = await desk.person('senior');
  const { page, close } = await sit(browser, desk, who);
  const [first, second] = [await taken(who), await taken(who)];
  const shown = ({ caseId }: Lease) => page.locator(`[data-case="${caseId}"] [data-testid="lease"]`).waitFor();
  const asked: string[] = [];
  await page.route('**/decision', async (route) => {
    asked.push(new URL(route.request().url()).pathname);
    await route.abort();
  });
  await page.goto(`${desk.url}/cases?holder=mine`);
  for (const one of [second, first]) {
    await page.locator(`table.queue a[href*="${one.caseId}"]`).click();
    await shown(one);
    if (one === second) await page.goBack();
  }
  await page.keyboard.press('1');
  await page.keyboard.press('s');
  await page.goBack();
  await page.locator(`table.queue a[href*="${second.caseId}"]`).click();
  await shown(second);
  await expect.poll(() => asked.length, { timeout: 5_000 }).toBe(2);
  expect(new Set(asked)).toEqual(new Set([`/v1/cases/${first.caseId}/decision`]));
  await close();
});

it('a case that is left for the next one is free for others, and its reader is not sent straight back', async () => {
  const who = await desk.person('senior');
  const first = await taken(who);
  const { page, close } = await sit(browser, desk, who);
  const isAt = (caseId: string) => (address: URL) => address.pathname.endsWith(caseId);
  await page.goto(`${desk.url}/cases/${first.caseId}`);
  await page.getByTestId('lease').waitFor();
  await page.keyboard.press('n');
  await page.waitForURL((address) => !isAt(first.caseId)(address));
  await page.getByTestId('lease').waitFor();
  const second = page.url();
  expect((await desk.ask(senior, 'POST', `/v1/cases/${first.caseId}/claim`)).status).toBe(200);
  await page.keyboard.press('n');
  await page.waitForURL((address) => address.href !== second);
  expect(isAt(first.caseId)(new URL(page.url()))).toBe(false);
  await close();
});

it('a case that somebody else holds by now says so by itself', async () => {
  const { caseId, epoch } = await taken(senior);
  const { page, close } = await sit(browser, desk, senior);
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByTestId('lease').waitFor();
  const colleague = await desk.person('senior');
  await desk.ask(senior, 'POST', `/v1/cases/${caseId}/release`, { epoch });
  await desk.ask(colleague, 'POST', `/v1/cases/${caseId}/claim`);
  await page.getByText(`Held by ${colleague.login}`).waitFor();
  await close();
});

const insult = (externalId: string, body: string, regions: readonly string[]) => ({
  externalId,
  title: 'To you',
  body,
  author: { id: `author-${externalId}` },
  regions,
});
async function caseOf(noteId: string | undefined): Promise<string> {
  const { items } = (await desk.ask<{ items: { id: string }[] }>(senior, 'GET', `/v1/cases?noteId=${noteId}`)).body;
  return items[0]?.id ?? '';
}

it('a note that its author changes under the hand that decides it says so by itself', async () => {
  const words = 'You are such an idiot and a loser, nobody likes you';
  const caseId = await caseOf((await desk.submit([insult('changed-1', words, ['us'])])).get('changed-1'));
  const { page, wrongs, close } = await sit(browser, desk, senior);
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.getByTestId('lease').waitFor();
  await desk.submit([insult('changed-1', `${words} at all`, ['us'])]);
  await page.getByText('The author has changed the note since.').waitFor();
  expect(await page.getByRole('button', { name: /Decide/ }).count()).toBe(0);
  expect(wrongs).toEqual([]);
  await close();
});

it('a note in two languages waits for a reader of the one that is chosen', async () => {
  const words = 'አንተ ደደብ ነህ ማንም አይወድህም ከዚህ ውጣ. You are such an idiot and a loser, nobody likes you';
  const reader = await desk.person('reviewer', { languages: ['am'] });
  const noteId = (await desk.submit([insult('mixed-1', words, ['us'])])).get('mixed-1');
  const caseId = await caseOf(noteId);
  const { page, wrongs, close } = await sit(browser, desk, senior);
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.getByTestId('lease').waitFor();
  await page.keyboard.press('t');
  await page.getByRole('dialog').getByLabel('Language').selectOption({ label: 'Amharic' });
  await page.getByRole('dialog').locator('[type="submit"]').click();
  await page.waitForURL(({ pathname }) => !pathname.endsWith(caseId));
  expect((await desk.ask(reader, 'POST', `/v1/cases/${caseId}/claim`)).status).toBe(200);
  expect(wrongs).toEqual([]);
  await close();
});

it('a language that nobody reads is said by its name, in the language of the interface and where it is seen', async () => {
  const words = 'Du bist so ein Idiot und ein Versager, niemand mag dich, verschwinde von hier';
  const caseId = await caseOf(
    (await desk.submit([{ ...insult('unread-1', words, ['us']), title: '' }])).get('unread-1'),
  );
  const { page, close } = await sit(browser, desk, senior, { language: 'es' });
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.locator('.case-head').waitFor();
  await page.keyboard.press('c');
  await page.getByTestId('lease').waitFor();
  await page.keyboard.press('t');
  const said = page.getByRole('alert').getByText('alemán');
  await said.waitFor();
  const box = await said.boundingBox();
  expect(box?.y).toBeGreaterThan(0);
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(900);
  expect(await page.getByRole('alert').getByText('Nobody').count()).toBe(0);
  await close();
});

it('a colleague is asked about the other language of a note, answers it and is told that this was all', async () => {
  const words = 'አንተ ደደብ ነህ ማንም አይወድህም ከዚህ ውጣ. You are such an idiot and a loser, nobody likes you';
  const [amharic, thai] = [
    await desk.person('reviewer', { languages: ['am'] }),
    await desk.person('reviewer', { languages: ['th'] }),
  ];
  const caseId = await caseOf((await desk.submit([insult('asked-1', words, ['us'])])).get('asked-1'));
  const { page, wrongs, close } = await sit(browser, desk, senior);
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.getByTestId('lease').waitFor();
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog');
  await dialog.locator('option').first().waitFor({ state: 'attached' });
  const names = await dialog.locator('option').allTextContents();
  expect(names.some((name) => name.startsWith(`${amharic.login} `))).toBe(true);
  expect(names).toContain(`${thai.login} · does not read this language`);
  expect(names.indexOf(`${thai.login} · does not read this language`)).toBeGreaterThan(
    names.findIndex((name) => name.startsWith(`${amharic.login} `)),
  );
  await dialog.getByLabel('Colleague').selectOption(amharic.id);
  await dialog.getByLabel('Question').fill('What does it say?');
  await dialog.locator('[type="submit"]').click();
  await page.getByText('No answer yet.').waitFor();
  await desk.ask(senior, 'POST', `/v1/cases/${caseId}/release`, { epoch: 1 });
  await close();
  const asked = await sit(browser, desk, amharic);
  await asked.page.goto(`${desk.url}/cases`);
  await asked.page.getByText('you are asked').waitFor();
  await asked.page.locator(`table.queue a[href*="${caseId}"]`).click();
  await asked.page.getByLabel('Your opinion').fill('The same as the English.');
  await asked.page.getByLabel('Your opinion').press('Tab');
  await asked.page.keyboard.press('Enter');
  await asked.page.getByText('your part in it is done').waitFor();
  expect([...wrongs, ...asked.wrongs]).toEqual([]);
  await asked.close();
});

it('a decision without a network says so at once and is not sent behind the back of the person', async () => {
  const { caseId } = await taken(senior);
  const { page, close } = await sit(browser, desk, senior);
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByTestId('lease').waitFor();
  await page.context().setOffline(true);
  await page.keyboard.press('1');
  await page.keyboard.press('s');
  await page.locator('.panel > [role="alert"]', { hasText: 'The server cannot be reached' }).waitFor();
  await page.context().setOffline(false);
  await page.waitForTimeout(500);
  expect(await page.getByText('Decided.').count()).toBe(0);
  await page.keyboard.press('s');
  await page.getByText('Decided.').waitFor();
  await close();
});

it('the last case of a view is gone from it once it is decided', async () => {
  const words = 'You are such an idiot and a loser, nobody likes you';
  await desk.submit([insult('last-1', words, ['is'])]);
  const { page, close } = await sit(browser, desk, senior);
  await page.goto(`${desk.url}/cases?region=is&category=harass.bully`);
  await page.getByRole('link', { name: 'To you' }).waitFor();
  await page.locator('table.queue tbody a').click();
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.getByTestId('lease').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('s');
  await page.getByText('No case fits.').waitFor({ timeout: 10_000 });
  expect(await page.locator('table.queue tbody tr').count()).toBe(0);
  await close();
});

it('whoever has decided their regions of a case is led back, not left before a claim that is gone', async () => {
  const words = 'You are such a fool and an idiot, nobody wants you here';
  const caseId = await caseOf((await desk.submit([insult('part-1', words, ['us', 'de'])])).get('part-1'));
  const { page, close } = await sit(browser, desk, await desk.person('reviewer', { regions: ['us'] }));
  await page.goto(`${desk.url}/cases/${caseId}?language=en`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.getByTestId('lease').waitFor();
  await page.keyboard.press('1');
  await page.getByRole('button', { name: 'Decide', exact: true }).click();
  await page.getByText('Decided.').waitFor();
  await page.waitForURL(({ pathname, search }) => pathname === '/cases' && search === '?language=en');
  await page.keyboard.press('u');
  await page.waitForURL(({ pathname, search }) => pathname.endsWith(caseId) && search === '?language=en');
  await page.getByTestId('lease').waitFor();
  await close();
});

it('an undo while the page of the case is still leaving shows the case under its new claim', async () => {
  const words = 'You are such a fool and an idiot, nobody wants you here';
  const caseId = await caseOf((await desk.submit([insult('part-3', words, ['us', 'de'])])).get('part-3'));
  const { page, close } = await sit(browser, desk, await desk.person('reviewer', { regions: ['us'] }));
  let isUndone = false;
  await page.route('**/assets/queue-*.js', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await route.continue();
  });
  // Still being read when the page of the case goes.
  await page.route(`**/v1/cases/${caseId}?*`, async (route) => {
    if (isUndone) await new Promise((resolve) => setTimeout(resolve, 1_000));
    await route.continue();
  });
  await page.goto(`${desk.url}/cases/${caseId}?language=en`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.getByTestId('lease').waitFor();
  await page.keyboard.press('1');
  await page.getByRole('button', { name: 'Decide', exact: true }).click();
  await page.waitForURL(({ pathname }) => pathname === '/cases');
  isUndone = true;
  await page.keyboard.press('u');
  await page.waitForURL(({ pathname }) => pathname.endsWith(caseId));
  await page.getByTestId('lease').waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await close();
});

it('whoever has decided their regions and lost the answer may take it back, and reloads without harm', async () => {
  const words = 'You are such a fool and an idiot, nobody wants you here';
  const caseId = await caseOf((await desk.submit([insult('part-2', words, ['us', 'de'])])).get('part-2'));
  const { page, wrongs, close } = await sit(browser, desk, await desk.person('reviewer', { regions: ['us'] }));
  await page.route('**/decision', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.getByTestId('lease').waitFor();
  await page.keyboard.press('1');
  await page.getByRole('button', { name: 'Decide', exact: true }).click();
  await page.getByText('Decided.').waitFor();
  await page.reload();
  await page.getByText('Decided.').waitFor();
  await page.keyboard.press('u');
  await page.getByTestId('lease').waitFor();
  expect(wrongs).toEqual([]);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await close();
});

it('a page whose files are gone after an update says so and leaves the others', async () => {
  const { page, close } = await sit(browser, desk, senior);
  await page.route('**/assets/settings-*.js', (route) => route.fulfill({ status: 404, body: '' }));
  await page.goto(`${desk.url}/cases`);
  await page.locator('table.queue tbody tr').first().waitFor();
  await page.locator('.account a').click();
  await page.getByText('This page broke').waitFor();
  await page.locator('.header nav a[href="/cases"]').click();
  await page.locator('table.queue tbody tr').first().waitFor();
  await close();
});

it('a value keeps its own direction in an Arabic sentence', async () => {
  const { caseId } = await taken(senior);
  const row = await desk.ask<{ case: { noteId: string } }>(senior, 'GET', `/v1/cases/${caseId}`);
  const { page, wrongs, close } = await sit(browser, desk, senior, { language: 'ar' });
  await page.goto(`${desk.url}/notes/${row.body.case.noteId}`);
  const made = await page.locator('.decision .small.quiet').last().textContent();
  expect(made).toMatch(/\u2068[0-9a-f]{12}\u2069/);
  expect(wrongs).toEqual([]);
  await close();
});

it('the way to decide is in sight on a small laptop before anything is scrolled', async () => {
  const { caseId } = await taken(senior);
  const { page, close } = await sit(browser, desk, senior);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(`${desk.url}/cases/${caseId}`);
  const box = await page.getByRole('button', { name: /Decide, then next/ }).boundingBox();
  expect((box?.y ?? 1_000) + (box?.height ?? 0)).toBeLessThanOrEqual(720);
  await close();
});

it.each(['en', 'de', 'es', 'zh-Hans', 'ar'])(
  'on a phone the navigation takes two lines at most: %s',
  async (language) => {
    const admin = await desk.person('admin');
    const { page, close } = await sit(browser, desk, admin, { language, width: 360 });
    for (const width of [360, 390]) {
      await page.setViewportSize({ width, height: 800 });
      // The page that is open stands in bold.
      for (const address of ['/cases', '/policy']) {
        await page.goto(`${desk.url}${address}`);
        await page.locator('header nav a[aria-current="page"]').waitFor();
        const tops = await page.evaluate<number[]>(
          `[...document.querySelectorAll('header nav a')].map((link) => link.offsetTop)`,
        );
        expect(tops).toHaveLength(7);
        expect(new Set(tops).size).toBeLessThanOrEqual(2);
      }
    }
    await close();
  },
);

it('on a phone the cases of the queue come before its filters, which one button opens', async () => {
  const { page, wrongs, close } = await sit(browser, desk, senior, { width: 390 });
  await page.goto(`${desk.url}/cases?reason=review&holder=none`);
  const button = page.getByRole('button', { name: 'Filters (2)' });
  await button.waitFor();
  const status = page.locator('search').getByLabel('Status');
  expect(await status.isVisible()).toBe(false);
  await button.click();
  expect(await status.isVisible()).toBe(true);
  expect(wrongs).toEqual([]);
  await close();
});

it('on a phone one step leads from the head of a case to the decision', async () => {
  const { caseId } = await taken(senior);
  const { page, close } = await sit(browser, desk, senior, { width: 390 });
  await page.goto(`${desk.url}/cases/${caseId}?language=en`);
  await page.getByRole('link', { name: 'To the decision' }).click();
  await expect
    .poll(async () => (await page.locator('#case-category').boundingBox())?.y, { timeout: 5_000 })
    .toBeLessThan(800);
  expect(new URL(page.url()).search).toBe('?language=en');
  await close();
});

it.each([
  // Phones: with every page, in pages.test.ts.
  ['a laptop at 200 %', 'en', 640],
  ['a laptop at 400 %', 'es', 320],
] as const)('no page is wider than %s: %s, %i px', async (_name, language, width) => {
  const admin = await desk.person('admin', { desks: ['general', 'senior', 'legal', 'child_safety'] });
  const { caseId } = await taken(admin);
  const { page, close } = await sit(browser, desk, admin, { language });
  await page.setViewportSize({ width, height: 800 });
  const wide: string[] = [];
  for (const address of ['/', '/cases', `/cases/${caseId}`, '/notes', '/search', '/audit', '/users', '/settings']) {
    await page.goto(`${desk.url}${address}`);
    await page.locator('main h1').waitFor();
    await page.waitForTimeout(500);
    const over = await widthOver(page);
    if (over > 0) wide.push(`${address} by ${over}`);
  }
  expect(wide).toEqual([]);
  await close();
});
