/** Bytes in a bucket, by the S3 protocol. Keys are ours and written once. The one importer of @aws-sdk/client-s3. */
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { BucketConfig } from '../config-blobs.js';
import { sha256Hex } from '../domain/sha256.js';
import { isOurs, UnavailableError } from '../errors.js';
import type { Blobs } from '../ports.js';
import { withinTime } from '../time-limit.js';
import { placeOf, refuseOthers } from './blob-keys.js';
import { errorNameOf, whyNotUsed } from './bucket-faults.js';

const ATTEMPTS = 3;

export interface ClosableBlobs extends Blobs {
  close(): Promise<void>;
}

export function openBlobBucket(config: BucketConfig): ClosableBlobs {
  const client = clientOf(config);
  const folder = ['s3:/', config.bucket, config.prefix].filter((part) => part !== '').join('/');
  const away = (why: string): UnavailableError =>
    new UnavailableError('store_unavailable', 'The bucket of pictures cannot be used', {
      cause: new Error(`${folder}: ${why}`),
    });
  const late = (): UnavailableError => away(`no answer within ${config.timeoutMs} ms`);
  /** Its errors go no further: they may hold what was sent. */
  const used = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    withinTime(config.timeoutMs, new AbortController().signal, late, work).catch((error: unknown) => {
      throw isOurs(error) ? error : away(whyNotUsed(error));
    });
  const objectOf = (key: string) => ({
    Bucket: config.bucket,
    Key: config.prefix === '' ? placeOf(key) : `${config.prefix}/${placeOf(key)}`,
  });

  const get = async (key: string): Promise<Uint8Array | null> => {
    const object = objectOf(key);
    return used((signal) => read(client, object, signal));
  };
  return {
    get,
    async put(key, bytes) {
      const order = { ...objectOf(key), ...contentOf(bytes), ...encryptionOf(config) };
      if ((await used((signal) => write(client, order, signal))) === 'written') return;
      const there = await get(key);
      if (there === null) throw away('it refuses a new object as one that is there');
      refuseOthers(there, bytes);
    },
    async remove(key) {
      const object = objectOf(key);
      if ((await used((signal) => remove(client, object, signal))) === 'removed') return;
      // What was erased must be gone.
      throw away('it keeps versions, so that nothing is ever removed; switch versioning off or use another bucket');
    },
    close: async () => client.destroy(),
  };
}

const clientOf = ({ endpoint, region, pathStyle, timeoutMs }: BucketConfig): S3Client =>
  new S3Client({
    ...(endpoint === null ? {} : { endpoint }),
    ...(region === null ? {} : { region }),
    forcePathStyle: pathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: Math.ceil(timeoutMs / ATTEMPTS),
      requestTimeout: Math.ceil(timeoutMs / ATTEMPTS),
      throwOnRequestTimeout: true,
    },
    // Not every store answers `Expect: 100-continue`.
    expectContinueHeader: false,
    // The SHA-256 of what is put is signed with it. Some stores refuse the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });

interface BucketObject {
  readonly Bucket: string;
  readonly Key: string;
}
type Order = BucketObject & ReturnType<typeof contentOf> & ReturnType<typeof encryptionOf>;

const contentOf = (bytes: Uint8Array) => ({
  Body: bytes,
  ContentLength: bytes.length,
  ContentType: 'application/octet-stream',
  Metadata: { sha256: sha256Hex(bytes) },
});

const encryptionOf = ({ encryption, kmsKey }: BucketConfig) => ({
  ...(encryption === null ? {} : { ServerSideEncryption: encryption }),
  ...(kmsKey === null ? {} : { SSEKMSKeyId: kmsKey }),
});

async function write(client: S3Client, order: Order, abortSignal: AbortSignal): Promise<'written' | 'taken'> {
  try {
    await client.send(new PutObjectCommand({ ...order, IfNoneMatch: '*' }), { abortSignal });
  } catch (error) {
    if (errorNameOf(error) === 'PreconditionFailed') return 'taken';
    if (errorNameOf(error) !== 'NotImplemented') throw error;
    // A store that knows no condition: keys are random, it guards against a defect alone.
    await client.send(new PutObjectCommand(order), { abortSignal });
  }
  return 'written';
}

async function read(client: S3Client, object: BucketObject, abortSignal: AbortSignal): Promise<Uint8Array | null> {
  try {
    const { Body, ContentLength, Metadata } = await client.send(new GetObjectCommand(object), { abortSignal });
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    const sha256 = Metadata?.['sha256'];
    // Files that were copied into the bucket carry no checksum of ours.
    if (bytes.length !== (ContentLength ?? bytes.length) || (sha256 !== undefined && sha256Hex(bytes) !== sha256))
      throw new DamagedError();
    return bytes;
  } catch (error) {
    if (errorNameOf(error) === 'NoSuchKey') return null;
    throw error;
  }
}

async function remove(
  client: S3Client,
  object: BucketObject,
  abortSignal: AbortSignal,
): Promise<'removed' | 'kept_as_version'> {
  try {
    const { DeleteMarker, VersionId } = await client.send(new DeleteObjectCommand(object), { abortSignal });
    // Where versioning is suspended the version `null` is replaced, which held the bytes.
    return DeleteMarker === true && VersionId !== 'null' ? 'kept_as_version' : 'removed';
  } catch (error) {
    if (errorNameOf(error) === 'NoSuchKey') return 'removed';
    throw error;
  }
}

class DamagedError extends Error {
  override readonly name = 'DamagedError';
}
