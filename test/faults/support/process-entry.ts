/** An API or a worker in a process of its own, which a row kills, stops or blocks. Bundled, since its parent runs from source. */
import { buildServer } from '../../../src/api/server.js';
import { compose } from '../../../src/compose.js';
import { readConfig } from '../../../src/config.js';
import { mountBeside } from '../../../src/start/mount.js';
import { onStop } from '../../../src/start/stop.js';
import { runWorker } from '../../../workers/run.js';
import { classifierFake, languageFake } from '../../support/classifier.js';
import type { ProcessOrder } from './processes.js';

const { part, env, addresses, behaviour } = JSON.parse(process.argv[2] ?? '') as ProcessOrder;
const say = (word: string) => process.send?.(word);

function busyFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until) Math.sqrt(until);
}

const classifier = classifierFake(async (texts) => {
  const has = (word: string | undefined) => word !== undefined && texts.some(({ text }) => text.raw.includes(word));
  if (has(behaviour.dieAt)) process.kill(process.pid, 'SIGKILL');
  if (has(behaviour.waitAt?.word)) {
    say('busy');
    await new Promise((resolve) => setTimeout(resolve, behaviour.waitAt?.ms ?? 0));
  }
  if (has(behaviour.blockAt?.word)) {
    say('busy');
    busyFor(behaviour.blockAt?.ms ?? 0);
  }
  if (behaviour.everyMs !== undefined) await new Promise((resolve) => setTimeout(resolve, behaviour.everyMs));
});
const config = readConfig(env);
const wanted = { part: `test-${part}`, model: 'now', watch: false } as const;
const app = await compose(config, addresses, wanted, { classifier, language: languageFake });
if (part === 'api') {
  const server = await buildServer({ ...app, ready: async () => [], mount: mountBeside(app) });
  const url = await server.listen({ host: '127.0.0.1', port: Number(env['PORT'] ?? 0) });
  process.on('message', () => say(`listens ${url}`));
} else {
  const { work } = app.store;
  const claim: typeof work.claim = async (...order) => {
    const claimed = await work.claim(...order);
    if (claimed !== null) say(`claimed ${claimed.revisionId}`);
    return claimed;
  };
  const telling = { ...app, store: { ...app.store, work: { ...work, claim } } };
  const worker = runWorker(telling, addresses.redisUrl, () => process.exit(1));
  onStop({
    log: app.log,
    deadlineMs: config.SHUTDOWN_MS,
    signals: ['SIGTERM'],
    stop: async () => {
      await worker.close(config.SHUTDOWN_MS - 500);
      await app.close();
    },
  });
}
say('ready');
setInterval(() => {
  app.metrics.render().then(
    (text) => say(`stale ${/^polywarden_stale_writes_total(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? 0}`),
    () => undefined,
  );
}, 200).unref();
