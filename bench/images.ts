/**
 * `npm run bench:images -- [COUNT]`: seeded mutations of good pictures through the decoding process and the policies.
 * Prints outcomes, processes that ended, pictures that were unreadable and allowed all the same, slowest and memory.
 * Ends with 1 when a process crashed or an unreadable picture was allowed.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DECODE_LIMITS } from '../src/adapters/images/decode-image-limits.js';
import { openDecoder } from '../src/adapters/images-sharp.js';
import { DECODE_SCRIPT } from '../src/paths.js';
import { loadBundle } from '../src/policy/load.js';
import { readImage } from '../src/stages/images/read-image.js';
import { goodPictures, mutated } from './mutations.js';
import { calmReaders, isAllowed } from './picture-verdict.js';

const FULL = 10_000;
const RECYCLE_AFTER = 300;
/** mulberry32: the same mutations in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function residentBytes(pid: number | null): Promise<number> {
  if (pid === null) return 0;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1_024;
}

async function main(): Promise<number> {
  const count = Number(process.argv[2] ?? FULL);
  const bundle = await loadBundle(path.resolve('policies'));
  const script = DECODE_SCRIPT;
  const decoder = openDecoder({
    script,
    limits: DECODE_LIMITS,
    timeoutMs: 20_000,
    maxRssBytes: 768 * 1_048_576,
    recycleAfter: RECYCLE_AFTER,
  });
  const readers = calmReaders(decoder);
  const good = await goodPictures();
  const random = seeded(2_026);
  const outcomes = new Map<string, number>();
  let slowestMs = 0;
  let peakBytes = 0;
  let allowed = 0;
  const started = performance.now();
  for (let i = 0; i < count; i += 1) {
    const bytes = mutated(good[i % good.length] ?? Buffer.alloc(0), random);
    const before = performance.now();
    const order = { index: 0, bytes: async () => bytes, likely: [], lastAttempt: true };
    const reading = await readImage(order, readers, new AbortController().signal);
    slowestMs = Math.max(slowestMs, performance.now() - before);
    if (i % 50 === 0) peakBytes = Math.max(peakBytes, await residentBytes(decoder.pid()));
    const outcome = reading.facts.status === 'failed' ? reading.facts.code : reading.facts.status;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome !== 'found' && isAllowed(reading, bundle)) allowed += 1;
  }
  const seconds = (performance.now() - started) / 1_000;
  const crashes = decoder.started() - Math.ceil(count / RECYCLE_AFTER);
  await decoder.close();
  const lines = [
    `${count} mutations of ${good.length} pictures in ${seconds.toFixed(1)} s`,
    ...[...outcomes].sort().map(([name, n]) => `  ${name}: ${n}`),
    `processes that ended before their time: ${crashes}`,
    `unreadable but allowed: ${allowed}`,
    `slowest: ${slowestMs.toFixed(0)} ms, peak memory of the decoding process: ${(peakBytes / 1_048_576).toFixed(0)} MB`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return crashes === 0 && allowed === 0 ? 0 : 1;
}

process.exitCode = await main();
