/** A worker process for tests that kill one: bundled, since its parent runs from source. */
import { compose } from '../../src/compose.js';
import { readConfig } from '../../src/config.js';
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
const app = await compose(readConfig(env), addresses, wanted, { classifier, language: languageFake });
runWorker(app, addresses.redisUrl, () => process.exit(1));
process.send?.('ready');
