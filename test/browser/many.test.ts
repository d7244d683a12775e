/** A queue of 10,000 open cases. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/adapters/postgres.js';
import { type Browser, openBrowser } from './support/browser.js';
import { type Desk, fixtureNotes, openDesk, sit } from './support/desk.js';

const OPEN = 10_000;
const OPENED = 40;
let browser: Browser;
let desk: Desk;

beforeAll(async () => {
  [browser, desk] = await Promise.all([openBrowser(), openDesk()]);
  await desk.submit(fixtureNotes(20));
  await multiply(desk.system.databaseUrl);
});
afterAll(async () => {
  await browser?.close();
  await desk?.close();
});

/** Copies of real cases, each with a note, revision, evidence and decision of its own. */
async function multiply(databaseUrl: string): Promise<void> {
  const connection = await connect(databaseUrl);
  const copy = (table: string, ids: readonly string[], more = '') => `
    INSERT INTO ${table}
    SELECT copied.*
    FROM ${table} t JOIN seed s ON s.note_id = t.${table === 'notes' ? 'id' : 'note_id'} CROSS JOIN generate_series(1, s.copies) n
    CROSS JOIN LATERAL jsonb_populate_record(NULL::${table}, to_jsonb(t) || jsonb_build_object(
      ${ids.map((id) => `'${id}', t.${id} || '-' || n`).join(', ')}${more})) copied`;
  try {
    // Copies need none of the checks that their originals have passed.
    await connection.query('SET session_replication_role = replica');
    await connection.query(`CREATE TEMP TABLE seed AS
      SELECT note_id, ceil(${OPEN}.0 / sum(count(*)) OVER ())::int AS copies FROM cases WHERE state = 'open' GROUP BY note_id`);
    await connection.query(copy('notes', ['id', 'revision_id', 'external_id', 'external_hash']));
    await connection.query(copy('revisions', ['id', 'note_id']));
    await connection.query(copy('evidence', ['revision_id', 'note_id']));
    await connection.query(copy('decisions', ['id', 'note_id', 'revision_id']));
    const later = `, 'rank_at', t.rank_at + n * interval '1 second', 'due_at', t.due_at + n * interval '1 minute'`;
    await connection.query(copy('cases', ['id', 'note_id', 'revision_id', 'decision_id'], later));
    await connection.query('ANALYZE');
  } finally {
    await connection.end();
  }
}

const p95 = (sorted: readonly number[]): number => sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;

it('stays smooth: the queue, its filters, and case after case', async () => {
  const who = await desk.person('senior', { desks: ['general', 'senior', 'legal', 'child_safety'] });
  const counts = await desk.ask<{ open: number }>(who, 'GET', '/v1/cases/counts');
  expect(counts.body.open).toBeGreaterThanOrEqual(OPEN);
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/cases`);
  const rows = page.locator('table.queue tbody tr');
  await rows.first().waitFor();
  expect(await rows.count()).toBe(50);
  const turns: number[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    const shown = await rows.first().locator('a').getAttribute('href');
    const began = performance.now();
    await page.getByRole('button', { name: 'Further' }).click();
    await rows.locator(`a[href="${shown}"]`).waitFor({ state: 'detached' });
    turns.push(performance.now() - began);
  }
  const times: number[] = [];
  let last = page.url();
  await page.keyboard.press('n');
  for (let opened = 0; opened < OPENED; opened += 1) {
    await page.waitForURL((address) => /\/cases\/.+/.test(address.pathname));
    last = page.url();
    await page.locator(`[data-case="${new URL(last).pathname.split('/').at(-1)}"]`).waitFor();
    await page.keyboard.press('1');
    const began = performance.now();
    await page.keyboard.press('s');
    await page.waitForURL((address) => address.href !== last);
    await page.locator(`[data-case="${new URL(page.url()).pathname.split('/').at(-1)}"]`).waitFor();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  turns.sort((a, b) => a - b);
  console.log(
    `${counts.body.open} open: deciding and opening the next case p50 ${Math.round(times[Math.floor(OPENED / 2)] ?? 0)} ms, p95 ${Math.round(p95(times))} ms; turning a page of the queue p95 ${Math.round(p95(turns))} ms`,
  );
  // A wide bound: it fails when something grows with the queue, not when the machine is busy.
  expect(p95(times)).toBeLessThan(3_000);
  expect(wrongs).toEqual([]);
  await close();
});
