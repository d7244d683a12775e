/**
 * `npm run bench:images -- [COUNT] [FOLDER]`: seeded mutations of good pictures, then all files under FOLDER, through the
 * decoding process, the text reader, codes, hashes and the policies. Prints outcomes, processes that ended, pictures that
 * were unreadable and allowed all the same, slowest and memory. Ends with 1 when a process crashed or an unreadable
 * picture was allowed.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openCodeReader } from '../src/adapters/codes-zxing.js';
import { DECODE_LIMITS } from '../src/adapters/images/decode-image-limits.js';
import { openDecoder } from '../src/adapters/images-sharp.js';
import { openTextReader } from '../src/adapters/ocr-tesseract.js';
import { loadBundle } from '../src/adapters/policy-folder.js';
import type { ImageReading } from '../src/domain.js';
import { DECODE_SCRIPT, OCR_SCRIPT } from '../src/paths.js';
import type { Bundle } from '../src/policy/bundle.js';
import { seeded } from '../src/seeded.js';
import { pdqOf } from '../src/stages/images/pdq/pdq.js';
import { readImage } from '../src/stages/images/read-image.js';
import { goodPictures, mutated } from './mutations.js';
import { calmReaders, isAllowed } from './picture-verdict.js';

const FULL = 10_000;
const RECYCLE_AFTER = 300;
const MEGABYTE = 1_048_576;

async function residentBytes(pid: number | null): Promise<number> {
  if (pid === null) return 0;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1_024;
}

/** The image model alone is a calm one: it sees pixels, never bytes. */
function openReaders() {
  const decoder = openDecoder({
    script: DECODE_SCRIPT,
    limits: DECODE_LIMITS,
    timeoutMs: 20_000,
    maxRssBytes: 768 * MEGABYTE,
    recycleAfter: RECYCLE_AFTER,
  });
  const text = openTextReader({
    script: OCR_SCRIPT,
    startMs: 20_000,
    timeoutMs: 30_000,
    maxRssBytes: 1_024 * MEGABYTE,
    recycleAfter: RECYCLE_AFTER,
  });
  return { decoder, text, readers: { ...calmReaders(decoder), text, codes: openCodeReader(), hash: pdqOf } };
}
type Opened = ReturnType<typeof openReaders>;

/** What a run of pictures came to. */
class Tally {
  readonly outcomes = new Map<string, number>();
  slowestMs = 0;
  slowest = '';
  decoderBytes = 0;
  textBytes = 0;
  allowed = 0;
  count = 0;

  constructor(
    private readonly opened: Opened,
    private readonly bundle: Bundle,
  ) {}

  async see(bytes: Buffer): Promise<void> {
    const before = performance.now();
    const order = { index: 0, bytes: async () => bytes, likely: [], lastAttempt: true };
    const reading = await readImage(order, this.opened.readers, new AbortController().signal);
    const ms = performance.now() - before;
    if (ms > this.slowestMs) {
      this.slowestMs = ms;
      this.slowest = `number ${this.count + 1}: ${partsOf(reading)}`;
    }
    if (this.count % 50 === 0) await this.weigh();
    this.count += 1;
    const { facts, ...others } = reading;
    this.note(facts.status === 'failed' ? facts.code : facts.status);
    const parts = Object.entries({ ocr: others.ocr, codes: others.codes, hash: others.hash });
    if (facts.status === 'found') {
      for (const [name, one] of parts) if (one.status === 'failed') this.note(`decoded, but ${name}: ${one.code}`);
    }
    const isUnread = facts.status !== 'found' || parts.some(([, one]) => one.status !== 'found');
    if (isUnread && isAllowed(reading, this.bundle)) this.allowed += 1;
  }

  private async weigh(): Promise<void> {
    this.decoderBytes = Math.max(this.decoderBytes, await residentBytes(this.opened.decoder.pid()));
    this.textBytes = Math.max(this.textBytes, await residentBytes(this.opened.text.pid()));
  }
  private note(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }
}

const partsOf = ({ facts, ocr, codes, hash }: ImageReading): string =>
  Object.entries({ decoding: facts, text: ocr, codes, hash })
    .map(([name, one]) => `${name} ${one.status === 'found' ? `${one.ms} ms` : one.status}`)
    .join(', ');

const mb = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(0)} MB`;

/** Replaced only when their time had come, but for the text reader, which is retired when it has grown, too. */
async function run(name: string, pictures: Iterable<() => Promise<Buffer>>, bundle: Bundle): Promise<boolean> {
  const opened = openReaders();
  const tally = new Tally(opened, bundle);
  const started = performance.now();
  for (const picture of pictures) await tally.see(await picture());
  const seconds = (performance.now() - started) / 1_000;
  const crashes = opened.decoder.started() - Math.ceil(tally.count / RECYCLE_AFTER);
  await opened.decoder.close();
  await opened.text.close();
  const lines = [
    `${tally.count} ${name} in ${seconds.toFixed(1)} s`,
    ...[...tally.outcomes].sort().map(([outcome, n]) => `  ${outcome}: ${n}`),
    `decoding processes that ended before their time: ${crashes}`,
    `text readers started: ${opened.text.started()}`,
    `unreadable but allowed: ${tally.allowed}`,
    `slowest: ${tally.slowestMs.toFixed(0)} ms (${tally.slowest})`,
    `peak memory: decoding ${mb(tally.decoderBytes)}, text reader ${mb(tally.textBytes)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return crashes === 0 && tally.allowed === 0;
}

async function main(): Promise<number> {
  const [count = String(FULL), folder] = process.argv.slice(2);
  const bundle = await loadBundle(path.resolve('policies'));
  const good = await goodPictures();
  const random = seeded(2_026);
  const mutations = Array.from({ length: Number(count) }, (_, i) => {
    return async () => mutated(good[i % good.length] ?? Buffer.alloc(0), random);
  });
  const isCalm = await run(`mutations of ${good.length} pictures`, mutations, bundle);
  if (folder === undefined) return isCalm ? 0 : 1;
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  const given = files.map((file) => () => readFile(path.join(file.parentPath, file.name)));
  return (await run(`files of ${path.basename(folder)}`, given, bundle)) && isCalm ? 0 : 1;
}

process.exitCode = await main();
