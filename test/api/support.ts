/** A server on fakes: the in-memory store, a queue that remembers, a clock that stands still. */
import type { FastifyInstance } from 'fastify';
import { cookieName } from '../../src/api/auth.js';
import type { ApiDeps } from '../../src/api/deps.js';
import { buildServer } from '../../src/api/server.js';
import { readConfig } from '../../src/config.js';
import type { Evidence, Score } from '../../src/domain.js';
import { SCORE_KEYS, type ScoreKey } from '../../src/domain.js';
import { UnavailableError } from '../../src/errors.js';
import { type ModerationRecord, type Role, SCOPES, type Scope } from '../../src/ports/store.js';
import type { Metrics, Nudge } from '../../src/ports.js';
import { createKey } from '../../src/usecases/keys.js';
import type { Moderated } from '../../src/usecases/moderate.js';
import { hashToken } from '../../src/usecases/sign-in.js';
import { imagesFake } from '../support/images.js';
import { type MemoryStore, storeMemory } from '../support/store-memory.js';

export const NOW = Date.parse('2026-11-20T12:00:00Z');
export const PASSWORD = 'correct horse battery staple';

export interface Bench {
  readonly server: FastifyInstance;
  readonly store: MemoryStore;
  readonly nudges: Nudge[];
  readonly counted: string[];
  readonly logged: unknown[];
  readonly clock: { now(): number; at: number };
  queueAway: boolean;
  /** Bearer header of a new key. */
  keyFor(source: string, scopes?: readonly Scope[], expiresAt?: string | null): Promise<Caller>;
  /** Cookie and CSRF header of a new session. */
  signedIn(role: Role): Promise<Caller>;
}
export interface Caller {
  readonly headers: Readonly<Record<string, string>>;
  readonly id: string;
}

const scoresOf = (value: (key: ScoreKey) => number): Readonly<Record<ScoreKey, Score>> =>
  Object.fromEntries(
    SCORE_KEYS.map((key) => [key, { score: value(key), p: value(key), calibrated: value(key) }]),
  ) as Record<ScoreKey, Score>;

export function evidenceOf(value: (key: ScoreKey) => number): Evidence {
  const skipped = { status: 'skipped', why: 'not_selected' } as const;
  const competence = Object.fromEntries(SCORE_KEYS.map((key) => [key, 'validated'])) as Record<ScoreKey, 'validated'>;
  return {
    normalise: { status: 'found', ms: 1, version: '1', value: { parts: [], repaired: false } },
    language: {
      status: 'found',
      ms: 1,
      version: '1',
      value: { languages: [{ tag: 'en', confidence: 0.9 }], segments: [], mixed: false },
    },
    images: skipped,
    match: { status: 'found', ms: 1, version: '1', value: { findings: [], contacts: [] } },
    classify: {
      status: 'found',
      ms: 2,
      version: '1',
      value: { scores: scoresOf(value), findings: [], competence, language: 'en', model: 'test-model', windows: 1 },
    },
    campaign: skipped,
    deliberate: skipped,
  };
}

/** Reads the word `insult` as bullying, so that answers differ. */
export const moderateFake: ApiDeps['moderate'] = async (note) => {
  const isInsult = note.body.includes('insult');
  const evidence = evidenceOf((key) => (key === 'harass.bully' && isInsult ? 0.9 : 0.1));
  const evaluation: Moderated['evaluation'] = { pending: false, decisions: [], bundleHash: 'test' };
  return { evidence, evaluation, texts: [], ms: 1 };
};

export interface BenchOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly deps?: Partial<ApiDeps>;
}

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const config = readConfig({ LOG_LEVEL: 'silent', ...options.env });
  const store = storeMemory();
  const nudges: Nudge[] = [];
  const counted: string[] = [];
  const logged: unknown[] = [];
  const clock = { at: NOW, now: () => clock.at };
  let serial = 0;
  const next = (): number => {
    serial += 1;
    return serial;
  };
  const metrics: Metrics = {
    count: (name, labels) => counted.push(`${name} ${JSON.stringify(labels ?? {})}`),
    observe: () => undefined,
    set: () => undefined,
    render: async () => 'http_requests_total 1\n',
  };
  const keep = (message: string, fields?: object) => logged.push({ message, ...fields });
  const ids = {
    next: (prefix: string) => `${prefix}_${next()}`,
    secret: (bytes: number) => Buffer.alloc(bytes, `secret ${next()} `).toString('base64url'),
  };
  const deps: ApiDeps = {
    config,
    store,
    images: imagesFake(),
    queue: {
      nudge: async (asked) => {
        if (bench.queueAway) throw new UnavailableError('queue_unavailable', 'redis is away');
        nudges.push(...asked);
      },
      ping: async () => undefined,
      close: async () => undefined,
    },
    clock,
    ids,
    log: { debug: keep, info: keep, warn: keep, error: keep },
    metrics,
    hasher: {
      hash: async (password) => `hashed:${password}`,
      verify: async (hash, password) => hash === `hashed:${password}`,
    },
    bundle: () => {
      throw new Error('no route of these tests reads the bundle');
    },
    moderate: moderateFake,
    ready: async () => [{ name: 'store', ok: !store.away, detail: store.away ? 'cannot be reached' : 'answers' }],
    ...options.deps,
  };
  const server = await buildServer(deps);
  const bench: Bench = {
    server,
    store,
    nudges,
    counted,
    logged,
    clock,
    queueAway: false,
    keyFor: async (sourceName, scopes = SCOPES, expiresAt = null) => {
      const ports = { access: store.access, ids, clock };
      const { key, text } = await createKey(ports, { sourceName, label: 'test', scopes, expiresAt });
      return { headers: { authorization: `Bearer ${text}` }, id: key.keyId };
    },
    signedIn: async (role) => {
      const login = `${role}-${next()}`;
      const user = await store.access.createUser({ login, passwordHash: `hashed:${PASSWORD}`, role }, NOW);
      const token = `session-token-of-${login}-made-by-the-test`;
      const csrf = `csrf-of-${login}`;
      const input = { userId: user.userId, tokenHash: hashToken(token), csrfToken: csrf };
      const absoluteMs = config.SESSION_HOURS * 3_600_000;
      await store.access.createSession({ ...input, absoluteMs }, clock.at);
      const cookie = `${cookieName(config)}=${token}`;
      return { headers: { cookie, 'x-csrf-token': csrf }, id: user.userId };
    },
  };
  return bench;
}

export const goodNote = (externalId = 'post-1') => ({
  externalId,
  title: 'Sunday soup',
  body: 'Pumpkin, ginger, a little cream.',
  regions: ['DE', 'us'],
  author: { id: 'author-1' },
});

export const recordOf = (action: 'allow' | 'hold'): ModerationRecord => ({
  evidence: {
    ...evidenceOf(() => 0.1),
    images: { status: 'failed', code: 'model_missing', message: 'ENOENT /secret/path' },
  },
  evidenceVersion: '1',
  bundleHash: 'bundle-1',
  pending: false,
  language: 'en',
  trace: null,
  decisions: [
    {
      regions: ['de', 'us'],
      policy: 'global',
      action,
      sideActions: [],
      severity: 2,
      category: 'harass.bully',
      ground: { kind: 'terms', ref: 'community-3' },
      rules: [
        {
          rule: 'bully-1',
          category: 'harass.bully',
          severity: 2,
          action,
          sideActions: [],
          mode: 'enforce',
          ground: { kind: 'terms', ref: 'community-3' },
          notice: 'bully',
          message: 'an insult aimed at a person',
          findings: [],
        },
      ],
      shadow: [],
      gaps: [{ stage: 'images', status: 'failed', why: 'model_missing', action: 'review' }],
      end: null,
    },
  ],
});
