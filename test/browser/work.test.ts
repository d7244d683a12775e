/** People at work: by keyboard alone, against each other, against the clock. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { axeFaults, type Browser, openBrowser } from './support/browser.js';
import { type Desk, fixtureNotes, openDesk, sit } from './support/desk.js';

let browser: Browser;
let desk: Desk;
const NOTES = 30;

beforeAll(async () => {
  [browser, desk] = await Promise.all([openBrowser(), openDesk()]);
  await desk.submit(fixtureNotes(NOTES));
});
afterAll(async () => {
  await browser?.close();
  await desk?.close();
});

interface Row {
  readonly id: string;
  readonly noteId: string;
  readonly externalId: string;
}

it('a reviewer clears 20 cases by keyboard alone', async () => {
  const who = await desk.person('senior', { desks: ['general', 'senior', 'legal', 'child_safety'] });
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/cases`);
  await page.locator('table.queue tbody tr').first().waitFor();
  const began = Date.now();
  await page.keyboard.press('n');
  let last = '';
  for (let done = 0; done < 20; done += 1) {
    await page.waitForURL((address) => /\/cases\/.+/.test(address.pathname) && address.pathname !== last);
    last = new URL(page.url()).pathname;
    await page.locator(`[data-case="${last.split('/').at(-1)}"]`).waitFor();
    // Every other case is allowed, the rest gets the strongest action that its regions share.
    const keys = await page.locator('.actions kbd').allTextContents();
    await page.keyboard.press(done % 2 === 0 ? '1' : (keys.at(-1) ?? '1'));
    await page.keyboard.press('s');
    // What no rule of the region has a clause for, or has no category, is allowed instead.
    if ((await page.getByText('Ready to decide.').count()) === 0) {
      await page.keyboard.press('Escape');
      await page.evaluate('document.activeElement.blur()');
      await page.keyboard.press('1');
      await page.keyboard.press('s');
    }
  }
  await page.waitForURL((address) => address.pathname !== last);
  console.log(`keyboard: ${((Date.now() - began) / 20_000).toFixed(2)} s per case over 20 cases`);
  const decided = await desk.ask<{ items: Row[] }>(who, 'GET', '/v1/cases?status=closed&limit=200');
  expect(decided.body.items).toHaveLength(20);
  expect(wrongs).toEqual([]);
  await close();
});

const noteOf = (externalId: string) => ({
  externalId,
  title: 'Financial freedom is easy',
  body: 'Guaranteed returns of 300% in 24 hours, zero risk! Send 200 USDT to my wallet today and I will double your money.',
  author: { id: 'author-money' },
  regions: ['us'],
});

/** A note of its own with a report about it: a case that only one test knows. */
async function freshCase(at: Desk, externalId: string): Promise<string> {
  await at.submit([noteOf(externalId)]);
  return at.report(externalId, 'This promises money that nobody will see.');
}

it('two reviewers race for one case: one has it, the other is told who', async () => {
  const caseId = await freshCase(desk, 'race-1');
  const [first, second] = [await desk.person(), await desk.person()];
  const seats = await Promise.all([sit(browser, desk, first), sit(browser, desk, second)]);
  await Promise.all(seats.map(({ page }) => page.goto(`${desk.url}/cases/${caseId}`)));
  const buttons = seats.map(({ page }) => page.getByRole('button', { name: /Take this case/ }));
  await Promise.all(buttons.map((button) => button.waitFor()));
  await Promise.all(buttons.map((button) => button.click()));
  const winners = await Promise.all(
    seats.map(({ page }) =>
      Promise.race([
        page
          .locator('[data-testid="lease"]')
          .waitFor()
          .then(() => true),
        page
          .locator('[data-testid="holder"]')
          .waitFor()
          .then(() => false),
      ]),
    ),
  );
  expect(winners.toSorted()).toEqual([false, true]);
  const [winner, loser] = winners[0] === true ? [first, seats[1]] : [second, seats[0]];
  expect(await loser?.page.locator('[data-testid="holder"]').textContent()).toContain(winner.login);
  expect(await loser?.page.getByRole('button', { name: /Decide/ }).count()).toBe(0);
  for (const seat of seats) await seat.close();
});

it('whoever has the case open in another window reads who has decided it', async () => {
  const caseId = await freshCase(desk, 'window-1');
  const who = await desk.person();
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.locator('[data-testid="lease"]').waitFor();
  const other = await page.context().newPage();
  await other.goto(`${desk.url}/cases/${caseId}`);
  await other.locator('[data-testid="lease"]').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('s');
  await page.getByText('Decided.').waitFor();
  await other.getByText(`closed: ${who.login} has decided`).waitFor();
  expect(await other.getByRole('button', { name: /Decide/ }).count()).toBe(0);
  expect(wrongs).toEqual([]);
  await close();
});

it('an appeal overturns what the policy decided', async () => {
  const body = 'الأسعار على الواتساب فقط، تواصلوا معي واتساب +971 50 000 0000 والدفع تحويل.';
  const note = { ...noteOf('appeal-2'), title: 'حقائب يدوية', body, regions: ['ae'] };
  const noteId = (await desk.submit([note])).get('appeal-2') ?? '';
  const before = await desk.system.view(noteId);
  expect(before.decisions.some(({ action }) => action !== 'allow')).toBe(true);
  const caseId = await desk.appeal('appeal-2', 'This was a joke among friends.');
  const { page, wrongs, close } = await sit(browser, desk, await desk.person());
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByText('This was a joke among friends.').waitFor();
  await page.keyboard.press('c');
  await page.locator('[data-testid="lease"]').waitFor();
  await page.keyboard.press('o');
  await page.keyboard.press('s');
  await page.getByText('Decided.').waitFor();
  const after = await desk.system.view(noteId);
  const standing = after.decisions.filter(({ supersededBy }) => supersededBy === null);
  expect(standing.map(({ action, by }) => [action, by.kind])).toContainEqual(['allow', 'person']);
  expect(wrongs).toEqual([]);
  await close();
});

it('an appeal changes the ground: the action stays without being chosen again, by keyboard', async () => {
  const body = 'الأسعار على الواتساب فقط، تواصلوا معي واتساب +971 50 000 0000 والدفع تحويل.';
  const note = { ...noteOf('appeal-ground-1'), title: 'حقائب يدوية', body, regions: ['ae', 'us'] };
  const noteId = (await desk.submit([note])).get('appeal-ground-1') ?? '';
  const standing = async () =>
    (await desk.system.view(noteId)).decisions
      .filter(({ supersededBy }) => supersededBy === null)
      .map(({ action, category }) => [action, category]);
  const [[action] = []] = await standing();
  const caseId = await desk.appeal('appeal-ground-1', 'Nobody is led anywhere.');
  const { page, wrongs, close } = await sit(browser, desk, await desk.person());
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.locator('[data-testid="lease"]').waitFor();
  await page.keyboard.press('p');
  expect(await page.locator('#case-category').count()).toBe(0);
  await page.keyboard.press('g');
  expect(await page.getByLabel('Action in AE').count()).toBe(0);
  await page.locator('#case-category').fill('authentic.spam');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  for (const clause of await page.getByLabel(/^Clause in/).all()) {
    if ((await clause.inputValue()) === '') await clause.selectOption({ index: 1 });
  }
  await page.getByText('Ready to decide.').waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByText('Decided.').waitFor();
  const after = await standing();
  expect(after.length).toBeGreaterThan(0);
  expect(after.every(([kept, category]) => kept === action && category === 'authentic.spam')).toBe(true);
  expect(wrongs).toEqual([]);
  await close();
});

it('a decision is undone: the case is open again and mine', async () => {
  const caseId = await freshCase(desk, 'undo-1');
  const who = await desk.person();
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/cases/${caseId}?language=qqq`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.locator('[data-testid="lease"]').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('s');
  await page.getByText('Decided.').waitFor();
  expect((await desk.ask<{ case: { status: string } }>(who, 'GET', `/v1/cases/${caseId}`)).body.case.status).toBe(
    'closed',
  );
  await page.keyboard.press('u');
  await page.waitForURL((address) => address.pathname.endsWith(caseId));
  await page.locator('[data-testid="lease"]').waitFor();
  const answer = await desk.ask<{
    case: { status: string };
    lease: object | null;
    decisions: { undoneAt: string | null }[];
  }>(who, 'GET', `/v1/cases/${caseId}`);
  expect(answer.body.case.status).toBe('open');
  expect(answer.body.lease).not.toBeNull();
  expect(answer.body.decisions.map(({ undoneAt }) => undoneAt === null)).toEqual([false]);
  expect(wrongs).toEqual([]);
  await close();
});

it('a key that is pressed twice takes one step: no case is left claimed behind, and nobody is left standing', async () => {
  const who = await desk.person();
  const { page, wrongs, close } = await sit(browser, desk, who);
  const mine = async () =>
    (await desk.ask<{ items: Row[] }>(who, 'GET', '/v1/cases?holder=mine&limit=50')).body.items.map(({ id }) => id);
  // A slow line: every press falls while the first is still under way.
  await page.route('**/v1/cases/**', async (route) => {
    if (!route.request().url().includes('/events')) await new Promise((resolve) => setTimeout(resolve, 150));
    await route.continue();
  });
  const settled = async (key: string): Promise<void> => {
    const before = new URL(page.url()).pathname;
    for (let times = 0; times < 3; times += 1) {
      await page.keyboard.press(key);
      await page.waitForTimeout(40);
    }
    await page.waitForURL(({ pathname }) => /\/cases\/.+/.test(pathname) && pathname !== before);
    await page.locator(`[data-case="${new URL(page.url()).pathname.split('/').at(-1)}"]`).waitFor();
    await page.locator('[data-testid="lease"]').waitFor();
  };
  await page.goto(`${desk.url}/cases`);
  await page.locator('table.queue tbody tr').first().waitFor();
  for (const key of ['n', 'n', 'l', 'x', 'n']) {
    await settled(key);
    expect(await mine(), `after ${key}`).toEqual([new URL(page.url()).pathname.split('/').at(-1)]);
  }
  expect(wrongs).toEqual([]);
  await close();
});

it('a category is found by its name and by the id that policies give it', async () => {
  const caseId = await freshCase(desk, 'category-1');
  const { page, wrongs, close } = await sit(browser, desk, await desk.person());
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.locator('[data-testid="lease"]').waitFor();
  const category = page.locator('#case-category');
  for (const words of ['privacy.p', 'doxx']) {
    await category.fill(words);
    await page.getByRole('option', { name: /^Doxxing/ }).waitFor();
  }
  expect(wrongs).toEqual([]);
  await close();
});

it('a report says why there are few actions, and another category keeps the action that still fits', async () => {
  const caseId = await freshCase(desk, 'category-2');
  const { page, wrongs, close } = await sit(browser, desk, await desk.person());
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByRole('heading', { level: 1, name: /^Report category-2$/ }).waitFor();
  await page.keyboard.press('c');
  await page.locator('[data-testid="lease"]').waitFor();
  const pressed = () => page.locator('.actions [aria-pressed="true"]').allTextContents();
  const choose = async (name: string) => {
    await page.locator('#case-category').fill(name);
    await page.getByRole('option', { name: new RegExp(`^${name}`) }).click();
  };
  await page.getByText(/^Without a category only allow.* can be chosen/).waitFor();
  await page.keyboard.press('2');
  const [before] = await pressed();
  await page.keyboard.press('k');
  expect(await page.evaluate('document.activeElement.id')).toBe('case-category');
  await choose('Investment');
  expect(await pressed()).toEqual([before]);
  expect(await page.getByText(/^Without a category/).count()).toBe(0);
  await page
    .locator('.actions')
    .getByRole('button', { name: /^remove/ })
    .click();
  await choose('Phishing');
  expect((await pressed()).map((text) => text.slice(0, 6))).toEqual(['remove']);
  await choose('Swearing');
  expect(await pressed()).toEqual([]);
  expect(wrongs).toEqual([]);
  await close();
});

it('a campaign is decided in one step, what somebody else holds is named, and one undo takes all back', async () => {
  const ids = ['camp-1', 'camp-2', 'camp-3', 'camp-4'];
  const body = 'You are such an idiot and a loser, nobody likes you, go away from here for good';
  const notes = await desk.submit(ids.map((externalId) => ({ ...noteOf(externalId), title: 'To you', body })));
  const [who, other] = [await desk.person(), await desk.person()];
  const open = async () => {
    const found = await Promise.all(
      ids.map((id) => desk.ask<{ items: { id: string }[] }>(who, 'GET', `/v1/cases?noteId=${notes.get(id)}`)),
    );
    return found.map(({ body: { items } }) => items[0]?.id ?? null);
  };
  const [first, , , last] = await open();
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/cases/${first}`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.locator('[data-testid="lease"]').waitFor();
  await page.getByText('Decide others alike: 0 of 3').click();
  await page.getByLabel('All of them').check();
  await page.getByText('Decide others alike: 3 of 3').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  expect((await desk.ask(other, 'POST', `/v1/cases/${last}/claim`)).status).toBe(200);
  await page.locator('.actions').getByRole('button', { name: /^warn/ }).click();
  await page.getByText('Ready to decide, others alike: 3.').waitFor();
  await page.getByRole('button', { name: 'Decide', exact: true }).click();
  await page.getByText('Decided. Decided alike: 2').waitFor();
  await page.getByText('Not decided: camp-4').waitFor();
  expect((await open()).filter((id) => id !== null)).toEqual([last]);
  await page.reload();
  await page.getByText('Decided. Decided alike: 2').waitFor();
  await page.getByText('Not decided: camp-4').waitFor();
  await page.keyboard.press('u');
  await page.locator('[data-testid="lease"]').waitFor();
  await expect.poll(async () => (await open()).filter((id) => id !== null).length, { timeout: 10_000 }).toBe(4);
  expect(wrongs).toEqual([]);
  await close();
});

it('a campaign that is larger than one step says how much of it is listed', async () => {
  const body = 'You are such an idiot and a fool, nobody likes you, stay away from here';
  const ids = ['large-1', 'large-2'];
  const notes = await desk.submit(ids.map((externalId) => ({ ...noteOf(externalId), title: 'To you', body })));
  const who = await desk.person();
  const { items } = (
    await desk.ask<{ items: { id: string }[] }>(who, 'GET', `/v1/cases?noteId=${notes.get('large-1')}`)
  ).body;
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.route('**/alike', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), total: 180 } });
  });
  await page.goto(`${desk.url}/cases/${items[0]?.id}`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.getByText(/Decide others alike: 0 of \d+$/).click();
  await page.getByText(/^\d+ of 180 are listed/).waitFor();
  await page.getByLabel('All that are listed').check();
  await page.getByText(/Decide others alike: (\d+) of \1$/).waitFor();
  expect(wrongs).toEqual([]);
  await close();
});

it('an undo that is refused says so, and stays until it is read', async () => {
  const caseId = await freshCase(desk, 'undo-late-1');
  const { page, wrongs, close } = await sit(browser, desk, await desk.person());
  const windowMs = 2_000;
  await page.route('**/decision', async (route) => {
    const response = await route.fetch();
    const undoUntil = new Date(Date.now() + windowMs).toISOString();
    await route.fulfill({ response, json: { ...(await response.json()), undoUntil } });
  });
  await page.route('**/undo', async (route) => {
    await sleep(windowMs);
    const problem = { code: 'undo_too_late', detail: 'The decision can no longer be taken back.', retry: false };
    await route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  await page.goto(`${desk.url}/cases/${caseId}?language=qqq`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.locator('[data-testid="lease"]').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('s');
  await page.getByText('Decided.').waitFor();
  await page.keyboard.press('u');
  const toast = page.locator('.toast');
  await toast.getByText('The decision can no longer be taken back.').waitFor();
  await sleep(windowMs);
  expect(await toast.getByText('The decision can no longer be taken back.').count()).toBe(1);
  await toast.getByRole('button', { name: 'Close' }).click();
  await toast.waitFor({ state: 'detached' });
  expect(wrongs).toEqual([]);
  await close();
});

it('an undone decision leads back into the same view, and the case that came next is free again', async () => {
  const first = await freshCase(desk, 'undo-view-1');
  await freshCase(desk, 'undo-view-2');
  const who = await desk.person();
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/cases/${first}?reason=report`);
  await page.getByRole('button', { name: /Take this case/ }).click();
  await page.locator('[data-testid="lease"]').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('s');
  await page.waitForURL(({ pathname }) => pathname.startsWith('/cases/') && !pathname.endsWith(first));
  const next = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await page.locator(`[data-case="${next}"]`).waitFor();
  await page.keyboard.press('u');
  await page.waitForURL(({ pathname }) => pathname.endsWith(first));
  await page.locator('[data-testid="lease"]').waitFor();
  expect(new URL(page.url()).search).toBe('?reason=report');
  const other = await desk.person();
  expect(await desk.ask(other, 'POST', `/v1/cases/${next}/claim`)).toMatchObject({ status: 200 });
  expect(wrongs).toEqual([]);
  await close();
});

it('a page that missed changes reads its case anew', async () => {
  const caseId = await freshCase(desk, 'missed-1');
  const [who, other] = [await desk.person(), await desk.person()];
  const { page, close } = await sit(browser, desk, who);
  let reset = (): void => undefined;
  const told = new Promise<void>((resolve) => {
    reset = resolve;
  });
  // All that comes through is that something was missed.
  await page.route('**/v1/cases/events*', async (route) => {
    await told;
    await route.fulfill({ contentType: 'text/event-stream', body: 'event: reset\ndata: {}\n\n' });
  });
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByRole('button', { name: /Take this case/ }).waitFor();
  expect((await desk.ask(other, 'POST', `/v1/cases/${caseId}/claim`)).status).toBe(200);
  reset();
  await page.locator('[data-testid="holder"]').waitFor();
  await close();
});

it('a lease expires: the late decision is refused and said so', async () => {
  const hasty = await openDesk({ CASE_LEASE_SECONDS: '5' });
  try {
    const caseId = await freshCase(hasty, 'lease-1');
    const [late, other] = [await hasty.person(), await hasty.person()];
    const { page, close } = await sit(browser, hasty, late);
    await page.goto(`${hasty.url}/cases/${caseId}`);
    await page.getByRole('button', { name: /Take this case/ }).click();
    await page.locator('[data-testid="lease"]').waitFor();
    await sleep(7_000);
    // The open page keeps it, however short the lease.
    expect((await hasty.ask(other, 'POST', `/v1/cases/${caseId}/claim`)).status).toBe(409);
    await page.getByRole('button', { name: 'Give back' }).click();
    // Cut off from what changes, the page learns of it by the refusal alone.
    await page.route('**/v1/cases/events*', (route) => route.abort());
    await page.route('**/v1/cases/*/extend', (route) => route.abort());
    await page.goto(`${hasty.url}/cases/${caseId}`);
    await page.getByRole('button', { name: /Take this case/ }).click();
    await page.locator('[data-testid="lease"]').waitFor();
    const reading = `**/v1/cases/${caseId}?*`;
    await page.route(reading, (route) => route.abort());
    await page.getByText('Your claim has ended').waitFor();
    expect((await hasty.ask(other, 'POST', `/v1/cases/${caseId}/claim`)).status).toBe(200);
    await page.keyboard.press('1');
    await page.keyboard.press('s');
    await page.getByText('Your claim on this case has ended').waitFor();
    expect(await page.getByText('Decided.').count()).toBe(0);
    await page.unroute(reading);
    await page.locator('[data-testid="holder"]').waitFor();
    expect(await page.getByText('Your claim has ended').count()).toBe(1);
    await close();
  } finally {
    await hasty.close();
  }
});
