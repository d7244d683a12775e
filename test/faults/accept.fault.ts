/** Intake: the API is killed, and keys race. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from '../../src/adapters/services/child.js';
import { noteBody } from '../support/running.js';
import { holdsOf, lineOf, settle } from './support/ledger.js';
import { addressesOf, type Bundle, bundleProcesses, keepAlive } from './support/processes.js';
import { row } from './support/row.js';
import { sendLoad } from './support/traffic.js';
import { inWorld } from './support/world.js';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleProcesses();
});
afterAll(() => bundle.remove());

row(1, 'API killed while accepting', { short: 90, full: 400 }, async (form) =>
  inWorld({}, async ({ system, receiver }) => {
    const port = await freePort();
    const env = { PORT: String(port) };
    const api = keepAlive(() => bundle.start('api', addressesOf(system), { env }));
    const target = { url: () => `http://127.0.0.1:${port}`, key: system.key };
    const forMs = form.of(10_000, 120_000);
    const killing = killEvery(2_000, forMs, () => api.current()?.kill());
    const load = { name: 'api-killed', perSecond: 25, forMs, random: form.random('row 1'), patienceMs: 40_000 };
    const sent = await sendLoad(target, load);
    const kills = await killing;
    system.startWorker();
    const ledger = await settle(system.databaseUrl, target, sent, { withinMs: 30_000, receiver });
    await api.stop();
    const unknown = sent.filter((one) => one.unknown > 0 && one.isAcknowledged).length;
    return {
      figure: `${kills} kills, ${unknown} unknown outcomes resolved by retry; ${lineOf(ledger)}`,
      holds: {
        ...holdsOf(ledger),
        'all answered in the end': ledger.acknowledged === ledger.submitted,
        'was killed': kills > 1,
      },
    };
  }),
);

/** A server that starts slowly on a busy machine is killed after the planned time, while clients still repeat. */
const LEAST_KILLS = 2;
const AT_MOST_MS = 25_000;

async function killEvery(everyMs: number, forMs: number, kill: () => Promise<void> | undefined): Promise<number> {
  const started = Date.now();
  let kills = 0;
  const goesOn = (passedMs: number) => passedMs < forMs || (kills < LEAST_KILLS && passedMs < AT_MOST_MS);
  while (goesOn(Date.now() + everyMs - started)) {
    await pause(everyMs);
    const killed = kill();
    if (killed === undefined) continue;
    await killed;
    kills += 1;
  }
  return kills;
}

row(16, 'Idempotency race', { short: 90, full: 300 }, async (form) =>
  inWorld({}, async ({ system, target }) => {
    const keys = form.of(40, 200);
    const parallel = form.of(20, 50);
    let differ = 0;
    let conflicts = 0;
    let reused = 0;
    const post = async (url: string, key: string, body: unknown) => {
      const headers = {
        authorization: `Bearer ${system.key}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      };
      const answer = await fetch(`${url}/v1/notes`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, text: await answer.text() };
    };
    for (let n = 0; n < keys; n += 1) {
      const body = noteBody(`race-${n}`);
      const answers = await Promise.all(Array.from({ length: parallel }, () => post(target.url(), `race-${n}`, body)));
      conflicts += answers.filter(({ status }) => status === 409).length;
      const ids = answers.flatMap(({ status, text }) =>
        status === 202 ? [(JSON.parse(text) as { id: string }).id] : [],
      );
      if (new Set(ids).size !== 1 || answers.some(({ status }) => status !== 202 && status !== 409)) differ += 1;
      const other = await post(target.url(), `race-${n}`, { ...body, body: 'Another text.' });
      if (other.status === 422) reused += 1;
    }
    const api = await bundle.start('api', addressesOf(system));
    const url = await listening(api.child);
    const cut = Promise.allSettled(Array.from({ length: parallel }, () => post(url, 'cut', noteBody('race-cut'))));
    await pause(5);
    await api.kill();
    await cut;
    const after = await post(target.url(), 'cut', noteBody('race-cut'));
    const page = await system.get('/v1/notes?externalId=race-cut');
    const { items: notes }: { items: readonly unknown[] } = page.json();
    return {
      figure: `${keys} keys x ${parallel}: answers that differ ${differ}, 409s ${conflicts}, 422s ${reused}; after a kill ${notes.length} note, ${after.status}`,
      holds: {
        'one answer a key': differ === 0,
        'another body is refused': reused === keys,
        'one note after the kill': notes.length === 1 && after.status === 202,
      },
    };
  }),
);

/** The word `listens URL` may have come before anyone asked. */
async function listening(child: Awaited<ReturnType<Bundle['start']>>['child']): Promise<string> {
  const limit = AbortSignal.timeout(10_000);
  child.send?.('where');
  for (;;) {
    const [word] = await once(child, 'message', { signal: limit });
    const match = /^listens (\S+)$/.exec(String(word));
    if (match?.[1] !== undefined) return match[1];
  }
}
