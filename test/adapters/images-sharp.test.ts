import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECODE_LIMITS } from '../../src/adapters/images/decode-image-limits.js';
import { openDecoder, type WatchedDecoder } from '../../src/adapters/images-sharp.js';
import { codeOf } from '../../src/errors.js';
import { bundleWorker } from '../support/worker-process.js';
import { drawn } from './images/pictures.js';

const OPTIONS = { limits: DECODE_LIMITS, timeoutMs: 20_000, maxRssBytes: 1e9, recycleAfter: 3 };
const forever = (): AbortSignal => new AbortController().signal;
const codeFor = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'decoded',
    (error: unknown) => codeOf(error),
  );

describe('the decoding process', () => {
  let bundle: Awaited<ReturnType<typeof bundleWorker>>;
  let folder = '';
  const decoders: WatchedDecoder[] = [];
  const open = (change: Partial<Parameters<typeof openDecoder>[0]> = {}): WatchedDecoder => {
    const decoder = openDecoder({ ...OPTIONS, script: bundle.script, ...change });
    decoders.push(decoder);
    return decoder;
  };
  /** A child that misbehaves as the words say. */
  const misbehaving = async (body: string): Promise<string> => {
    const file = path.join(folder, `${decoders.length}.mjs`);
    await writeFile(file, `${body} process.send('ready');`);
    return file;
  };

  beforeAll(async () => {
    bundle = await bundleWorker(path.resolve(import.meta.dirname, '../../src/adapters/images/decode-child.ts'));
    folder = await mkdtemp(path.join(path.dirname(bundle.script), 'children-'));
  });
  afterAll(async () => {
    await Promise.all(decoders.map((decoder) => decoder.close()));
    await rm(folder, { recursive: true, force: true });
    await bundle.remove();
  });

  it('decodes, shows, and says why it refuses', async () => {
    const decoder = open();
    const png = await drawn(30, 20).png().toBuffer();
    expect((await decoder.decode(png, forever())).facts).toMatchObject({ width: 30, height: 20, format: 'png' });
    expect((await decoder.view(png, 10, forever())).length).toBeGreaterThan(20);
    expect(await codeFor(decoder.decode(Buffer.from('%PDF-'), forever()))).toBe('image_unsupported');
    expect(decoder.started()).toBe(1);
    await decoder.decode(png, forever());
    expect(decoder.started(), 'replaced after three pictures').toBe(2);
  });

  it('is killed when it hangs, and the next picture gets a new one', async () => {
    const script = await misbehaving("process.on('message', () => { for (;;) {} });");
    const decoder = open({ script, timeoutMs: 300 });
    const png = await drawn(9, 9).png().toBuffer();
    expect(await codeFor(decoder.decode(png, forever()))).toBe('image_unreadable');
    expect(decoder.pid()).toBeNull();
    expect(await codeFor(decoder.decode(png, forever()))).toBe('image_unreadable');
    expect(decoder.started()).toBe(2);
  });

  it("keeps the library's own words apart from what the sender of a picture reads", async () => {
    const png = await drawn(30, 20).png().toBuffer();
    const refusal = open().decode(png.subarray(0, 30), forever());
    await expect(refusal).rejects.toMatchObject({ message: 'The image cannot be decoded', cause: expect.any(Error) });
  });

  it('may end once for a reason of its own; the second end is the picture that cannot be read', async () => {
    const decoder = open({ script: await misbehaving("process.on('message', () => process.abort());") });
    expect(await codeFor(decoder.decode(new Uint8Array(3), forever()))).toBe('image_unreadable');
    expect(decoder.started()).toBe(2);
  });

  it('ends by itself when it grows beyond its limit', async () => {
    const decoder = open({ maxRssBytes: 30_000_000 });
    const large = await drawn(5_000, 5_000).png().toBuffer();
    expect(await codeFor(decoder.decode(large, forever()))).toBe('image_too_large');
  });

  it('stops when it is no longer wanted', async () => {
    const script = await misbehaving("process.on('message', () => undefined);");
    const decoder = open({ script });
    const stop = new AbortController();
    const work = decoder.decode(new Uint8Array(3), stop.signal);
    stop.abort(new Error('no longer'));
    await expect(work).rejects.toThrow('no longer');
    expect(decoder.pid()).toBeNull();
  });
});
