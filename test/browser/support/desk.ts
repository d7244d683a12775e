/** A review desk with the real pipeline behind it, and people who sit at it with a browser. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { inject } from 'vitest';
import { mountDashboard } from '../../../src/adapters/dashboard-files.js';
import { loadLanguageModel } from '../../../src/adapters/language-ngrams.js';
import { cookieName } from '../../../src/api/auth.js';
import { buildServer } from '../../../src/api/server.js';
import type { Ports } from '../../../src/compose.js';
import { type Config, readConfig } from '../../../src/config.js';
import type { Rights } from '../../../src/ports/review.js';
import type { Role } from '../../../src/ports/store.js';
import { hashToken } from '../../../src/usecases/sign-in.js';
import { type System, startSystem } from '../../support/running.js';
import { until } from '../../support/until.js';
import type { Browser, Page } from './browser.js';

const FIXTURES = path.resolve(import.meta.dirname, '../../../fixtures/notes');
const SESSION_MS = 3_600_000;

export interface Person {
  readonly id: string;
  readonly login: string;
  readonly cookie: string;
  readonly headers: Readonly<Record<string, string>>;
}
export interface Desk {
  readonly system: System;
  readonly url: string;
  person(role?: Role, rights?: Partial<Rights>): Promise<Person>;
  /** Notes go through the whole pipeline; answers their ids by external id. */
  submit(notes: readonly object[]): Promise<ReadonlyMap<string, string>>;
  report(externalId: string, reasons: string, kind?: 'person' | 'authority'): Promise<string>;
  appeal(externalId: string, text: string): Promise<string>;
  ask<T>(who: Person, method: 'GET' | 'POST', url: string, body?: object): Promise<{ status: number; body: T }>;
  close(): Promise<void>;
}

const ENV = { RATE_LIMIT_PER_MINUTE: '1000000', SESSION_IDLE_MINUTES: '600', UNDO_SECONDS: '60' };

export async function openDesk(
  env: Readonly<Record<string, string>> = {},
  port = 0,
  overrides: Partial<Ports> = {},
): Promise<Desk> {
  const language = await loadLanguageModel(path.join(readConfig({}).MODELS_DIR, 'language', 'language.bin.gz'));
  const system = await startSystem({ env: { ...ENV, ...env }, overrides: { language, ...overrides } });
  const server = await served(system);
  const url = await server.listen({ port, host: '127.0.0.1' });
  system.startWorker();
  return {
    system,
    url,
    person: (role = 'senior', rights = {}) => personOf(system, system.config, role, rights),
    submit: (notes) => submitAll(system, notes),
    report: async (externalId, reasons, kind = 'person') => {
      const reporter = { kind, name: 'R. Reader', email: 'reader@mail.example' };
      const body = { externalId, reference: `report ${kind} ${externalId}`, reasons, reporter, goodFaith: true };
      return caseIdOf(await system.post('/v1/reports', body));
    },
    appeal: async (externalId, text) => {
      const body = { externalId, reference: `appeal ${externalId}`, by: 'author', text };
      return caseIdOf(await system.post('/v1/appeals', body));
    },
    ask: async (who, method, address, body) => {
      const answer = await server.inject({
        method,
        url: address,
        headers: { ...who.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      });
      return { status: answer.statusCode, body: answer.body === '' ? null : JSON.parse(answer.body) };
    },
    close: async () => {
      await server.close();
      await system.close();
    },
  };
}

/** The same application on a port, with the dashboard as it was just built. */
const served = (system: System): Promise<FastifyInstance> =>
  buildServer({
    ...system.app,
    ready: async () => [],
    mount: async (server) => void (await mountDashboard(server, inject('dashboardDir'))),
  });

function caseIdOf(answer: { readonly status: number; readonly json: () => unknown }): string {
  const body = answer.json() as { readonly caseId?: string };
  if (answer.status !== 201 || body.caseId === undefined) throw new Error(JSON.stringify(body));
  return body.caseId;
}

let people = 0;
async function personOf(system: System, config: Config, role: Role, rights: Partial<Rights>): Promise<Person> {
  const { store, ids, clock } = system.app;
  people += 1;
  const login = `${role}-${people}`;
  const { userId } = await store.access.createUser({ login, passwordHash: 'none', role }, clock.now());
  const all: Rights = { languages: null, regions: null, categories: null, desks: ['general'], ...rights };
  await store.people.change(userId, { rights: all }, { kind: 'system', id: 'test' }, clock.now());
  const [token, csrfToken] = [ids.secret(32), ids.secret(32)];
  const session = { userId, tokenHash: hashToken(token), csrfToken, absoluteMs: SESSION_MS };
  await store.access.createSession(session, clock.now());
  const cookie = `${cookieName(config)}=${token}`;
  return { id: userId, login, cookie: token, headers: { cookie, 'x-csrf-token': csrfToken } };
}

async function submitAll(system: System, notes: readonly object[]): Promise<ReadonlyMap<string, string>> {
  const accepted = await Promise.all(
    notes.map(async (note) => {
      const answer = await system.post('/v1/notes', note);
      const body = answer.json() as { readonly id?: string; readonly externalId: string };
      if (body.id === undefined) throw new Error(JSON.stringify(body));
      return [body.externalId, body.id] as const;
    }),
  );
  for (const [, id] of accepted) await until(async () => (await isDecided(system, id)) || null, 60_000);
  return new Map(accepted);
}

const isDecided = async (system: System, noteId: string): Promise<boolean> =>
  (await system.view(noteId)).decisions.length > 0;

/** The shipped example notes that their file says come before a person. */
export function fixtureNotes(most: number): readonly object[] {
  const notes = readdirSync(FIXTURES)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) => readFileSync(path.join(FIXTURES, file), 'utf8').split('\n'))
    .filter((line) => /"expect":\{[^}]*"(?:hold|review)"/.test(line))
    .map((line) => {
      const { externalId, kind, title, body, author, regions } = JSON.parse(line);
      return { externalId, kind, title, body, author, regions };
    });
  const step = Math.max(1, Math.floor(notes.length / most));
  return notes.filter((_note, index) => index % step === 0).slice(0, most);
}

export interface Seat {
  readonly page: Page;
  /** What the console said wrong and what was thrown. */
  readonly wrongs: string[];
  close(): Promise<void>;
}
export interface SeatOptions {
  readonly language?: string;
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
}

export async function sit(browser: Browser, desk: Desk, who: Person | null, options: SeatOptions = {}): Promise<Seat> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    colorScheme: options.scheme ?? 'light',
    locale: 'en',
  });
  const language = options.language ?? 'en';
  await context.addInitScript(`localStorage.setItem('polywarden-language', '${language}')`);
  if (who !== null) {
    const { config } = desk.system;
    await context.addCookies([{ name: cookieName(config), value: who.cookie, url: desk.url, sameSite: 'Strict' }]);
  }
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on('pageerror', (error) => wrongs.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    // An answer of 4xx is part of some tests; everything else is a fault of ours.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      wrongs.push(message.text());
  });
  page.on('dialog', (dialog) => {
    wrongs.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const close = async () => {
    // What a test holds back may still be on its way, and is of no interest any more.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  };
  return { page, wrongs, close };
}
