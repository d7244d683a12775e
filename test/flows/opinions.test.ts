/** Second opinions from intake to decision on real PostgreSQL and Redis, with a model server on loopback and all its faults. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPool } from '../../src/adapters/postgres.js';
import type { DeliberateEvidence, Evidence } from '../../src/domain.js';
import { type LlmFault, type LlmServer, openLlmServer, saidBy } from '../support/llm-server.js';
import { answerWith, DOUBT_WORD, doubtfulClassifier, noteIn } from '../support/opinions.js';
import { type System, startSystem } from '../support/running.js';
import { until } from '../support/until.js';

let server: LlmServer;
let system: System;
let folder = '';
let serial = 0;

const ENV = {
  LLM_API_KEY: 'key-1',
  LLM_MODEL: 'small',
  LLM_REGION: 'local',
  LLM_TIMEOUT_MS: '900',
  LLM_ATTEMPTS: '2',
  LLM_RETRY_BASE_MS: '5',
  LLM_RETRY_MAX_MS: '20',
  LLM_REQUESTS_PER_MINUTE: '100000',
  LLM_BREAKER_FAILURES: '1000',
  LLM_PRICE_PROMPT: '2',
  LLM_PRICE_COMPLETION: '10',
  MODERATION_ENDPOINT: 'on',
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'polywarden-opinions-'));
  server = await openLlmServer();
  const env = { ...ENV, LLM_BASE_URL: server.baseUrl, DATA_DIR: folder };
  system = await startSystem({ env, overrides: { classifier: doubtfulClassifier() } });
  system.startWorker();
}, 120_000);
afterAll(async () => {
  await system.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  server.fault = null;
  server.faultsLeft = Number.POSITIVE_INFINITY;
  server.retryAfter = null;
  server.requests.length = 0;
  server.moderation = () => ({ hate: 0.01 });
  server.reply = () => answerWith([]);
});

const submit = async (own: object = {}): Promise<string> => {
  serial += 1;
  const body = {
    externalId: `doubt-${serial}`,
    title: 'A tale',
    body: `Such a ${DOUBT_WORD}, number ${serial}`,
    regions: ['us'],
  };
  const answer = await system.post('/v1/notes', { ...body, ...own });
  expect(answer.status).toBe(202);
  return (answer.json() as { id: string }).id;
};
const final = (id: string) =>
  until(async () => {
    const view = await system.view(id);
    return view.status === 'pending' ? null : view;
  }, 100_000);
const last = async (id: string) => {
  const view = await final(id);
  const revision = view.revisions.at(-1);
  const decision = view.decisions.find(({ supersededBy }) => supersededBy === null);
  if (revision === undefined || decision === undefined) throw new Error('no decision');
  return { view, revision, decision, deliberate: (revision.evidence as Evidence).deliberate };
};
const chats = () => server.requests.filter(({ path: at }) => at.endsWith('/chat/completions'));

describe('a doubtful note', () => {
  it('waits for the opinion, which then speaks; nothing was allowed before', async () => {
    server.reply = () => answerWith([{ severity: 3, category: 'violence.threat' }]);
    const id = await submit();
    const { revision, decision, deliberate, view } = await last(id);
    expect(view.decisions.map(({ action }) => action)).not.toContain('allow');
    expect(decision).toMatchObject({ action: 'hold', category: 'violence.threat' });
    const value = (deliberate as { value: DeliberateEvidence }).value;
    expect(value).toMatchObject({ reasons: ['score_band'], moderation: 'read' });
    const [finding] = value.opinions[0]?.findings ?? [];
    const [span] = finding?.spans ?? [];
    expect(revision.note?.body.slice(span?.start, span?.end)).toBe(DOUBT_WORD);
    const [kept, scored] = await system.app.store.opinions.exchanges(revision.revisionId);
    expect(kept).toMatchObject({ outcome: 'answered', model: 'small', endpointRegion: 'local', costMicros: 400 });
    expect(scored).toMatchObject({ outcome: 'scored', model: 'omni-moderation-latest' });
  });

  it('that is found harmless is allowed, once', async () => {
    const { decision, view } = await last(await submit());
    expect(decision).toMatchObject({ action: 'allow', gaps: [] });
    expect(view.decisions).toHaveLength(1);
  });

  it('is not asked about when nobody doubts', async () => {
    const { deliberate } = await last(await submit({ body: 'Two herons by the lake' }));
    expect(deliberate).toEqual({ status: 'skipped', why: 'not_needed' });
    expect(server.requests).toEqual([]);
  });

  it('is sent without personal figures, as data behind a mark that is new every time', async () => {
    const body = `${DOUBT_WORD} write to ann@example.org or +49 30 1234 5678, card 4111 1111 1111 1111`;
    await last(await submit({ body }));
    await last(await submit({ body: `${body}!` }));
    const [one, two] = chats();
    if (one === undefined || two === undefined) throw new Error('nothing was sent');
    expect(noteIn(one)).toContain('write to [email] or [phone], card [card]');
    // Bodies alone: a port may hold the same digits.
    expect(JSON.stringify(server.requests.map(({ body: sent }) => sent))).not.toMatch(/ann@|1234 5678|4111/);
    const mark = (text: string) => /mark (\S+) to/.exec(text)?.[1];
    expect(mark(saidBy(one, 'user'))).not.toBe(mark(saidBy(two, 'user')));
  });

  it('that was asked about before is answered from the book', async () => {
    const same = { title: 'Again', body: `The same ${DOUBT_WORD}` };
    await last(await submit(same));
    const sent = chats().length;
    const { revision } = await last(await submit(same));
    expect(chats()).toHaveLength(sent);
    const kept = await system.app.store.opinions.exchanges(revision.revisionId);
    expect(kept[0]).toMatchObject({ outcome: 'cached', costMicros: 0 });
  });

  it('whose answer quotes what is not there gets one try to mend it', async () => {
    const replies = [
      answerWith([{ quote: 'words that nobody wrote' }]),
      answerWith([{ category: 'violence.threat', severity: 3 }]),
    ];
    server.reply = () => replies.shift() ?? 'too often';
    const { decision, revision } = await last(await submit());
    expect(decision.action).toBe('hold');
    const outcomes = (await system.app.store.opinions.exchanges(revision.revisionId)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['llm_bad_answer', 'answered', 'scored']);
  });

  it('moderation scores ask for a person and no more', async () => {
    server.moderation = () => ({ 'violence/graphic': 0.99, hate: 0.1 });
    const { decision } = await last(await submit());
    expect(decision).toMatchObject({ action: 'review', category: null });
  });

  it('leaves nothing behind when it is erased', async () => {
    const { view, revision } = await last(await submit());
    await system.app.store.notes.erase(null, view.noteId, { kind: 'system', id: 'test' }, Date.now());
    const pool = openPool(system.databaseUrl, { max: 1, statementMs: 5_000 });
    for (const table of ['opinion_work', 'opinion_exchanges']) {
      const { rows } = await pool.query(`SELECT 1 FROM ${table} WHERE revision_id = $1`, [revision.revisionId]);
      expect(rows, table).toEqual([]);
    }
    await pool.end();
  });
});

describe('an endpoint that', () => {
  it.each<[LlmFault, string]>([
    ['error', 'llm_unavailable'],
    ['drop', 'llm_unavailable'],
    ['cut', 'llm_unavailable'],
    ['hang', 'llm_timeout'],
    ['drip', 'llm_timeout'],
    ['rate_limited', 'llm_rate_limited'],
    ['garbage', 'llm_bad_answer'],
    ['empty', 'llm_bad_answer'],
    ['truncated', 'llm_bad_answer'],
    ['tool_calls', 'llm_bad_answer'],
    ['huge', 'llm_bad_answer'],
    ['refusal', 'llm_refused'],
    ['redirect', 'llm_unavailable'],
    ['unauthorised', 'llm_rejected'],
  ])(
    'answers %s never lets a note through: %s, and a person looks',
    async (fault, code) => {
      server.fault = fault;
      const { decision, deliberate, view } = await last(await submit());
      expect(deliberate).toMatchObject({ status: 'failed', code });
      expect(decision).toMatchObject({
        action: 'review',
        gaps: [{ stage: 'deliberate', status: 'failed', why: code }],
      });
      expect(view.decisions.map(({ action }) => action)).not.toContain('allow');
      // Three attempts of the job with two each at the endpoint; no job is put beside one that comes back by itself.
      expect(chats().length).toBeLessThanOrEqual(6);
    },
    120_000,
  );

  it('is away for a moment costs a moment', async () => {
    server.fault = 'error';
    server.faultsLeft = 3;
    const { decision, revision } = await last(await submit());
    expect(decision.action).toBe('allow');
    // What was sent in vain stands in the book as well.
    const kept = await system.app.store.opinions.exchanges(revision.revisionId);
    const outcomes = kept.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'scored');
    expect(outcomes).toEqual(['llm_unavailable', 'llm_unavailable', 'llm_unavailable', 'answered']);
    expect(kept[0]).toMatchObject({ answer: null, costMicros: 0 });
    expect(kept[0]?.user).toContain(DOUBT_WORD);
  });

  it('asks for a pause gets one', async () => {
    server.fault = 'rate_limited';
    server.faultsLeft = 1;
    server.retryAfter = '0.01';
    expect((await last(await submit())).decision.action).toBe('allow');
  });
});

describe('a reviewer', () => {
  interface Person {
    readonly cookie: string;
    readonly csrf: string;
    readonly userId: string;
  }
  async function person(role: 'reviewer' | 'auditor'): Promise<Person> {
    const { hasher, store, clock } = system.app;
    const login = `${role}-${serial}`;
    const user = await store.access.createUser(
      { login, passwordHash: await hasher.hash('twelve letters'), role },
      clock.now(),
    );
    const answer = await system.server.inject({
      method: 'POST',
      url: '/auth/sign-in',
      payload: { login, password: 'twelve letters' },
    });
    const [cookie] = String(answer.headers['set-cookie']).split(';');
    return { cookie: cookie ?? '', csrf: (answer.json() as { csrfToken: string }).csrfToken, userId: user.userId };
  }
  const ask = (who: Person, method: 'GET' | 'POST', caseId: string) =>
    system.server.inject({
      method,
      url: `/v1/cases/${caseId}/second-opinion`,
      headers: { cookie: who.cookie, 'x-csrf-token': who.csrf },
    });

  it('reads it beside the case and may ask once more, and decides alone', async () => {
    server.reply = () => answerWith([{ category: 'violence.threat', severity: 3, clause: 'respect-2' }]);
    const { view } = await last(await submit());
    server.reply = () => answerWith([]);
    const anna = await person('reviewer');
    const rows = await system.server.inject({ url: '/v1/cases', headers: { cookie: anna.cookie } });
    const items = (rows.json() as { items: { id: string; noteId: string }[] }).items;
    const caseId = items.find(({ noteId }) => noteId === view.noteId)?.id ?? '';
    const first = await ask(anna, 'GET', caseId);
    expect(first.json()).toMatchObject({
      configured: true,
      status: 'found',
      askedBy: null,
      reasons: ['score_band'],
      opinions: [{ findings: [{ quote: DOUBT_WORD, clause: 'respect-2', severity: 3 }] }],
    });
    expect(first.body).not.toContain('You give a second opinion');
    expect((await ask(await person('auditor'), 'POST', caseId)).statusCode).toBe(403);
    expect((await ask(anna, 'POST', caseId)).statusCode).toBe(202);
    const again = await until(async () => {
      const body = (await ask(anna, 'GET', caseId)).json() as { status: string };
      return body.status === 'found' ? body : null;
    }, 10_000);
    expect(again).toMatchObject({ askedBy: anna.userId, reasons: ['person'] });
    // Nothing of it changes what stands.
    expect((await last(view.noteId)).decision.action).toBe('hold');
    const { items: events } = await system.app.store.audit.list(null, 50);
    expect(events.some(({ verb, actor }) => verb === 'opinion.asked' && actor.id === anna.userId)).toBe(true);
  });
});
