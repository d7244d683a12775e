import { expect, it } from 'vitest';
import { axeFaults, openBrowser } from './support/browser.js';
import { openDesk, sit } from './support/desk.js';

it('debug', async () => {
  const [browser, desk] = await Promise.all([openBrowser(), openDesk()]);
  const who = await desk.person('admin');
  const { page, wrongs, close } = await sit(browser, desk, who, { language: 'en', scheme: 'light' });
  page.on('pageerror', (e) => console.log('PAGEERROR', e.message, e.stack));
  page.on('console', (m) => console.log('CONSOLE', m.text().slice(0, 600)));
  for (const a of [
    '/policies',
    '/policies/de',
    '/policies/rules/violence.threat.certain',
    '/policies/playground?rule=violence.threat.certain&home=global',
  ]) {
    await page.goto(`${desk.url}${a}`);
    await page.waitForTimeout(3000);
    console.log(
      a,
      await page.locator('h1').count(),
      (await page.locator('body').innerText()).slice(0, 150).replaceAll('\n', ' | '),
    );
    await page.screenshot({ path: `/tmp/pl-${a.replaceAll(/\W/g, '_')}.png`, fullPage: true });
    for (const f of await axeFaults(page)) console.log('AXE', f);
  }
  console.log(wrongs);
  await close();
  await browser.close();
  await desk.close();
  expect(1).toBe(1);
}, 120_000);
