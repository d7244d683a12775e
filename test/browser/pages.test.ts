/** Every page of the router with seeded data and its dialogs: axe, four languages, light and dark, pictures to look at. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PLACES } from '../../src/dashboard/places.js';
import { noDifference } from '../../src/policy/bundle-diff.js';
import { axeFaults, type Browser, openBrowser, type Page } from './support/browser.js';
import { type Desk, fixtureNotes, openDesk, type Person, sit } from './support/desk.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Git ignores it. */
const PICTURES = path.join(ROOT, 'screenshots');
let browser: Browser;
let desk: Desk;
let who: Person;
const params = new Map<string, string>();

beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true });
  // The case that is looked at in every language stays claimed.
  [browser, desk] = await Promise.all([openBrowser(), openDesk({ CASE_LEASE_SECONDS: '3600' })]);
  await desk.submit(fixtureNotes(36));
  await desk.person('reviewer', { languages: ['zh', 'es'] });
  who = await desk.person('admin', { desks: ['general', 'senior', 'legal', 'child_safety'] });
  await workALittle();
});
afterAll(async () => {
  await browser?.close();
  await desk?.close();
});

/** A disguised contact: marks, pinyin and a sentence for the author are all there to be looked at. */
const CLOAKED = {
  externalId: 'zh-cloaked',
  title: '手工耳环第二弹',
  body: '喜欢的姐妹加我 w e c h a t earring_demo88 领优惠，先到先得。',
  author: { id: 'author-earring', createdAt: '2026-01-02T00:00:00Z', region: 'cn' },
  regions: ['cn', 'us'],
};

interface Row {
  readonly id: string;
  readonly noteId: string;
  readonly externalId: string;
}
interface Found {
  readonly lease: { readonly caseId: string; readonly epoch: number } | null;
}

/** Decisions, a report, an appeal, a comment and a saved view, so that no page is empty. */
async function workALittle(): Promise<void> {
  for (let done = 0; done < 6; done += 1) {
    const { lease } = (await desk.ask<Found>(who, 'POST', '/v1/cases/next', {})).body;
    if (lease === null) throw new Error('the queue is empty');
    const detail = (await desk.ask<{ regions: { region: string }[] }>(who, 'GET', `/v1/cases/${lease.caseId}`)).body;
    const verdicts = [{ regions: detail.regions.map(({ region }) => region), action: 'allow' }];
    const order = { epoch: lease.epoch, verdicts, seconds: 20 + done };
    expect((await desk.ask(who, 'POST', `/v1/cases/${lease.caseId}/decision`, order)).status).toBe(200);
  }
  await desk.submit([CLOAKED]);
  await desk.ask(who, 'POST', '/v1/saved-filters', { name: 'Appeals', query: 'reason=appeal' });
  const rows = (await desk.ask<{ items: Row[] }>(who, 'GET', '/v1/cases?limit=200')).body.items;
  const row = rows.find(({ externalId }) => externalId === CLOAKED.externalId) ?? rows[0];
  if (row === undefined) throw new Error('no case is left');
  await desk.report(row.externalId, 'This looks like a trick to me.');
  await desk.ask(who, 'POST', `/v1/cases/${row.id}/comments`, { text: 'Seen before, see the campaign.' });
  expect((await desk.ask(who, 'POST', `/v1/cases/${row.id}/claim`)).status).toBe(200);
  params.set('caseId', row.id).set('noteId', row.noteId).set('region', 'de').set('ruleId', 'violence.threat.certain');
}

/** The addresses of the router, so that a new page is looked at as well. */
interface Address {
  readonly address: string;
  readonly name: string;
}
function addresses(): readonly Address[] {
  return PLACES.map(({ path: one }) => ({
    name: one === '/' ? 'overview' : one.slice(1).replaceAll(/:\w+/g, 'one').replaceAll('/', '-'),
    address: one.replace(/:(\w+)/g, (_all, name: string) => {
      const value = params.get(name);
      if (value === undefined) throw new Error(`the page ${one} needs an example of ${name} in this test`);
      return value;
    }),
  }));
}

async function settle(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await page.locator('main .mantine-Loader-root').waitFor({ state: 'detached' });
  await page.waitForTimeout(300);
}

const DIALOGS = [
  { name: 'palette', at: '/cases', keys: ['Control+k'] },
  { name: 'keys', at: 'case', keys: ['?'] },
  { name: 'escalate', at: 'case', keys: ['e'] },
  { name: 'ask', at: 'case', keys: ['a'] },
] as const;

async function look(language: string, scheme: 'light' | 'dark'): Promise<readonly string[]> {
  const { page, wrongs, close } = await sit(browser, desk, who, { language, scheme });
  const faults: string[] = [];
  const check = async (name: string, whole: boolean) => {
    faults.push(...(await axeFaults(page)).map((fault) => `${name} ${language} ${scheme}: ${fault}`));
    await page.screenshot({ path: path.join(PICTURES, `${name}-${language}-${scheme}.png`), fullPage: whole });
  };
  for (const { address, name } of addresses()) {
    await page.goto(`${desk.url}${address}`);
    await settle(page);
    expect(await page.getAttribute('html', 'dir')).toBe(language === 'ar' ? 'rtl' : 'ltr');
    if (address === `/cases/${params.get('caseId')}`) {
      await page.keyboard.press('2');
      await page.waitForTimeout(200);
    }
    await check(name, true);
  }
  for (const { name, at, keys } of DIALOGS) {
    await page.goto(`${desk.url}${at === 'case' ? `/cases/${params.get('caseId')}` : at}`);
    await settle(page);
    for (const key of keys) await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor();
    await check(name, false);
    // Nobody may be caught in it without a mouse.
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.goto(`${desk.url}/policy/playground?rule=violence.threat.certain&home=de`);
  await settle(page);
  await page.locator('main textarea').first().fill('I know where you live and I will hurt you.');
  await page.locator('main details.rule').first().waitFor();
  await settle(page);
  await check('policy-playground-tried', true);
  await page.goto(`${desk.url}/users`);
  await settle(page);
  await page.locator('main button').nth(1).click();
  await page.getByRole('dialog').waitFor();
  await check('user', false);
  await close();
  const visitor = await sit(browser, desk, null, { language, scheme });
  await visitor.page.goto(desk.url);
  await visitor.page.locator('h1').waitFor();
  faults.push(...(await axeFaults(visitor.page)).map((fault) => `sign-in ${language} ${scheme}: ${fault}`));
  await visitor.page.screenshot({ path: path.join(PICTURES, `sign-in-${language}-${scheme}.png`) });
  await visitor.close();
  // A missing text, a refused style or a thrown error would stand here.
  return [...faults, ...wrongs, ...visitor.wrongs];
}

/** Two at a time. Colours are the same in every language, and both directions are looked at in both schemes. */
it.each([
  {
    name: 'English',
    looks: [
      ['en', 'light'],
      ['en', 'dark'],
    ],
  },
  {
    name: 'Arabic',
    looks: [
      ['ar', 'light'],
      ['ar', 'dark'],
    ],
  },
  {
    name: 'Chinese and Spanish',
    looks: [
      ['zh-Hans', 'dark'],
      ['es', 'light'],
    ],
  },
  { name: 'German', looks: [['de', 'dark']] },
] as const)('axe finds nothing on any page: $name', async ({ name, looks }) => {
  const faults = (await Promise.all(looks.map(([language, scheme]) => look(language, scheme)))).flat();
  console.log(`axe ${name}: ${faults.length} violations`);
  expect(faults).toEqual([]);
});

const PHONE_PX = 390;
const LAPTOP_PX = 1024;
/** Boxes that would have to be moved sideways, the page among them; what is only there to be heard does not count. */
const beyondTheEdge = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`[document.documentElement, ...document.querySelectorAll('main *')]
    .filter((box) => box.checkVisibility() && box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1)
    .filter((box) => box === document.documentElement || /auto|scroll/.test(getComputedStyle(box).overflowX))
    .map((box) => box.tagName + '.' + box.className + ' ' + box.scrollWidth + ' in ' + box.clientWidth)`);

it.each([
  // The longest words, the other direction and English on every page; the queue in every language.
  ['es', PHONE_PX, /./],
  ['de', PHONE_PX, /./],
  ['ar', PHONE_PX, /./],
  ['en', PHONE_PX, /./],
  ['zh-Hans', PHONE_PX, /^cases/],
  ['de', LAPTOP_PX, /./],
] as const)('nothing lies beyond the edge of the screen: %s, %d px', async (language, width, looked) => {
  const { page, wrongs, close } = await sit(browser, desk, who, { language, width });
  const faults: string[] = [];
  for (const { address, name } of addresses().filter((one) => looked.test(one.name))) {
    await page.goto(`${desk.url}${address}`);
    await settle(page);
    faults.push(...(await beyondTheEdge(page)).map((fault) => `${name} ${language}: ${fault}`));
    await page.screenshot({ path: path.join(PICTURES, `${name}-${language}-${width}.png`), fullPage: true });
  }
  expect([...faults, ...wrongs]).toEqual([]);
  await page.goto(`${desk.url}/cases`);
  await settle(page);
  // A list that still has the keys and the words of the table, and that axe accepts.
  const rows = page.locator('.queue tbody tr');
  await rows.nth(5).waitFor();
  await page.keyboard.press('j');
  expect(await rows.nth(1).getAttribute('aria-current')).toBe('true');
  expect(await page.getByRole('columnheader').count()).toBeGreaterThan(5);
  expect(await axeFaults(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/cases\/./);
  await close();
});

it('the playground rounds what rules looked at, and says why a faulty rule was not judged', async () => {
  const { page, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/policy/playground?rule=violence.threat.certain&home=de`);
  await settle(page);
  await page.locator('main textarea').first().fill('I know where you live and I will hurt you.');
  const looked = () => page.locator('main details.rule table').first().textContent();
  await expect.poll(looked, { timeout: 10_000 }).toContain('max_score("violence.threat") = 0.');
  expect(await looked()).not.toMatch(/\d\.\d{5}/);
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('when: reches("violence.threat", "hold")');
  await page.getByText('not judged: the rule has errors').waitFor();
  await page.getByText('did you mean "reaches"?').first().waitFor();
  await close();
});

it('the first policies of an installation have none before them to go back to', async () => {
  const { page, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/policy`);
  await settle(page);
  await page.locator('main li.decision').first().waitFor();
  expect(await page.getByRole('button', { name: 'Go back to the version before' }).count()).toBe(0);
  await close();
});

it('two people who go back to the version before at once end at the same one', async () => {
  const { store, clock } = desk.system.app;
  const inForce = (await store.policy.inForce())?.bundleHash ?? '';
  const content = (await store.bundles.get(inForce)) ?? '';
  const fresh = { content, author: 'ana', diff: noDifference, needsApproval: false, replace: false };
  const newer = 'd'.repeat(64);
  await store.policy.propose({ ...fresh, hash: newer }, clock.now());
  expect(await store.policy.inForce()).toMatchObject({ bundleHash: newer });
  const seats = [await sit(browser, desk, who), await sit(browser, desk, who)];
  for (const { page } of seats) {
    await page.goto(`${desk.url}/policy`);
    await page.getByRole('button', { name: 'Go back to the version before' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('too many hits');
  }
  for (const { page, close } of seats) {
    await page.getByRole('dialog').locator('[type="submit"]').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await close();
  }
  expect(await store.policy.inForce()).toMatchObject({ bundleHash: inForce, pinned: true });
  await store.policy.activate(inForce, { pin: false, why: 'as before' }, { kind: 'system', id: 'test' }, clock.now());
});

it('whoever approves changed files sees settings and words among the changes', async () => {
  const { store, clock } = desk.system.app;
  const diff = {
    ...noDifference,
    files: [{ file: 'global.yaml', kind: 'changed' }],
    settings: ['de', 'us'].map((region) => ({ region, names: ['model_alone', 'unread'] })),
    terms: [{ id: 'de.threat.example', severity: 4 }],
  } as const;
  const hash = 'c'.repeat(64);
  await store.policy.propose(
    { hash, content: '[]', author: 'ana', diff, needsApproval: true, replace: false },
    clock.now(),
  );
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/policy`);
  await page.getByText('Changes: 1 files').click();
  await page.getByText('model_alone, unread changed (DE, US)').waitFor();
  // What is approved stands where it is approved.
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('dialog').getByText('Version cccccccccccc, by ana').waitFor();
  expect(await page.getByRole('dialog').getByText('model_alone, unread changed (DE, US)').isVisible()).toBe(true);
  await page.getByRole('dialog').getByText('de.threat.example severity 4').waitFor();
  expect(wrongs).toEqual([]);
  await close();
});

it('a person signs in with login and password, in Arabic', async () => {
  const { store, hasher, clock } = desk.system.app;
  const passwordHash = await hasher.hash('a long enough word');
  await store.access.createUser({ login: 'reader', passwordHash, role: 'reviewer' }, clock.now());
  const { page, wrongs, close } = await sit(browser, desk, null, { language: 'ar' });
  await page.goto(desk.url);
  await page.locator('input[name="login"]').fill('reader');
  await page.locator('input[name="password"]').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await page.locator('input[name="password"]').fill('a long enough word');
  await page.keyboard.press('Enter');
  await page.getByRole('navigation').first().waitFor();
  // Not for reviewers.
  expect(await page.locator('a[href="/users"], a[href="/audit"]').count()).toBe(0);
  expect(wrongs).toEqual([]);
  await close();
});
