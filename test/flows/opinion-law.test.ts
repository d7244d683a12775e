/** The law of second opinions where things cross: edits, second questions, notes that are judged again, money that runs out. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openPool } from '../../src/adapters/postgres.js';
import type { Evidence } from '../../src/domain.js';
import { type LlmServer, openLlmServer, type SeenRequest } from '../support/llm-server.js';
import { answerWith, DOUBT_WORD, doubtfulClassifier, noteIn } from '../support/opinions.js';
import { type System, startSystem } from '../support/running.js';
import { until } from '../support/until.js';

let server: LlmServer;
let system: System;
let folder = '';
let serial = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'polywarden-law-'));
  server = await openLlmServer();
  const env = { LLM_BASE_URL: server.baseUrl, LLM_MODEL: 'small', LLM_ATTEMPTS: '1', DATA_DIR: folder };
  system = await startSystem({ env, overrides: { classifier: doubtfulClassifier() } });
  system.startWorker();
}, 120_000);
afterAll(async () => {
  await system.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  server.delayMs = 0;
  server.requests.length = 0;
  server.usage = { prompt_tokens: 100, completion_tokens: 20 };
});

const GRAVE = answerWith([{ category: 'violence.threat', severity: 3 }]);
const HARMLESS = answerWith([]);

async function submit(externalId: string, more = ''): Promise<string> {
  serial += 1;
  const note = { externalId, title: '', body: `Such a ${DOUBT_WORD}, number ${serial} ${more}`, regions: ['us'] };
  return ((await system.post('/v1/notes', note)).json() as { id: string }).id;
}
const settled = (id: string) =>
  until(async () => {
    const view = await system.view(id);
    return view.status === 'pending' ? null : view;
  }, 20_000);
const standing = async (id: string) => (await settled(id)).decisions.find(({ supersededBy }) => supersededBy === null);

async function sql(text: string, values: readonly unknown[]): Promise<void> {
  const pool = openPool(system.databaseUrl, { max: 1, statementMs: 5_000 });
  await pool.query(text, [...values]);
  await pool.end();
}

/** As the look-up of grown hash banks does. */
async function judgeAgain(revisionId: string): Promise<void> {
  await sql(`UPDATE evidence SET pending = true WHERE revision_id = $1`, [revisionId]);
  const again = `UPDATE revisions SET state = 'due', due_at = now(), nudged_at = NULL, run = run + 1 WHERE id = $1`;
  await sql(again, [revisionId]);
}

it('an answer about a text that was edited meanwhile goes nowhere, and is not used for the new one', async () => {
  server.delayMs = 700;
  server.reply = (request: SeenRequest) => (noteIn(request).includes('second') ? GRAVE : HARMLESS);
  const id = await submit('edited');
  await until(async () => (server.requests.length > 0 ? true : null));
  await submit('edited', 'second');
  const view = await settled(id);
  expect(view.decisions.map(({ revision, action }) => [revision, action])).toEqual([[2, 'hold']]);
  const first = view.revisions.find(({ revision }) => revision === 1);
  expect(await system.app.store.opinions.exchanges(first?.revisionId ?? '')).toEqual([]);
});

it('what a reader asks later does not free a held note, not even where it is judged again', async () => {
  server.reply = () => GRAVE;
  const id = await submit('again');
  expect((await standing(id))?.action).toBe('hold');
  const revisionId = (await system.view(id)).revisions[0]?.revisionId ?? '';
  server.reply = () => HARMLESS;
  const { opinions } = system.app.store;
  expect(await opinions.ask(revisionId, 'usr_1', Date.now())).toBe(true);
  await until(async () => ((await opinions.state(revisionId)).status === 'done' ? true : null));
  expect((await opinions.state(revisionId)).outcome).toMatchObject({ value: { opinions: [{ findings: [] }] } });
  await judgeAgain(revisionId);
  await until(async () => ((await system.view(id)).decisions.length > 1 ? true : null));
  const view = await settled(id);
  expect(view.decisions.map(({ action }) => action)).toEqual(['hold', 'hold']);
  const evidence = view.revisions[0]?.evidence as Evidence | undefined;
  expect(evidence?.deliberate).toMatchObject({
    value: { reasons: ['score_band'], opinions: [{ findings: [{ severity: 3 }] }] },
  });
});

it.each([
  ['tells of no tokens', null],
  ['tells of a number that cannot be', { prompt_tokens: 9_000_000_000_000_000, completion_tokens: 1 }],
])('an endpoint that %s neither answers for nothing nor ends the day', async (_name, usage) => {
  server.usage = usage;
  server.reply = () => HARMLESS;
  const spent = () => system.app.store.opinions.spent('us', new Date().toISOString().slice(0, 10));
  const before = await spent();
  expect((await standing(await submit(`usage-${serial}`)))?.action).toBe('allow');
  const after = await spent();
  expect(after.tokens - before.tokens).toBeGreaterThan(500);
  expect(after.tokens - before.tokens).toBeLessThan(20_000);
});

it('a budget that is used up lets nothing through, whatever the model would say', async () => {
  server.reply = () => HARMLESS;
  const day = new Date().toISOString().slice(0, 10);
  await sql(`UPDATE opinion_budget SET tokens = 2000000 WHERE day = $1::date`, [day]);
  try {
    const id = await submit('poor');
    expect(await standing(id)).toMatchObject({ action: 'review', gaps: [{ why: 'llm_over_budget' }] });
    expect(server.requests).toEqual([]);
  } finally {
    await sql(`UPDATE opinion_budget SET tokens = 0 WHERE day = $1::date`, [day]);
  }
});

it('a note that was held for an opinion stays held where it is judged again without a language model', async () => {
  server.reply = () => GRAVE;
  const id = await submit('off');
  expect((await standing(id))?.action).toBe('hold');
  const { sourceId, databaseUrl } = system;
  await system.close();
  system = await startSystem({
    databaseUrl,
    env: { DATA_DIR: folder },
    overrides: { classifier: doubtfulClassifier() },
  });
  const view = async () => await system.app.store.notes.get(sourceId, id);
  await judgeAgain((await view())?.revisions[0]?.revisionId ?? '');
  system.startWorker();
  const actions = await until(async () => {
    const decisions = (await view())?.decisions ?? [];
    return decisions.length > 1 ? decisions.map(({ action }) => action) : null;
  }, 20_000);
  expect(actions).toEqual(['hold', 'hold']);
}, 60_000);
