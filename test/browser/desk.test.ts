/** What people share at the desk: views that they keep, counts that move by themselves, hand-over, sign-in by an issuer. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/adapters/postgres.js';
import { openIssuer } from '../support/issuer.js';
import { type Browser, openBrowser } from './support/browser.js';
import { type Desk, fixtureNotes, openDesk, sit } from './support/desk.js';

let browser: Browser;
let desk: Desk;
beforeAll(async () => {
  [browser, desk] = await Promise.all([openBrowser(), openDesk()]);
  await desk.submit(fixtureNotes(8));
});
afterAll(async () => {
  await browser?.close();
  await desk?.close();
});

interface Row {
  readonly id: string;
  readonly title: string | null;
  readonly reason: string;
}
const ALL_DESKS = { desks: ['general', 'senior', 'legal', 'child_safety'] } as const;

it('keeps a view: filtered, named, opened again after a reload, dropped', async () => {
  const { page, wrongs, close } = await sit(browser, desk, await desk.person('senior', ALL_DESKS));
  await page.goto(`${desk.url}/cases`);
  await page.locator('table.queue tbody tr').first().waitFor();
  const all = await page.locator('table.queue tbody tr').count();
  await page.getByLabel('Reason', { exact: true }).first().click();
  await page.getByRole('option', { name: /^review/ }).click();
  await page.waitForURL((address) => address.searchParams.get('reason') === 'review');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save this view' }).click();
  await page.getByLabel('Name of the view').fill('Doubtful ones');
  await page.keyboard.press('Enter');
  const view = page.getByRole('navigation', { name: 'Saved views' }).getByRole('link', { name: 'Doubtful ones' });
  await view.waitFor();
  await page.goto(`${desk.url}/cases`);
  await view.click();
  await page.waitForURL((address) => address.searchParams.get('reason') === 'review');
  await expect.poll(() => page.locator('table.queue tbody tr').count()).toBeLessThan(all);
  const reasons = await page.locator('table.queue tbody th .small').allTextContents();
  expect(reasons.length).toBeGreaterThan(0);
  expect(reasons.every((text) => text.startsWith('Note to review'))).toBe(true);
  await page.getByRole('button', { name: 'Delete the view Doubtful ones' }).click();
  await view.waitFor({ state: 'detached' });
  expect(wrongs).toEqual([]);
  await close();
});

it('shows an auditor the policies without the steps that only authors may take', async () => {
  for (const [role, may] of [
    ['auditor', false],
    ['policy_author', true],
  ] as const) {
    const { page, wrongs, close } = await sit(browser, desk, await desk.person(role));
    await page.goto(`${desk.url}/policy`);
    await page.getByRole('heading', { name: 'Regions' }).waitFor();
    expect(await page.getByRole('link', { name: 'Playground' }).isVisible()).toBe(may);
    await page.goto(`${desk.url}/policy/us`);
    await page.locator('li.decision').first().waitFor();
    expect((await page.locator('li.decision').getByRole('button').count()) > 0).toBe(may);
    expect(await page.getByRole('button', { name: 'Run all tests of this file' }).isVisible()).toBe(may);
    expect(wrongs).toEqual([]);
    await close();
  }
});

it('keeps a page for the versions of the files, and calls no other list of the API a region', async () => {
  const { page, wrongs, close } = await sit(browser, desk, await desk.person('auditor'));
  await page.goto(`${desk.url}/policy`);
  await page.getByRole('link', { name: 'Versions of the files' }).click();
  await page.waitForURL('**/policy/bundles');
  await page.reload();
  await page.getByRole('heading', { name: 'Versions of the files', level: 1 }).waitFor();
  await page.locator('li.decision').first().waitFor();
  await page.goto(`${desk.url}/policy/words`);
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  expect(wrongs).toEqual([]);
  await close();
});

it('counts on the start page what the queue shows to the same person', async () => {
  for (const [languages, isEmpty] of [
    [['qqq'], true],
    [null, false],
  ] as const) {
    const { page, wrongs, close } = await sit(browser, desk, await desk.person('reviewer', { languages }));
    await page.goto(desk.url);
    const waiting = page.getByRole('region', { name: 'Waiting, within your rights' });
    const figure = waiting.locator('div', { has: page.getByRole('link', { name: 'Open cases' }) }).locator('dd');
    const open = Number(await figure.textContent());
    expect(open === 0).toBe(isEmpty);
    await waiting.getByRole('link', { name: 'Open cases' }).click();
    await page.locator('.counts').waitFor();
    expect(Number(await page.locator('.counts dd').first().textContent())).toBe(open);
    expect(wrongs).toEqual([]);
    await close();
  }
});

it('shows names for what a kept view filters by, also when no case has it, and the case in the name of the tab', async () => {
  const who = await desk.person('senior', ALL_DESKS);
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/cases?category=animal.harm&language=ka`);
  await page.getByText('No case fits.').waitFor();
  const chosen = page.locator('search .mantine-Pill-label');
  await chosen.first().waitFor();
  expect((await chosen.allTextContents()).toSorted()).toEqual(['Cruelty, illegal trade', 'Georgian']);
  const row = (await desk.ask<{ items: { id: string; externalId: string }[] }>(who, 'GET', '/v1/cases')).body.items[0];
  await page.goto(`${desk.url}/cases/${row?.id}`);
  await page.locator('[data-case]').waitFor();
  expect(await page.title()).toContain(row?.externalId);
  expect(wrongs).toEqual([]);
  await close();
});

it('ends a title that is too long for the queue with a sign that it goes on', async () => {
  const title = 'A title that goes on. '.repeat(10);
  const body = 'You are such an idiot and a loser, nobody likes you';
  const note = { externalId: 'long-title-1', title, body, author: { id: 'author-long-title' }, regions: ['us'] };
  const noteId = (await desk.submit([note])).get('long-title-1');
  const who = await desk.person('senior', ALL_DESKS);
  const { items } = (await desk.ask<{ items: Row[] }>(who, 'GET', `/v1/cases?noteId=${noteId}`)).body;
  expect(items[0]?.title).toHaveLength(120);
  expect(items[0]?.title).toMatch(/…$/);
});

it('moves its counts and holders by itself while others work', async () => {
  const who = await desk.person('senior', ALL_DESKS);
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/cases`);
  await page.locator('table.queue tbody tr').first().waitFor();
  const figure = (name: string) =>
    page
      .locator('.counts > div', { has: page.getByText(name, { exact: true }) })
      .locator('dd')
      .textContent();
  const free = Number(await figure('Free'));
  const other = await desk.person('senior', ALL_DESKS);
  const { lease } = (await desk.ask<{ lease: { caseId: string } | null }>(other, 'POST', '/v1/cases/next', {})).body;
  const began = Date.now();
  await page.locator(`table.queue a[href*="${lease?.caseId}"]`).waitFor();
  const row = page.locator('tr', { has: page.locator(`a[href*="${lease?.caseId}"]`) });
  await row.getByText(other.login).waitFor({ timeout: 15_000 });
  await expect.poll(() => figure('Free'), { timeout: 15_000 }).toBe(String(free - 1));
  console.log(`live: a claim of a colleague is seen after ${((Date.now() - began) / 1_000).toFixed(1)} s`);
  expect(wrongs).toEqual([]);
  await close();
});

it('hands a case over by keyboard: one colleague has it to themselves', async () => {
  await desk.submit([
    {
      externalId: 'hand-over-1',
      title: 'Financial freedom is easy',
      body: 'Guaranteed returns of 300% in 24 hours, zero risk! Send 200 USDT to my wallet and I will double your money.',
      regions: ['us'],
    },
  ]);
  const caseId = await desk.report('hand-over-1', 'This promises money that nobody will see.');
  const [first, second, third] = [await desk.person(), await desk.person(), await desk.person()];
  const abroad = await desk.person('reviewer', { regions: ['jp'] });
  const { page, wrongs, close } = await sit(browser, desk, first);
  await page.goto(`${desk.url}/cases/${caseId}?language=qqq`);
  await page.getByRole('button', { name: /Take this case/ }).waitFor();
  await page.keyboard.press('c');
  await page.locator('[data-testid="lease"]').waitFor();
  await page.keyboard.press('h');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.locator('option').first().waitFor({ state: 'attached' });
  const names = await dialog.locator('option').allTextContents();
  expect(names.some((name) => name.startsWith(`${first.login} `))).toBe(false);
  expect(await dialog.locator('option[disabled]').allTextContents()).toContain(
    `${abroad.login} · none of these regions`,
  );
  await dialog.getByLabel('Colleague').selectOption(second.id);
  await dialog.getByRole('button', { name: 'Send' }).click();
  // The view of the address holds no other case.
  await page.waitForURL((address) => address.pathname === '/cases');
  expect((await desk.ask(third, 'POST', `/v1/cases/${caseId}/claim`)).status).toBe(403);
  const theirs = (await desk.ask<{ items: Row[] }>(second, 'GET', '/v1/cases?holder=mine')).body.items;
  expect(theirs.map(({ id }) => id)).toContain(caseId);
  expect((await desk.ask(second, 'POST', `/v1/cases/${caseId}/claim`)).status).toBe(200);
  expect(wrongs).toEqual([]);
  await close();
});

it('heads the words of an authority as an order, and those of a reader beside them as a report', async () => {
  await desk.submit([
    { externalId: 'ordered-1', title: 'Earrings', body: 'Handmade earrings from the market', regions: ['us'] },
  ]);
  const words = 'This is to be withheld under the market act.';
  await desk.report('ordered-1', 'I do not like them.');
  const caseId = await desk.report('ordered-1', words, 'authority');
  const { page, wrongs, close } = await sit(browser, desk, await desk.person('senior', ALL_DESKS));
  await page.goto(`${desk.url}/cases/${caseId}`);
  const order = page.locator('.plea article').filter({ hasText: words });
  await order.getByRole('heading', { name: 'Order of an authority', exact: true }).waitFor();
  const others = page.locator('.plea article').filter({ hasNotText: words }).getByRole('heading');
  expect(await others.allTextContents()).toEqual(['Report']);
  expect(wrongs).toEqual([]);
  await close();
});

it('shows what the policy judges again while the case is open, and the claim stays', async () => {
  await desk.submit([
    {
      externalId: 'again-1',
      title: 'Financial freedom is easy',
      body: 'Guaranteed returns of 300% in 24 hours, zero risk! Send 200 USDT to my wallet and I will double your money.',
      regions: ['us'],
    },
  ]);
  const caseId = await desk.report('again-1', 'This promises money that nobody will see.');
  const { page, wrongs, close } = await sit(browser, desk, await desk.person());
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByRole('button', { name: /Take this case/ }).waitFor();
  await page.keyboard.press('c');
  await page.locator('[data-testid="lease"]').waitFor();
  const grade = page.locator('.case-head .severity');
  expect(await grade.textContent()).not.toContain('4');
  const connection = await connect(desk.system.databaseUrl);
  try {
    // What a second result does to the case that goes on.
    await connection.query(
      `UPDATE cases c SET severity = 4, changed_at = now(), decision_id = (SELECT d.id FROM decisions d
         WHERE d.note_id = c.note_id AND d.id IS DISTINCT FROM c.decision_id ORDER BY d.id LIMIT 1) WHERE c.id = $1`,
      [caseId],
    );
  } finally {
    await connection.end();
  }
  await expect.poll(() => grade.textContent(), { timeout: 15_000 }).toContain('4');
  expect(await page.locator('[data-testid="lease"]').count()).toBe(1);
  expect(wrongs).toEqual([]);
  await close();
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

it('signs in through an issuer, with the role that its groups give', async () => {
  const issuer = await openIssuer('polywarden');
  const port = await freePort();
  const own = await openDesk(
    {
      OIDC_ISSUER: issuer.url,
      OIDC_CLIENT_ID: 'polywarden',
      OIDC_NAME: 'Example Works',
      OIDC_ROLES: 'reviewer=pw-reviewers',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
    },
    port,
  );
  try {
    issuer.claims = { preferred_username: 'ada', groups: ['pw-reviewers'] };
    const { page, wrongs, close } = await sit(browser, own, null);
    await page.goto(own.url);
    await page.getByRole('link', { name: 'Sign in with Example Works' }).click();
    await page.getByRole('navigation').first().waitFor();
    expect(new URL(page.url()).origin).toBe(own.url);
    expect(await page.locator('.account').textContent()).toContain('ada');
    expect(await page.locator('a[href="/users"]').count()).toBe(0);

    await page.getByRole('button', { name: 'Sign out' }).click();
    issuer.claims = { preferred_username: 'eve', groups: ['somebody-else'] };
    await page.getByRole('link', { name: 'Sign in with Example Works' }).click();
    await page.getByRole('alert').waitFor();
    expect(wrongs).toEqual([]);
    await close();
  } finally {
    await own.close();
    await issuer.close();
  }
});
