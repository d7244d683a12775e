/** Every bad line to every server that we lean on: nothing needs a restart, nothing is lost. */

import { composeLlm } from '../../src/compose/llm.js';
import { readConfig } from '../../src/config.js';
import { openLlmServer } from '../support/llm-server.js';
import { type System, startSystem } from '../support/running.js';
import { freshDatabase, freshRedis } from '../support/services.js';
import { until } from '../support/until.js';
import { holdsOf, lineOf, settle } from './support/ledger.js';
import { startReceiver } from './support/receiver.js';
import { row } from './support/row.js';
import { startToxicProxy, TOXICS, type Toxic, type ToxicProxy } from './support/toxic-proxy.js';
import { type Sent, sendLoad, sendOne, type Target } from './support/traffic.js';

/** What a line may take to be well again; redialling, leases and sweeps included. */
const RECOVERY_MS = 25_000;

interface Cell {
  readonly server: string;
  readonly toxic: Toxic;
  readonly recoveryMs: number;
}

const through = (url: string, proxy: ToxicProxy): string => {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(proxy.port);
  return changed.href;
};
const proxyTo = (url: string): Promise<ToxicProxy> => startToxicProxy(new URL(url).hostname, Number(new URL(url).port));

row(9, 'Fault proxy matrix', { short: 400, full: 900 }, async (form) => {
  const [databaseUrl, redisUrl, receiver] = await Promise.all([freshDatabase(), freshRedis(), startReceiver()]);
  const [postgres, redis, webhook] = await Promise.all([databaseUrl, redisUrl, receiver.url].map(proxyTo));
  if (postgres === undefined || redis === undefined || webhook === undefined) throw new Error('no proxy');
  const env = { WEBHOOK_TIMEOUT_MS: '1000' };
  const system = await startSystem({
    env,
    databaseUrl: through(databaseUrl, postgres),
    redisUrl: through(redisUrl, redis),
  });
  try {
    const url = await system.server.listen({ host: '127.0.0.1', port: 0 });
    const target: Target = { url: () => url, key: system.key };
    await system.post('/v1/webhooks', { url: through(receiver.url, webhook), events: ['note.decided'] });
    system.startWorker();
    const servers: readonly (readonly [string, ToxicProxy])[] = [
      ['Postgres', postgres],
      ['Redis', redis],
      ['webhook', webhook],
    ];
    const cells: Cell[] = [];
    const sent: Sent[] = [];
    for (const [server, proxy] of servers) {
      for (const toxic of TOXICS) {
        const forMs = form.of(1_200, 4_000);
        const name = `${server}-${toxic}`;
        proxy.set(toxic);
        const during = sendLoad(target, { name, perSecond: 4, forMs, random: form.random(name), patienceMs: 40_000 });
        await new Promise((resolve) => setTimeout(resolve, forMs));
        proxy.set(null);
        const started = Date.now();
        sent.push(await sendOne(target, `${name}-after`, false, RECOVERY_MS));
        const arrived = await until(
          async () => (isTold(receiver.received, `${name}-after`) ? true : null),
          RECOVERY_MS,
        ).catch(() => false);
        cells.push({ server, toxic, recoveryMs: arrived ? Date.now() - started : Number.POSITIVE_INFINITY });
        sent.push(...(await during));
      }
    }
    const opinions = await opinionCells(form.of(1_200, 4_000), system);
    cells.push(...opinions.cells);
    const ledger = await settle(databaseUrl, target, sent, { withinMs: 60_000, receiver });
    const worst = cells.reduce((most, cell) => (cell.recoveryMs > most.recoveryMs ? cell : most));
    const wedged = cells.filter(({ recoveryMs }) => !Number.isFinite(recoveryMs));
    const cellsWanted = TOXICS.length * 4;
    return {
      figure: `${cells.length} of ${cellsWanted} cells: wedged ${wedged.length}, slowest recovery ${worst.recoveryMs} ms (${worst.server}, ${worst.toxic}); questions to the language model that were left hanging ${opinions.hanging}; ${lineOf(ledger)}`,
      holds: {
        ...holdsOf(ledger),
        'no question hangs': opinions.hanging === 0,
        'no wedged worker': wedged.length === 0,
        'all cells were run': cells.length === cellsWanted,
      },
    };
  } finally {
    await closeAll(system, [postgres, redis, webhook]);
    await receiver.close();
  }
});

const QUESTION = {
  system: 'Answer in JSON.',
  user: [{ kind: 'text', text: 'A walk by the river.' }],
  answer: null,
  maxTokens: 50,
} as const;
const LLM_TIMEOUT_MS = 800;
const PATIENCE_MS = 5_000;

/** Questions while the line is bad end in their time, and the first after it is answered without a restart. */
async function opinionCells(
  forMs: number,
  { app }: System,
): Promise<{ readonly cells: readonly Cell[]; readonly hanging: number }> {
  const endpoint = await openLlmServer();
  const proxy = await proxyTo(endpoint.baseUrl);
  const config = readConfig({
    LLM_BASE_URL: through(endpoint.baseUrl, proxy),
    LLM_MODEL: 'opinion',
    LLM_TIMEOUT_MS: String(LLM_TIMEOUT_MS),
    LLM_ATTEMPTS: '1',
    LLM_BREAKER_FAILURES: '2',
    LLM_BREAKER_REST_MS: '500',
  });
  const { opinion } = await composeLlm(config, app);
  if (opinion === null) throw new Error('no language model');
  const ask = async (): Promise<'answered' | 'failed' | 'hanging'> =>
    Promise.race([
      opinion.complete(QUESTION, new AbortController().signal).then(
        () => 'answered' as const,
        () => 'failed' as const,
      ),
      new Promise<'hanging'>((resolve) => setTimeout(() => resolve('hanging'), PATIENCE_MS).unref()),
    ]);
  const cells: Cell[] = [];
  let hanging = 0;
  try {
    for (const toxic of TOXICS) {
      proxy.set(toxic);
      const endsAt = Date.now() + forMs;
      while (Date.now() < endsAt) if ((await ask()) === 'hanging') hanging += 1;
      proxy.set(null);
      const started = Date.now();
      const isWell = await until(async () => ((await ask()) === 'answered' ? true : null), RECOVERY_MS).catch(
        () => false,
      );
      cells.push({ server: 'LLM', toxic, recoveryMs: isWell ? Date.now() - started : Number.POSITIVE_INFINITY });
    }
  } finally {
    await proxy.close();
    await endpoint.close();
  }
  return { cells, hanging };
}

const isTold = (received: readonly { readonly body: string }[], externalId: string): boolean =>
  received.some(({ body }) => body.includes(`"${externalId}"`));

async function closeAll(system: System, proxies: readonly ToxicProxy[]): Promise<void> {
  await system.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
}
