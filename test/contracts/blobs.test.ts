/** The folder and the bucket keep the same promises; what only a bucket can do wrong stands below. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { composeBlobs } from '../../src/compose/blobs.js';
import { readConfig } from '../../src/config.js';
import { sayError, UnavailableError } from '../../src/errors.js';
import { checkBlobs } from '../../src/start/check-blobs.js';
import { BUCKET, BUCKET_ENV, BUCKET_KEYS, type BucketServer, openBucketServer } from '../support/bucket-server.js';

const SOUP = Buffer.from('soup');
const TEA = Buffer.from('tea');
const TIMEOUT_MS = 900;

let folder = '';
let server: BucketServer;
const opened: { close(): Promise<void> }[] = [];
let count = 0;
const newKey = (): string => {
  count += 1;
  return `img_${String(count).padStart(10, '0')}`;
};

const open = (env: Record<string, string>) => {
  const blobs = composeBlobs(readConfig({ DATA_DIR: folder, ...env }));
  opened.push(blobs);
  return blobs;
};
const inFolder = () => open({});
const inBucket = (env: Record<string, string> = {}) =>
  open({
    BLOBS_URL: `s3://${BUCKET}/moderation/pictures`,
    BLOBS_ENDPOINT: server.endpoint,
    BLOBS_TIMEOUT_MS: String(TIMEOUT_MS),
    ...env,
  });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'polywarden-blobs-'));
  server = await openBucketServer();
  for (const [name, value] of Object.entries(BUCKET_ENV)) vi.stubEnv(name, value);
});
afterEach(() => {
  Object.assign(server, { faults: [], fault: null, condition: 'kept', versioning: 'off' });
  server.asked.length = 0;
});
afterAll(async () => {
  for (const one of opened) await one.close();
  vi.unstubAllEnvs();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each([
  ['a folder', inFolder, 'kept'],
  ['a bucket', () => inBucket(), 'kept'],
  ['a bucket that refuses conditions', () => inBucket(), 'refused'],
] as const)('pictures in %s', (_name, make, condition) => {
  it('come back as they were put, and are forgotten when removed', async () => {
    server.condition = condition;
    const blobs = make();
    const key = newKey();
    expect(await blobs.get(key)).toBeNull();
    await blobs.put(key, SOUP);
    expect(Buffer.from((await blobs.get(key)) ?? [])).toEqual(SOUP);
    await blobs.remove(key);
    await blobs.remove(key);
    expect(await blobs.get(key)).toBeNull();
    await expect(checkBlobs(blobs, { next: newKey })).resolves.toBeUndefined();
  });

  it('take a picture of many megabytes', async () => {
    const blobs = make();
    const key = newKey();
    const large = Buffer.alloc(5_000_000, 'tea ');
    await blobs.put(key, large);
    expect(Buffer.compare((await blobs.get(key)) ?? TEA, large)).toBe(0);
  });

  it.each(['../../etc/passwd', 'a/b', '', 'img_0000000001/../x', 'img_00000000\0'])(
    'take no key like %j',
    async (key) => {
      const blobs = make();
      await expect(blobs.put(key, SOUP)).rejects.toThrow('not a key');
      await expect(blobs.get(key)).rejects.toThrow('not a key');
      await expect(blobs.remove(key)).rejects.toThrow('not a key');
    },
  );
});

describe.each([
  ['a folder', inFolder],
  ['a bucket', () => inBucket()],
])('pictures in %s', (_name, make) => {
  it('are written once: the same bytes change nothing, others are refused', async () => {
    const blobs = make();
    const key = newKey();
    await blobs.put(key, SOUP);
    await Promise.all([1, 2, 3].map(() => blobs.put(key, SOUP)));
    await expect(blobs.put(key, TEA)).rejects.toThrow('other bytes lie under this key');
    expect(Buffer.from((await blobs.get(key)) ?? [])).toEqual(SOUP);
  });
});

describe('a folder that cannot be used', () => {
  it('is named at the start', async () => {
    const file = path.join(folder, 'no-folder');
    await writeFile(file, '');
    const fault = await checkBlobs(open({ DATA_DIR: file }), { next: newKey }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'store_unavailable' });
    expect(sayError(fault)).toMatch(/^The folder of pictures cannot be used: ENOTDIR/);
  });
});

describe('the layout', () => {
  it('is the same in folder and bucket, so that files can be copied from one to the other', async () => {
    const [from, to] = [open({ DATA_DIR: path.join(folder, 'moved') }), inBucket()];
    const keys = ['img_01KAYAAAAAAAAAAAAAAAAAAAQZ', 'img_01KAYAAAAAAAAAAAAAAAAAAA0b'];
    for (const key of keys) await from.put(key, Buffer.from(key));
    const images = path.join(folder, 'moved', 'images');
    const files = (await readdir(images, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    for (const { parentPath, name } of files) {
      const file = path.join(parentPath, name);
      server.objects.set(`moderation/pictures/${path.relative(images, file)}`, await readFile(file));
    }
    for (const key of keys) expect(Buffer.from((await to.get(key)) ?? []).toString()).toBe(key);
    const back = newKey();
    await to.put(back, TEA);
    const [place = '', bytes = TEA] = [...server.objects].find(([name]) => name.endsWith(back)) ?? [];
    const target = path.join(images, path.relative('moderation/pictures', place));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, bytes);
    await chmod(target, 0o400);
    expect(Buffer.from((await from.get(back)) ?? [])).toEqual(TEA);
  });
});

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (fault: unknown) => fault,
  );
  expect(error).toBeInstanceOf(UnavailableError);
  expect(error).toMatchObject({ code: 'store_unavailable', message: 'The bucket of pictures cannot be used' });
  const said = sayError(error);
  expect(said).toContain(`: s3://${BUCKET}`);
  for (const secret of Object.values(BUCKET_KEYS)) {
    expect(said).not.toContain(secret);
    expect(JSON.stringify(error, [...Object.getOwnPropertyNames(error), 'stack', 'cause'])).not.toContain(secret);
  }
  return said;
};

describe('a bucket', () => {
  it('is asked by signed requests, for the encryption that is set, with the checksum of the bytes', async () => {
    const key = newKey();
    await inBucket({ BLOBS_ENCRYPTION: 'aws:kms', BLOBS_KMS_KEY: 'alias/pictures' }).put(key, SOUP);
    const [{ method, path: at, headers } = { method: '', path: '', headers: {} }] = server.asked;
    expect([method, at.split('?')[0]]).toEqual(['PUT', `/${BUCKET}/moderation/pictures/${key.slice(-2)}/${key}`]);
    expect(headers).toMatchObject({
      'if-none-match': '*',
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/pictures',
      'x-amz-meta-sha256': headers['x-amz-content-sha256'],
    });
    expect(headers.authorization).toMatch(/us-east-1\/s3\/aws4_request/);
  });

  it('stands in the path where the store has a name of its own', async () => {
    const key = newKey();
    await inBucket({ BLOBS_ENDPOINT: server.endpoint.replace('127.0.0.1', 'localhost') }).put(key, SOUP);
    expect(server.asked[0]).toMatchObject({
      path: expect.stringMatching(`^/${BUCKET}/moderation/`),
      headers: { host: expect.stringMatching(/^localhost:/) },
    });
  });

  it('may be used without a prefix', async () => {
    const key = newKey();
    await inBucket({ BLOBS_URL: `s3://${BUCKET}/` }).put(key, SOUP);
    expect(server.objects.has(`${key.slice(-2)}/${key}`)).toBe(true);
  });

  it.each([
    [403, 'AccessDenied', 'the credentials do not allow this (AccessDenied, HTTP 403)'],
    [403, 'ExpiredToken', 'the credentials have expired'],
    [301, 'PermanentRedirect', 'it lies in another region; set BLOBS_REGION'],
    [404, 'NoSuchBucket', 'there is no such bucket'],
    [404, 'NotFound', 'NotFound, HTTP 404'],
    [409, 'ConditionalRequestConflict', 'ConditionalRequestConflict, HTTP 409'],
    [500, 'InternalError', 'InternalError, HTTP 500'],
    [503, 'SlowDown', 'SlowDown, HTTP 503'],
  ])('that answers %i %s is unavailable and said to be so, never an absent picture', async (status, code, why) => {
    const blobs = inBucket({ BLOBS_TIMEOUT_MS: '20000' });
    server.fault = { status, code };
    const refused = await Promise.all(
      [blobs.get(newKey()), blobs.put(newKey(), SOUP), blobs.remove(newKey())].map(refusal),
    );
    expect(refused).toEqual(refused.map(() => expect.stringContaining(why)));
  });

  it('that has one bad moment is asked again; three are enough', async () => {
    const blobs = inBucket({ BLOBS_TIMEOUT_MS: '10000' });
    const key = newKey();
    server.faults = [{ status: 503, code: 'SlowDown' }, 'cut'];
    await blobs.put(key, SOUP);
    expect(server.asked).toHaveLength(3);
    server.fault = { status: 500, code: 'InternalError' };
    await refusal(blobs.get(key));
    expect(server.asked).toHaveLength(6);
  });

  it('whose answer to a put was lost is not written twice', async () => {
    const key = newKey();
    server.faults = ['answer_lost'];
    await inBucket({ BLOBS_TIMEOUT_MS: '10000' }).put(key, SOUP);
    expect(server.asked.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'GET']);
  });

  it.each(['silent', 'stalled_body'] as const)('that is %s is left after the time limit', async (fault) => {
    const key = newKey();
    const blobs = inBucket();
    await blobs.put(key, SOUP);
    server.fault = fault;
    const started = performance.now();
    await refusal(blobs.get(key));
    expect(performance.now() - started).toBeLessThan(2 * TIMEOUT_MS);
  });

  it.each([
    ['cut_body', /ECONNRESET|aborted/i],
    ['damaged', /what came is not what was put/],
    ['no_xml', /HTTP 502/],
  ] as const)('never gives half a picture or another (%s)', async (fault, why) => {
    const key = newKey();
    const blobs = inBucket({ BLOBS_TIMEOUT_MS: '5000' });
    await blobs.put(key, SOUP);
    server.fault = fault;
    expect(await refusal(blobs.get(key))).toMatch(why);
  });

  it('may answer that what shall be removed is not there', async () => {
    server.fault = { status: 404, code: 'NoSuchKey' };
    await inBucket().remove(newKey());
  });

  it('that keeps versions is no place for pictures: what is erased would stay', async () => {
    const blobs = inBucket();
    server.versioning = 'on';
    expect(await refusal(checkBlobs(blobs, { next: newKey }))).toContain('switch versioning off');
    server.versioning = 'suspended';
    await checkBlobs(blobs, { next: newKey });
  });

  it('must say of a picture that it is not there', async () => {
    const blobs = inBucket();
    const lost = { ...blobs, get: async () => null };
    await expect(checkBlobs(lost, { next: newKey })).rejects.toThrow('does not keep what is put');
    const kept = { ...blobs, remove: async () => undefined };
    await expect(checkBlobs(kept, { next: newKey })).rejects.toThrow('forget what is removed');
  });

  it('stops a start with what is wrong', async () => {
    const start = (env: Record<string, string>) => refusal(checkBlobs(inBucket(env), { next: newKey }));
    expect(await start({ BLOBS_URL: `s3://${BUCKET}-elsewhere` })).toContain('there is no such bucket');
    expect(await start({ BLOBS_ENDPOINT: 'http://127.0.0.1:1' })).toContain('ECONNREFUSED');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another');
    expect(await start({})).toContain('the credentials are not accepted (SignatureDoesNotMatch, HTTP 403)');
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    expect(await start({})).toContain('no credentials were found');
    vi.stubEnv('AWS_ACCESS_KEY_ID', BUCKET_KEYS.AWS_ACCESS_KEY_ID);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', BUCKET_KEYS.AWS_SECRET_ACCESS_KEY);
    // Nothing is sent: without a region there is no address.
    vi.stubEnv('AWS_REGION', undefined);
    expect(await refusal(open({ BLOBS_URL: `s3://${BUCKET}` }).get(newKey()))).toContain('set BLOBS_REGION');
  });
});
