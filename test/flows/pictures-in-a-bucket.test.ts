/** A note with a picture whose bytes lie in a bucket: accepted, shown, refused while the bucket is away, erased. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { composeImages, type Images } from '../../src/compose/images.js';
import { readConfig } from '../../src/config.js';
import { removeBlobs } from '../../src/usecases/remove-blobs.js';
import { drawn } from '../adapters/images/pictures.js';
import { BUCKET, BUCKET_ENV, BUCKET_KEYS, type BucketServer, openBucketServer } from '../support/bucket-server.js';
import { imagesFake, SHOWN } from '../support/images.js';
import { type System, startSystem } from '../support/running.js';

let bucket: BucketServer;
let images: Images;
let system: System;
let data = '';

const send = (externalId: string, own: object = {}) =>
  system.post('/v1/notes', { externalId, title: 'Lunch', body: 'Soup of the day', regions: ['de'], ...own });
const show = (id: string) =>
  system.server.inject({ url: `/v1/notes/${id}/images/0`, headers: { authorization: `Bearer ${system.key}` } });

beforeAll(async () => {
  bucket = await openBucketServer();
  for (const [name, value] of Object.entries(BUCKET_ENV)) vi.stubEnv(name, value);
  const env = { BLOBS_URL: `s3://${BUCKET}/moderation`, BLOBS_ENDPOINT: bucket.endpoint };
  images = { ...composeImages(readConfig(env)), readers: imagesFake().readers };
  system = await startSystem({ env, overrides: { images } });
  data = (await drawn(40, 30).png().toBuffer()).toString('base64');
  system.startWorker();
}, 120_000);
afterAll(async () => {
  await system.close();
  await images.close();
  await bucket.close();
  vi.unstubAllEnvs();
});

it('goes through, is shown, and is erased with its bytes', async () => {
  const answer = await send('lunch', { images: [{ data }] });
  expect(answer.status).toBe(202);
  const { id } = answer.json() as { id: string };
  expect([...bucket.objects.keys()]).toEqual([expect.stringMatching(/^moderation\/[\w-]{2}\/img_\w+$/)]);
  await system.decided(id, 20_000);
  expect((await show(id)).rawPayload).toEqual(SHOWN);

  bucket.fault = { status: 403, code: 'AccessDenied' };
  expect((await show(id)).json()).toMatchObject({ status: 503, code: 'store_unavailable' });
  const refused = await send('tea', { images: [{ data }] });
  expect(refused.json()).toMatchObject({ status: 503, code: 'store_unavailable', retry: true });
  expect((await send('words alone')).status).toBe(202);
  const said = JSON.stringify(system.logs);
  for (const secret of Object.values(BUCKET_KEYS)) expect(said).not.toContain(secret);
  bucket.fault = null;

  const { clock, store, log } = system.app;
  await store.notes.erase(null, id, { kind: 'system', id: 'test' }, clock.now());
  expect((await show(id)).statusCode).toBe(410);
  const later = { now: () => Date.now() + 1_000 };
  expect(await removeBlobs({ images: store.images, blobs: images.blobs, clock: later, log })).toBe(1);
  expect(bucket.objects.size).toBe(0);
});
