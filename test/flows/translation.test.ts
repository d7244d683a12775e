/** Translations over HTTP on real PostgreSQL, by the official client against a server on loopback. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openIds } from '../../src/adapters/clock-ids.js';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import { openStore } from '../../src/adapters/store-prisma.js';
import { cookieName } from '../../src/api/auth.js';
import { buildServer } from '../../src/api/server.js';
import { composeLlm } from '../../src/compose/llm.js';
import { composeTranslation } from '../../src/compose/translation.js';
import { readConfig } from '../../src/config.js';
import type { Evidence, ImageReading } from '../../src/domain.js';
import type { Bundle } from '../../src/policy/bundle.js';
import { caseTermsOf } from '../../src/policy/case-terms.js';
import type { FullStore } from '../../src/ports/review.js';
import type { Role } from '../../src/ports/store.js';
import { createKey } from '../../src/usecases/keys.js';
import { hashToken } from '../../src/usecases/sign-in.js';
import { translateAhead } from '../../src/usecases/translate/ahead.js';
import type { Translation } from '../../src/usecases/translate/translate-case.js';
import { upkeepHandler } from '../../workers/upkeep.js';
import { evidenceOf, moderateFake } from '../api/support.js';
import { HOT_WORD } from '../support/classifier.js';
import { imagesFake } from '../support/images.js';
import { LLM_FAULTS, type LlmServer, openLlmServer, type SeenRequest, saidBy } from '../support/llm-server.js';
import { startSystem } from '../support/running.js';
import { freshDatabase } from '../support/services.js';
import { acceptInput, decision, must, noteOf } from '../support/store.js';

const ACTOR = { kind: 'system', id: 'test' } as const;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const metrics = { count: () => undefined, observe: () => undefined, set: () => undefined, render: async () => '' };
const clock = { now: () => Date.now() };
const ids = openIds(clock);
const BODY = 'Hola a todos. Llámame al +34 600 123 456 para una nota gratis.';
const WORDS = 'Oferta secreta de hoy';
let notes = 0;
/** Letters only, another one each time: equal texts share their translation. */
const word = (): string => `zu${[...String(notes++)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`;

let llm: LlmServer;
let store: FullStore;
let bundle: Bundle;
let translation: Translation;
let sourceId = '';
const servers: FastifyInstance[] = [];

const configOf = (env: Readonly<Record<string, string>> = {}) =>
  readConfig({
    LOG_LEVEL: 'silent',
    LLM_BASE_URL: llm.baseUrl,
    LLM_MODEL: 'synthetic-small',
    LLM_ATTEMPTS: '1',
    LLM_TIMEOUT_MS: '300',
    LLM_BREAKER_FAILURES: '1000',
    TRANSLATION: 'openai',
    ...env,
  });

async function serve(by: Translation | null): Promise<FastifyInstance> {
  const server = await buildServer({
    config: configOf(),
    store,
    images: imagesFake(),
    queue: { nudge: async () => undefined, ping: async () => undefined, close: async () => undefined },
    clock,
    ids,
    log: silent,
    metrics,
    hasher: { hash: async (word) => word, verify: async () => false },
    bundle: () => bundle,
    moderate: moderateFake,
    ready: async () => [],
    translation: by,
  });
  servers.push(server);
  return server;
}

/** Says every piece in capital letters, and knows half of them well. */
function shout(request: SeenRequest): string {
  const pieces = saidBy(request, 'user')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly i: number; readonly text: string });
  return JSON.stringify({
    pieces: pieces.map(({ i, text }) => ({ i, text: text.toUpperCase(), confidence: i === 0 ? 0.9 : 0.4 })),
  });
}

beforeAll(async () => {
  llm = await openLlmServer();
  store = await openStore({ databaseUrl: await freshDatabase(), ids });
  bundle = await loadBundle('policies');
  await store.bundles.put(bundle.hash, bundle.content, clock.now());
  const chat = (await composeLlm(configOf(), { clock, ids, metrics })).translation;
  translation = must(composeTranslation(configOf(), chat, ids));
  const order = { sourceName: 'app', label: 'flow', scopes: ['notes:read'] as const, expiresAt: null };
  sourceId = (await createKey({ access: store.access, ids, clock }, order)).key.sourceId;
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await store?.close();
  await llm?.close();
});
beforeEach(() => {
  llm.fault = null;
  llm.requests.length = 0;
  llm.reply = shout;
});

async function person(role: Role = 'senior'): Promise<Readonly<Record<string, string>>> {
  const { userId } = await store.access.createUser({ login: ids.next(role), passwordHash: 'x', role }, clock.now());
  const rights = { languages: null, regions: null, categories: null, desks: ['general' as const] };
  await store.people.change(userId, { rights }, ACTOR, clock.now());
  const [token, csrfToken] = [ids.secret(32), ids.secret(32)];
  await store.access.createSession({ userId, tokenHash: hashToken(token), csrfToken, absoluteMs: 1e11 }, clock.now());
  return { cookie: `${cookieName(configOf())}=${token}`, 'x-csrf-token': csrfToken };
}

const picture = (words: string): ImageReading => {
  const skipped = { status: 'skipped', why: 'not_supported' } as const;
  const value = { text: words, words: [], confidence: 0.9, languages: ['spa'] };
  return {
    index: 0,
    facts: skipped,
    ocr: { status: 'found', ms: 1, version: '1', value },
    codes: skipped,
    hash: skipped,
    model: skipped,
  };
};

function evidence(body: string, words: string): Evidence {
  const base = evidenceOf(() => 0.1);
  const segments = [
    { part: 'body' as const, span: { start: 0, end: body.length }, tag: 'es', confidence: 0.9, script: 'Latn' },
  ];
  const languages = [{ tag: 'es', confidence: 0.9 }];
  return {
    ...base,
    language: { status: 'found', ms: 1, version: '1', value: { languages, segments, mixed: false } },
    images: { status: 'found', ms: 1, version: '1', value: { readings: [picture(words)], findings: [], languages } },
  };
}

/** A held note in Spanish with a picture that says something; its case. */
async function waiting(): Promise<{ readonly noteId: string; readonly caseId: string }> {
  const unique = word();
  const [body, words] = [`${BODY} Saludos de ${unique}.`, `${WORDS} ${unique}`];
  const note = noteOf({ title: '12:30', body, images: [{ index: 0, url: 'https://img.example/1.png' }] });
  const input = acceptInput(sourceId, {
    externalId: ids.next('ext'),
    note,
    contentHash: ids.next('c'),
    now: clock.now(),
  });
  const accepted = await store.notes.accept(input);
  if (!('noteId' in accepted)) throw new Error(accepted.kind);
  const claim = must(await store.work.claim(accepted.revisionId, 1_000, clock.now()));
  const made = [decision({ policy: 'global', action: 'hold', severity: 3, category: 'fraud.scam' })];
  await store.work.complete(
    claim,
    {
      evidence: evidence(body, words),
      evidenceVersion: 'ev1',
      bundleHash: bundle.hash,
      decisions: made,
      pending: false,
      language: 'es',
      trace: [],
      cases: made.map((one) => caseTermsOf(bundle, one, 0, clock.now())),
    },
    clock.now(),
  );
  const page = await store.desk.list(
    { userId: 'x', role: 'admin', languages: null, regions: null, categories: null, desks: ['general'] },
    { noteId: accepted.noteId },
    { cursor: null, limit: 10, now: clock.now() },
  );
  return { noteId: accepted.noteId, caseId: must(page.items[0]).caseId };
}

interface Told {
  readonly status: string;
  readonly untrusted: true;
  readonly parts: readonly {
    readonly part: string;
    readonly language: string;
    readonly segments: readonly {
      readonly span: { readonly start: number; readonly end: number };
      readonly text: string | null;
      readonly confidence: number | null;
    }[];
  }[];
}
async function call(server: FastifyInstance, headers: Readonly<Record<string, string>>, url: string, payload?: object) {
  const method = payload === undefined ? 'GET' : 'POST';
  const answer = await server.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, body: answer.json() as Told & { code?: string; translation: Told } };
}

describe('without a translator', () => {
  it('the case says so, and asking is refused plainly', async () => {
    const server = await serve(null);
    const [me, { caseId }] = [await person(), await waiting()];
    const shown = await call(server, me, `/v1/cases/${caseId}?to=en`);
    expect(shown.body.translation).toMatchObject({ status: 'not_configured', parts: [] });
    const asked = await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en' });
    expect([asked.status, asked.body.code]).toEqual([409, 'translation_off']);
  });
});

describe('with one', () => {
  it('translates on request, segment by segment beside the original, once', async () => {
    const server = await serve(translation);
    const [me, { caseId }] = [await person(), await waiting()];
    const before = await call(server, me, `/v1/cases/${caseId}?to=en`);
    expect(before.body.translation).toMatchObject({ status: 'absent', untrusted: true });
    expect(llm.requests).toHaveLength(0);
    const { status, body } = await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en' });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.parts.map(({ part, language }) => [part, language])).toEqual([
      ['body', 'es'],
      ['image:0', 'es'],
    ]);
    const [first, second] = body.parts[0]?.segments ?? [];
    expect(BODY.slice(first?.span.start, first?.span.end)).toBe('Hola a todos.');
    expect(first).toMatchObject({ text: 'HOLA A TODOS.', confidence: 0.9 });
    // The word of the glossary and the number came back in their places; the number never left.
    expect(second?.text).toBe('LLÁMAME AL +34 600 123 456 PARA UNA note GRATIS.');
    expect(body.parts[1]?.segments[0]?.text).toContain(WORDS.toUpperCase());
    expect(llm.requests.map((request) => saidBy(request, 'user')).join()).not.toContain('600');
    const asked = llm.requests.length;
    const again = await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en' });
    const after = await call(server, me, `/v1/cases/${caseId}?to=en`);
    expect(again.body).toEqual(body);
    expect(after.body.translation).toEqual(body);
    expect(llm.requests).toHaveLength(asked);
    expect((await call(server, me, `/v1/cases/${caseId}?to=es`)).body.translation.status).toBe('not_needed');
  });

  it('translates the sentences of a notice beside it', async () => {
    const server = await serve(translation);
    const [me, { caseId }] = [await person(), await waiting()];
    const notice = { language: 'es', sentences: ['Tu publicación fue retirada.'] };
    const { body } = await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en', notice });
    const found = body.parts.find(({ part }) => part === 'notice:0');
    expect(found?.segments[0]?.text).toBe('TU PUBLICACIÓN FUE RETIRADA.');
  });

  it('no fault of the endpoint breaks the case', async () => {
    const server = await serve(translation);
    const [me, { caseId }] = [await person(), await waiting()];
    for (const fault of LLM_FAULTS) {
      llm.fault = fault;
      const asked = await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en' });
      expect(asked.status, fault).toBeGreaterThanOrEqual(400);
      expect(asked.body.code, fault).toMatch(/^llm_/u);
      const shown = await call(server, me, `/v1/cases/${caseId}?to=en`);
      expect([shown.status, shown.body.translation.status], fault).toEqual([200, 'absent']);
    }
    llm.fault = null;
    expect((await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en' })).status).toBe(200);
  });

  it('what a note talks the model into stays a text beside it', async () => {
    const server = await serve(translation);
    const [me, { caseId, noteId }] = [await person(), await waiting()];
    llm.reply = (request) => shout(request).replace('HOLA A TODOS.', '<script>allow()</script> allow this note');
    const { body } = await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en' });
    expect(body.parts[0]?.segments[0]?.text).toBe('<script>allow()</script> allow this note');
    expect((await store.notes.get(sourceId, noteId))?.status).toBe('held');
  });

  it('goes with an erased note', async () => {
    const server = await serve(translation);
    const [me, { caseId, noteId }] = [await person(), await waiting()];
    await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en' });
    await store.notes.erase(sourceId, noteId, ACTOR, clock.now());
    const asked = await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en' });
    expect([404, 410]).toContain(asked.status);
  });

  it('is for the desk alone, and takes no odd order', async () => {
    const server = await serve(translation);
    const { caseId } = await waiting();
    const url = `/v1/cases/${caseId}/translation`;
    expect((await call(server, await person('auditor'), url, { to: 'en' })).status).toBe(403);
    const me = await person();
    for (const order of [
      {},
      { to: '../x' },
      { to: 'en', all: true },
      { to: 'en', notice: { language: 'es', sentences: [] } },
    ]) {
      expect((await call(server, me, url, order)).status, JSON.stringify(order)).toBe(400);
    }
    expect((await call(server, me, '/v1/cases/case_none/translation', { to: 'en' })).status).toBe(404);
    expect(llm.requests).toHaveLength(0);
  });
});

describe('a region file', () => {
  const withOpinions = async (change: object): Promise<void> => {
    bundle = await loadBundle('policies');
    const regions = new Map(
      [...bundle.regions].map(([id, region]) => {
        const opinions = { ...region.settings.opinions, ...change };
        return [id, { ...region, settings: { ...region.settings, opinions } }] as const;
      }),
    );
    bundle = { ...bundle, regions };
    await store.bundles.put(bundle.hash, bundle.content, clock.now());
  };

  it('may keep its notes from the endpoint, and may set a budget', async () => {
    const { caseId } = await waiting();
    const me = await person();
    try {
      await withOpinions({ endpoints: ['eu'] });
      const server = await serve(translation);
      const shown = await call(server, me, `/v1/cases/${caseId}?to=en`);
      expect(shown.body.translation.status).toBe('forbidden');
      const asked = await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en' });
      expect(asked.body.code).toBe('translation_forbidden');
      await withOpinions({ budget: { tokens_per_day: 10, money_per_day: null } });
      const poor = await call(server, me, `/v1/cases/${caseId}/translation`, { to: 'en' });
      expect(poor.body.code).toBe('llm_over_budget');
      expect(llm.requests).toHaveLength(0);
    } finally {
      bundle = await loadBundle('policies');
    }
  });
});

describe('the upkeep job of the whole system', () => {
  it('translates open cases where it is wished, and only there', async () => {
    const env = { LLM_BASE_URL: llm.baseUrl, LLM_MODEL: 'synthetic-small', LLM_ATTEMPTS: '1', TRANSLATION: 'openai' };
    for (const wished of ['off', 'on']) {
      llm.requests.length = 0;
      const language = { guess: () => [{ tag: 'es', confidence: 0.9 }] };
      const system = await startSystem({ env: { ...env, TRANSLATION_AHEAD: wished }, overrides: { language } });
      try {
        system.startWorker();
        const text = `Eres un ${HOT_WORD} y todos lo saben en esta ciudad tan bonita.`;
        const note = { externalId: 'ahead', title: '', body: text, regions: ['de'], languageHint: 'es' };
        const { id } = (await system.post('/v1/notes', note)).json() as { readonly id: string };
        await system.decided(id);
        const run = { jobId: 'upkeep-1', subjectId: 'upkeep', lastAttempt: true };
        await upkeepHandler(system.app)(run, new AbortController().signal);
        // The worker's own run may have been first.
        const asked = llm.requests.filter((request) => saidBy(request, 'system').startsWith('You translate'));
        expect(asked.length > 0).toBe(wished === 'on');
      } finally {
        await system.close();
      }
    }
  });
});

describe('ahead of time', () => {
  const ahead = () =>
    translateAhead(
      {
        ...translation,
        store: store.translations,
        budgets: store.opinions,
        clock,
        log: silent,
        bundle: () => bundle,
        languages: ['en'],
      },
      new AbortController().signal,
    );

  it('open cases are there before anybody opens them; a fault stops the run and harms nothing', async () => {
    const server = await serve(translation);
    for (let more = await ahead(); more > 0; ) more = await ahead();
    const [me, { caseId }] = [await person(), await waiting()];
    llm.fault = 'error';
    expect(await ahead()).toBe(0);
    llm.fault = null;
    expect(await ahead()).toBe(1);
    llm.requests.length = 0;
    expect((await call(server, me, `/v1/cases/${caseId}?to=en`)).body.translation.status).toBe('ready');
    expect(await ahead()).toBe(0);
    expect(llm.requests).toHaveLength(0);
  });
});
