/** A worker process for tests that kill one: bundled, since its parent runs from source. */
import { compose } from '../../src/compose.js';
import { readConfig } from '../../src/config.js';
import { onStop } from '../../src/start/stop.js';
import { runWorker } from '../../workers/run.js';
import { classifierFake, HOT_WORD, languageFake } from './classifier.js';

const [env, addresses] = JSON.parse(process.argv[2] ?? '') as [
  Record<string, string>,
  { databaseUrl: string; redisUrl: string },
];
// Never answers for a note with the word: the parent kills this process in the middle of it.
const classifier = classifierFake(async (texts) => {
  if (!texts.some((text) => text.text.raw.includes(HOT_WORD))) return;
  process.send?.('busy');
  await new Promise(() => undefined);
});
const wanted = { part: 'test-worker', model: 'now', watch: false } as const;
const config = readConfig(env);
const app = await compose(config, addresses, wanted, { classifier, language: languageFake });
const worker = runWorker(app, addresses.redisUrl, () => process.exit(1));
onStop({
  log: app.log,
  deadlineMs: config.SHUTDOWN_MS,
  signals: ['SIGTERM'],
  stop: async () => {
    process.send?.('stopping');
    await worker.close(config.SHUTDOWN_MS - 500);
    await app.close();
  },
});
process.send?.('ready');
