/**
 * Speed and memory of the classify stage: notes of about 40 tokens, one after the other, in one process.
 * `node dist/bench/classify.js [--notes 2000] [--json]`
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openClassifier } from '../src/adapters/classifier-transformers.js';
import { configFromProcess } from '../src/config.js';
import type { LabelledText } from '../src/domain.js';
import { normaliseText } from '../src/stages/normalise/text.js';

const PLACES = ['harbour', 'market', 'valley', 'library', 'bakery', 'museum', 'garden', 'station', 'island', 'castle'];
const THINGS = ['soup', 'bread', 'coffee', 'noodles', 'salad', 'cake', 'curry', 'pasta', 'tea', 'dumplings'];

/** Distinct texts, so that nothing but words can be remembered between them. */
const noteText = (i: number): string =>
  `Day ${i} of our trip: we walked to the old ${PLACES[i % 10]} before breakfast, shared ${THINGS[(i >> 2) % 10]} with ` +
  `friends from the ${PLACES[(i * 7 + 3) % 10]}, and took ${i % 37} photos; the ${THINGS[(i * 3) % 10]} was worth every minute.`;

/** A worker reads these once after its start, while its code is still being compiled: up to a fifth slower, and not the rate asked for. */
const WARM_UP = 200;

const mebibytes = (): number => process.memoryUsage().rss / 2 ** 20;

const { values } = parseArgs({ options: { notes: { type: 'string', default: '2000' }, json: { type: 'boolean' } } });
const notes = Number(values.notes);
const config = configFromProcess();
const before = mebibytes();
const classifier = await openClassifier({ dir: path.join(config.MODELS_DIR, config.TEXT_MODEL), threads: 1 });
const loaded = mebibytes();
const signal = new AbortController().signal;
// Normalising is a stage of its own, before the clock starts.
const bodies = (from: number, count: number): readonly LabelledText[] =>
  Array.from({ length: count }, (_, i) => ({ part: 'body', text: normaliseText(noteText(from + i)) }));
const measured = bodies(0, notes);
for (const body of bodies(10_000, WARM_UP)) await classifier.classify([body], 'en', signal);
const cpu = process.cpuUsage();
const started = performance.now();
for (const body of measured) await classifier.classify([body], 'en', signal);
const seconds = (performance.now() - started) / 1_000;
const { user, system } = process.cpuUsage(cpu);
const figures = {
  notes,
  notesPerSecond: Math.round(notes / seconds),
  notesPerCpuSecond: Math.round((notes * 1e6) / (user + system)),
  loadMebibytes: Math.round(loaded - before),
  afterMebibytes: Math.round(mebibytes() - before),
};
console.log(values.json === true ? JSON.stringify(figures) : figures);
await classifier.close();
