/** Pictures from intake to decision on real PostgreSQL, Redis, files and a decoding process. */

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeImages, type Images } from '../../src/compose/images.js';
import { readConfig } from '../../src/config.js';
import { removeBlobs } from '../../src/usecases/remove-blobs.js';
import { drawn } from '../adapters/images/pictures.js';
import { HOT_WORD } from '../support/classifier.js';
import { type System, startSystem } from '../support/running.js';
import { until } from '../support/until.js';
import { bundleWorker } from '../support/worker-process.js';

let folder = '';
let bundle: Awaited<ReturnType<typeof bundleWorker>>;
let images: Images;
let system: System;
let web: Server;
let base = '';
let png: Buffer;
let serial = 0;

const filesUnder = async (): Promise<number> =>
  (await readdir(path.join(folder, 'images'), { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
    .length;
const note = (own: object) => {
  serial += 1;
  return { externalId: `picture-${serial}`, title: 'Lunch', body: 'Soup of the day', regions: ['de'], ...own };
};
const accepted = async (own: object): Promise<string> => {
  const answer = await system.post('/v1/notes', note(own));
  expect(answer.status).toBe(202);
  return (answer.json() as { id: string }).id;
};
const final = (id: string) =>
  until(async () => {
    const view = await system.view(id);
    return view.status === 'pending' ? null : view;
  }, 20_000);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'polywarden-images-'));
  bundle = await bundleWorker(path.resolve(import.meta.dirname, '../../src/adapters/images/decode-child.ts'));
  const env = { DATA_DIR: folder, IMAGE_ALLOW_PRIVATE: '1', IMAGE_FETCH_TIMEOUT_MS: '2000', LOG_LEVEL: 'silent' };
  // Readers that say that there is nothing: what remains is decoding.
  const { readers, ...rest } = composeImages(readConfig(env), bundle.script);
  const empty = { text: '', words: [], confidence: 0, languages: [] };
  images = {
    ...rest,
    readers: {
      ...readers,
      text: { read: async () => empty, close: async () => undefined },
      codes: {
        read: async () => [{ kind: 'qr', text: 'soup', box: { left: 0, top: 0, width: 1, height: 1 }, frame: 0 }],
      },
      hash: () => ({ pdq: '0'.repeat(64), quality: 0 }),
      model: { model: 'm', classify: async () => ({ model: 'm', labels: {} }), close: async () => undefined },
    },
  };
  system = await startSystem({ env, overrides: { images } });
  png = await drawn(40, 30).png().toBuffer();
  web = createServer((request, response) => {
    if (request.url === '/ok.png') return response.end(png);
    if (request.url === '/page')
      return response.setHeader('content-type', 'image/png').end('<!doctype html><p>soup</p>');
    if (request.url === '/inward') return response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    if (request.url === '/huge') return response.writeHead(200, { 'content-length': '2147483648' }).end('x');
    if (request.url === '/slow') return undefined;
    return response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  system.startWorker();
}, 120_000);
afterAll(async () => {
  await system.close();
  await images.close();
  web.closeAllConnections();
  web.close();
  await bundle.remove();
  await rm(folder, { recursive: true, force: true });
});

describe('a note with pictures', () => {
  it('is decided when all are read, shown re-encoded, and erased with its bytes', async () => {
    const id = await accepted({ images: [{ data: png.toString('base64') }, { url: `${base}/ok.png` }] });
    const view = await final(id);
    const { evidence } = view.revisions[0] ?? {};
    expect(evidence?.images).toMatchObject({
      status: 'found',
      value: {
        readings: [
          { index: 0, facts: { status: 'found' } },
          { index: 1, facts: { value: { format: 'png' } } },
        ],
      },
    });
    expect(view.decisions.map(({ action }) => action)).toEqual(['allow']);
    const told = (await system.get(`/v1/notes/${id}`)).json() as { revisions: { evidence: { pictures: unknown } }[] };
    expect(told.revisions[0]?.evidence.pictures).toMatchObject([
      { index: 0, format: 'png', width: 40, height: 30, text: '', codes: [{ kind: 'qr', text: 'soup' }] },
      { index: 1, format: 'png' },
    ]);
    expect(await filesUnder()).toBe(2);
    for (const index of [0, 1]) {
      const shown = await system.server.inject({
        url: `/v1/notes/${id}/images/${index}?sidePx=32`,
        headers: { authorization: `Bearer ${system.key}` },
      });
      expect(shown.statusCode).toBe(200);
      expect(shown.headers).toMatchObject({ 'content-type': 'image/webp', 'x-content-type-options': 'nosniff' });
      expect(shown.headers['content-security-policy']).toContain('sandbox');
    }
    expect((await system.get(`/v1/notes/${id}/images/2`)).status).toBe(404);
    const { clock, store, log } = system.app;
    await store.notes.erase(null, id, { kind: 'system', id: 'test' }, clock.now());
    expect((await system.get(`/v1/notes/${id}/images/0`)).status).toBe(410);
    const later = { now: () => Date.now() + 1_000 };
    expect(await removeBlobs({ images: store.images, blobs: images.blobs, clock: later, log })).toBe(2);
    expect(await filesUnder()).toBe(0);
  });

  it.each([
    ['/page', 'image_unsupported'],
    ['/inward', 'fetch_blocked'],
    ['/huge', 'image_too_large'],
    ['/absent', 'fetch_failed'],
  ])('is never allowed when a picture answers %s', async (address, code) => {
    const view = await final(await accepted({ images: [{ url: `${base}${address}` }] }));
    expect(view.revisions[0]?.evidence?.images).toMatchObject({ value: { readings: [{ facts: { code } }] } });
    expect(view.decisions.map(({ action }) => action)).toEqual(['review']);
  });

  it('is never allowed when a picture cannot be decoded', async () => {
    const broken = png.subarray(0, png.length - 20).toString('base64');
    const view = await final(await accepted({ images: [{ data: broken }] }));
    expect(view.decisions[0]).toMatchObject({ action: 'review', gaps: [{ stage: 'images', why: 'image_unreadable' }] });
  });

  it('that is grave already is decided while the picture is due, and once more at the end', async () => {
    const id = await accepted({ body: `${HOT_WORD} ${HOT_WORD} you all`, images: [{ url: `${base}/slow` }] });
    const interim = await until(async () => {
      const view = await system.view(id);
      return view.decisions.length > 0 ? view : null;
    }, 10_000);
    expect(interim.status).toBe('pending');
    expect(interim.decisions.every(({ action }) => action !== 'allow')).toBe(true);
    const end = await final(id);
    expect(end.decisions.filter(({ supersededBy }) => supersededBy === null)).toHaveLength(1);
    expect(end.decisions.length).toBe(interim.decisions.length + 1);
    expect(end.revisions[0]?.evidence?.images).toMatchObject({
      value: { readings: [{ facts: { code: 'fetch_failed' } }] },
    });
  });

  it('may come as multipart/form-data; the same bytes are the same content', async () => {
    const send = (bytes: Buffer) => {
      const form = new FormData();
      form.set('note', JSON.stringify(note({ externalId: 'form' })));
      form.append('image', new Blob([new Uint8Array(bytes)]), 'soup.png');
      return new Response(form);
    };
    const post = async (bytes: Buffer) => {
      const body = send(bytes);
      return system.server.inject({
        method: 'POST',
        url: '/v1/notes',
        headers: { authorization: `Bearer ${system.key}`, 'content-type': body.headers.get('content-type') ?? '' },
        payload: Buffer.from(await body.arrayBuffer()),
      });
    };
    const first = await post(png);
    expect(first.statusCode).toBe(202);
    const again = await post(png);
    expect(again.json()).toMatchObject({ revision: 1 });
    expect((await post(await drawn(9, 9).png().toBuffer())).json()).toMatchObject({ revision: 2 });
    expect((await post(Buffer.from('PK\x03\x04 no picture'))).json()).toMatchObject({ code: 'image_unsupported' });
    expect((await post(Buffer.alloc(0))).json()).toMatchObject({ code: 'image_unreadable' });
    await final((first.json() as { id: string }).id);
  });
});
