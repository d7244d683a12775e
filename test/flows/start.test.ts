/** A start that fails says what is in the way, and gives nothing away that is shown only once. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openIds, systemClock } from '../../src/adapters/clock-ids.js';
import { openStore } from '../../src/adapters/store-prisma.js';
import { readConfig, retentionOf } from '../../src/config.js';
import { sayError } from '../../src/errors.js';
import { start } from '../../src/main.js';
import type { Log } from '../../src/ports.js';
import { BUCKET, BUCKET_ENV, openBucketServer } from '../support/bucket-server.js';
import { classifierFake, languageFake } from '../support/classifier.js';
import { freshDatabase, freshRedis } from '../support/services.js';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'polywarden-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('a taken port is named, and the first login is kept for the start that succeeds', { timeout: 60_000 }, async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const [databaseUrl, redisUrl] = [await freshDatabase(), await freshRedis()];
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    DATA_DIR: folder,
    PORT: String(port),
    LOG_LEVEL: 'silent',
  });
  await expect(start(config, silent, { classifier: classifierFake(), language: languageFake })).rejects.toMatchObject({
    code: 'config_invalid',
    message: `127.0.0.1:${port} is in use; set PORT to another, or to 0 for a free one.`,
  });
  other.close();
  const store = await openStore({ databaseUrl, ids: openIds(systemClock), retention: retentionOf(config) });
  expect([await store.access.listUsers(), await store.access.listKeys()]).toEqual([[], []]);
  await store.close();
});

it('a bucket that is not there is named', { timeout: 60_000 }, async () => {
  const server = await openBucketServer();
  for (const [name, value] of Object.entries(BUCKET_ENV)) vi.stubEnv(name, value);
  const config = readConfig({
    DATABASE_URL: await freshDatabase(),
    REDIS_URL: await freshRedis(),
    DATA_DIR: folder,
    BLOBS_URL: `s3://${BUCKET}-of-others`,
    BLOBS_ENDPOINT: server.endpoint,
    LOG_LEVEL: 'silent',
  });
  const fault = await start(config, silent, { classifier: classifierFake(), language: languageFake }).catch(sayError);
  expect(fault).toBe(
    `The bucket of pictures cannot be used: s3://${BUCKET}-of-others: there is no such bucket (NoSuchBucket, HTTP 404)`,
  );
  vi.unstubAllEnvs();
  await server.close();
});
