/** Every bad line to every server that we lean on: nothing needs a restart, nothing is lost. */

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
    const ledger = await settle(databaseUrl, target, sent, { withinMs: 60_000, receiver });
    const worst = cells.reduce((most, cell) => (cell.recoveryMs > most.recoveryMs ? cell : most));
    const wedged = cells.filter(({ recoveryMs }) => !Number.isFinite(recoveryMs));
    const cellsWanted = TOXICS.length * 4;
    return {
      figure: `${cells.length} of ${cellsWanted} cells: wedged ${wedged.length}, slowest recovery ${worst.recoveryMs} ms (${worst.server}, ${worst.toxic}); ${lineOf(ledger)}`,
      holds: {
        ...holdsOf(ledger),
        'no wedged worker': wedged.length === 0,
        'all cells were run': cells.length === cellsWanted,
      },
    };
  } finally {
    await closeAll(system, [postgres, redis, webhook]);
    await receiver.close();
  }
});

const isTold = (received: readonly { readonly body: string }[], externalId: string): boolean =>
  received.some(({ body }) => body.includes(`"${externalId}"`));

async function closeAll(system: System, proxies: readonly ToxicProxy[]): Promise<void> {
  await system.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
}
