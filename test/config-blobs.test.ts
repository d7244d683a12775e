import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';
import { bucketConfigOf } from '../src/config-blobs.js';

const bucketOf = (env: Record<string, string>) => bucketConfigOf(readConfig(env));

describe('the place of pictures', () => {
  it('is a folder where no bucket is named', () => {
    expect(bucketOf({})).toBeNull();
    expect(bucketOf({ BLOBS_URL: ' ' })).toBeNull();
  });

  it.each([
    ['s3://shop-pictures', 'shop-pictures', ''],
    ['s3://shop-pictures/', 'shop-pictures', ''],
    ['s3://shop.pictures/moderation/2026_a', 'shop.pictures', 'moderation/2026_a'],
    ['s3://shop-pictures/a..b/', 'shop-pictures', 'a..b'],
  ])('is bucket and prefix: %s', (BLOBS_URL, bucket, prefix) => {
    expect(bucketOf({ BLOBS_URL })).toEqual({
      ...{ bucket, prefix, endpoint: null, region: null, pathStyle: false },
      ...{ encryption: null, kmsKey: null, timeoutMs: 15_000 },
    });
  });

  it.each(['shop-pictures', 'https://s3.example.org/shop', 's3://', 's3://Shop', 's3://ab', 's3://id:word@shop/x'])(
    'is not %s',
    (BLOBS_URL) => {
      expect(() => readConfig({ BLOBS_URL })).toThrowError(/^.*\nBLOBS_URL: Expected s3:\/\/bucket or s3:.*$/);
    },
  );
  it.each(['s3://shop//a', 's3://shop/a/../b', 's3://shop/./a', 's3://shop/a b', 's3://shop/a?x', 's3://shop/ä'])(
    'has no prefix as in %s',
    (BLOBS_URL) => {
      expect(() => readConfig({ BLOBS_URL })).toThrowError('BLOBS_URL: Expected s3://bucket');
    },
  );

  it('of another store is addressed by path in a region of no meaning, unless it is said otherwise', () => {
    const own = { BLOBS_URL: 's3://shop', BLOBS_ENDPOINT: 'http://127.0.0.1:9000' };
    expect(bucketOf(own)).toMatchObject({ endpoint: own.BLOBS_ENDPOINT, region: 'us-east-1', pathStyle: true });
    const said = { ...own, BLOBS_REGION: 'garage', BLOBS_PATH_STYLE: 'off', BLOBS_ENCRYPTION: 'AES256' };
    expect(bucketOf(said)).toMatchObject({ region: 'garage', pathStyle: false, encryption: 'AES256' });
  });

  it('takes no secret in an address, and shows none', () => {
    const BLOBS_ENDPOINT = 'https://id:s3cret@store.example.org';
    expect(() => readConfig({ BLOBS_ENDPOINT })).toThrowError(/BLOBS_ENDPOINT: Expected an address without user/);
    expect(() => readConfig({ BLOBS_ENDPOINT })).not.toThrowError(/s3cret/);
  });

  it.each([
    [{ BLOBS_ENDPOINT: 'http://127.0.0.1:9000' }, 'BLOBS_ENDPOINT needs BLOBS_URL'],
    [{ BLOBS_URL: 's3://shop', BLOBS_KMS_KEY: 'k' }, 'BLOBS_KMS_KEY needs BLOBS_ENCRYPTION=aws:kms'],
  ])('half configured is a fault: %j', (env, message) => {
    expect(() => bucketOf(env)).toThrowError(expect.objectContaining({ code: 'config_invalid', message }));
  });
});
