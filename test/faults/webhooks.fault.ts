/** Receivers that misbehave, and the trust between us and those that do not. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { connect } from '../../src/adapters/postgres.js';
import { signWebhook } from '../../src/adapters/webhook-sign.js';
import type { Clock } from '../../src/ports.js';
import { PAUSES_MS } from '../../src/usecases/deliver.js';
import { deliverDueWith } from '../../src/usecases/deliver-due.js';
import type { System } from '../support/running.js';
import { type Answer, type Receiver, startReceiver } from './support/receiver.js';
import { row } from './support/row.js';
import { quantile } from './support/traffic.js';
import { inWorld } from './support/world.js';

const TIMEOUT_MS = 500;

/** How each receiver answers, and what must become of its deliveries. */
const MANNERS: Readonly<Record<string, { readonly answer: Answer; readonly ends: 'delivered' | 'dead' }>> = {
  healthy: { answer: status(204), ends: 'delivered' },
  'says 500': { answer: status(500), ends: 'dead' },
  hangs: { answer: () => undefined, ends: 'dead' },
  resets: { answer: (_request, response) => void response.socket?.resetAndDestroy(), ends: 'dead' },
  drips: { answer: (_request, response) => drip(response), ends: 'dead' },
  redirects: {
    answer: (_request, response) => void response.writeHead(302, { location: '/other' }).end(),
    ends: 'dead',
  },
  'is gone': { answer: status(410), ends: 'dead' },
  'asks for patience': { answer: patience(), ends: 'delivered' },
  'says 10 MB': {
    answer: (_request, response) => void response.writeHead(200).end(Buffer.alloc(10_000_000, 97)),
    ends: 'delivered',
  },
};

function status(code: number): Answer {
  return (_request, response) => void response.writeHead(code).end();
}
/** 429 with an hour's advice at first, then success. */
function patience(): Answer {
  const seen = new Set<string>();
  return ({ id }, response) => {
    const isKnown = seen.has(id);
    seen.add(id);
    if (isKnown) response.writeHead(204).end();
    else response.writeHead(429, { 'retry-after': '3600' }).end();
  };
}
function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => (response.destroyed ? clearInterval(timer) : response.write('.')), 200);
}

interface Made {
  readonly endpoint: string;
  readonly attempts: readonly { readonly at: number; readonly ok: boolean }[];
  readonly state: string;
}

row(14, 'Webhook chaos', { short: 120, full: 400 }, async (form) => {
  let aheadMs = 0;
  const clock: Clock = { now: () => Date.now() + aheadMs };
  const overrides = { clock };
  return inWorld({ overrides, env: { WEBHOOK_TIMEOUT_MS: String(TIMEOUT_MS) } }, async ({ system }) => {
    const events = form.of(2, 10);
    const receivers = new Map<string, Receiver>();
    const endpoints = new Map<string, string>();
    for (const [name, { answer }] of Object.entries(MANNERS)) {
      const receiver = await startReceiver(answer);
      receivers.set(name, receiver);
      endpoints.set(name, await register(system, receiver));
      const id = endpoints.get(name) ?? '';
      for (let n = 0; n < events; n += 1) await system.app.store.webhooks.sendTest(system.sourceId, id, clock.now());
    }
    const startedAt = Date.now();
    const deliver = deliverDueWith(deliveryDeps(system, clock));
    const signal = new AbortController().signal;
    for (let rounds = 0; rounds < 200; rounds += 1) {
      await deliver({ jobId: 'x', subjectId: 'x', lastAttempt: true }, signal);
      const next = await nextDue(system);
      if (next === null) break;
      aheadMs += Math.max(0, next - clock.now());
    }
    const made = await attemptsOf(system, endpoints);
    const healthyMs = (receivers.get('healthy')?.received ?? []).map(({ at }) => at - startedAt);
    for (const receiver of receivers.values()) await receiver.close();
    const wrong = made.filter(({ endpoint, state }) => state !== MANNERS[endpoint]?.ends);
    const most = Math.max(...made.map(({ attempts }) => attempts.length));
    const off = scheduleError(made.filter(({ endpoint }) => endpoint === 'says 500'));
    const redirected =
      receivers.get('redirects')?.received.filter(({ headers }) => headers.host === undefined).length ?? 0;
    return {
      figure: `${Object.keys(MANNERS).length} manners x ${events}: delivered ${made.filter(({ state }) => state === 'delivered').length}, exhausted ${made.filter(({ state }) => state === 'dead').length}, at most ${most} attempts an id, schedule error at most ${Math.round(100 * off)} %, healthy one beside a hanging one p99 ${quantile(healthyMs, 0.99)} ms`,
      holds: {
        'each ends as it must': wrong.length === 0,
        'at most ten attempts': most <= PAUSES_MS.length + 1,
        'the schedule is kept within its jitter': off <= 0.21,
        'a slow one delays only itself': quantile(healthyMs, 0.99) < 2 * TIMEOUT_MS,
        'redirects are not followed': redirected === 0,
      },
    };
  });
});

const deliveryDeps = (system: System, clock: Clock) => ({
  webhooks: system.app.store.webhooks,
  fetcher: system.app.fetcher,
  sign: signWebhook,
  clock,
  random: Math.random,
  log: system.app.log,
  metrics: system.app.metrics,
  timeoutMs: TIMEOUT_MS,
});

async function register(system: System, receiver: Receiver): Promise<string> {
  const answer = await system.post('/v1/webhooks', { url: receiver.url, events: ['endpoint.test', 'note.decided'] });
  const { id }: { id: string } = answer.json();
  return id;
}

async function nextDue(system: System): Promise<number | null> {
  const { rows } = await query<{ at: Date | null }>(
    system,
    "SELECT min(next_attempt_at) AS at FROM deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint_id WHERE d.state = 'due' AND w.status = 'active'",
  );
  return rows[0]?.at?.getTime() ?? null;
}

async function attemptsOf(system: System, endpoints: ReadonlyMap<string, string>): Promise<readonly Made[]> {
  const { rows } = await query<{ endpoint: string; state: string; attempts: { at: string; ok: boolean }[] }>(
    system,
    `SELECT d.endpoint_id AS endpoint, d.state, (SELECT json_agg(json_build_object('at', a.at, 'ok', a.ok) ORDER BY a.at)
      FROM delivery_attempts a WHERE a.delivery_id = d.id) AS attempts FROM deliveries d`,
  );
  const names = new Map([...endpoints].map(([name, id]) => [id, name]));
  return rows.flatMap(({ endpoint, state, attempts }) => {
    const name = names.get(endpoint);
    if (name === undefined) return [];
    return [{ endpoint: name, state, attempts: (attempts ?? []).map(({ at, ok }) => ({ at: Date.parse(at), ok })) }];
  });
}

/** A round lasts as long as its slowest receiver. */
const ROUND_MS = 2_000;

/** Largest share by which a pause between two attempts differs from the published one. */
function scheduleError(made: readonly Made[]): number {
  const errors = made.flatMap(({ attempts }) =>
    attempts.slice(1).map(({ at }, n) => {
      const planned = PAUSES_MS[n] ?? 1;
      const before = attempts[n]?.at ?? at;
      return Math.max(0, Math.abs(at - before - planned) - ROUND_MS) / planned;
    }),
  );
  return Math.max(0, ...errors);
}

async function query<T extends object>(system: System, sql: string, values: readonly unknown[] = []) {
  const connection = await connect(system.databaseUrl);
  try {
    return await connection.query<T>(sql, [...values]);
  } finally {
    await connection.end();
  }
}

const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

/** The second verifier is openssl: it shares no code with us. */
function opensslSignature(secret: string, id: string, atSeconds: number, body: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64').toString('hex');
  const args = ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${key}`, '-binary'];
  return `v1,${execFileSync('openssl', args, { input: `${id}.${atSeconds}.${body}` }).toString('base64')}`;
}

const accepts = (secret: string, body: string, headers: Readonly<Record<string, string>>): boolean => {
  try {
    new Webhook(secret).verify(body, { ...headers });
    return true;
  } catch {
    return false;
  }
};

const BODIES = [
  '{}',
  '{"text":"ni hao 你好"}',
  '{"text":"مرحبا"}',
  '{"emoji":"👩‍👩‍👧"}',
  `{"long":"${'x'.repeat(20_000)}"}`,
];

function vectors(count: number): { readonly passed: number; readonly total: number } {
  let passed = 0;
  let total = 0;
  const see = (isRight: boolean): void => {
    total += 1;
    if (isRight) passed += 1;
  };
  for (let n = 0; n < count; n += 1) {
    const [old, fresh] = [newSecret(), newSecret()];
    const message = { id: `evt_${n}`, at: Date.now(), body: BODIES[n % BODIES.length] ?? '{}' };
    const headers = signWebhook([fresh, old], message);
    const seconds = Math.floor(message.at / 1_000);
    see(
      (headers['webhook-signature'] ?? '')
        .split(' ')
        .includes(opensslSignature(fresh, message.id, seconds, message.body)),
    );
    see(accepts(fresh, message.body, headers) && accepts(old, message.body, headers));
    see(!accepts(newSecret(), message.body, headers));
    see(!accepts(fresh, `${message.body} `, headers));
    for (const [offset, isIn] of [
      [-301, false],
      [-299, true],
      [299, true],
      [302, false],
    ] as const) {
      const shifted = signWebhook([fresh], { ...message, at: Date.now() + 1_000 * offset });
      see(accepts(fresh, message.body, shifted) === isIn);
    }
  }
  return { passed, total };
}

const LEASE_OVER_MS = 60_000;
row(15, 'Webhook trust and recovery', { short: 120, full: 200 }, async (form) => {
  const { passed, total } = vectors(form.of(10, 100));
  return inWorld({}, async ({ system }) => {
    const dead = 1_000;
    const receiver = await startReceiver();
    const id = await register(system, receiver);
    for (let n = 0; n < dead; n += 1) await system.app.store.webhooks.sendTest(system.sourceId, id, Date.now());
    await query(system, "UPDATE deliveries SET state = 'dead', next_attempt_at = NULL WHERE endpoint_id = $1", [id]);
    const answer = await system.post(`/v1/webhooks/${id}/redeliver`, { status: 'dead' });
    // A run leaves what it cannot start before its lease ends, on a busy machine, to one after the lease.
    let ahead = 0;
    const deliver = deliverDueWith(deliveryDeps(system, { now: () => Date.now() + ahead }));
    for (; ahead < 5 * LEASE_OVER_MS && receiver.received.length < dead; ahead += LEASE_OVER_MS) {
      await deliver({ jobId: 'x', subjectId: 'x', lastAttempt: true }, new AbortController().signal);
    }
    const ids = receiver.received.map((one) => one.id);
    const twice = ids.length - new Set(ids).size;
    await receiver.close();
    return {
      figure: `vectors passed ${passed}/${total} (openssl beside our own), replayed ${new Set(ids).size} of ${dead}, duplicates by id ${twice}`,
      holds: {
        'all vectors': passed === total,
        'the replay was taken': answer.status < 300,
        'all replayed': new Set(ids).size === dead,
        'none twice': twice === 0,
      },
    };
  });
});
