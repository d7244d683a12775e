/** Variables of the place where pictures lie: a folder, or a bucket that speaks the S3 protocol. */
import { z } from 'zod';
import { whole } from './config-llm.js';
import { InvalidInputError } from './errors.js';

/** Bucket and prefix; what a prefix may hold needs no escape in any store. */
const PLACE = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/(?!\.{1,2}(?:\/|$))[\w.=-]+)*)\/?$/;

const isBare = (address: string): boolean => {
  if (!URL.canParse(address)) return true;
  const { username, password, search, hash } = new URL(address);
  return [username, password, search, hash].every((part) => part === '');
};

export const BLOBS_ENV = {
  BLOBS_URL: z
    .string()
    .regex(PLACE, 'Expected s3://bucket or s3://bucket/prefix')
    .optional()
    .describe('Bucket of pictures, s3://bucket/prefix; unset: the folder images under DATA_DIR'),
  BLOBS_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .refine(isBare, 'Expected an address without user, password and query')
    .optional()
    .describe('Address of the object store; unset: the one of AWS in the region'),
  BLOBS_REGION: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'Expected the name of a region, such as eu-central-1')
    .optional()
    .describe('Region of the bucket; unset: AWS_REGION or the one of the profile, with BLOBS_ENDPOINT us-east-1'),
  BLOBS_PATH_STYLE: z
    .enum(['on', 'off'])
    .optional()
    .describe('on: the bucket stands in the path, not in the host name; unset: on with BLOBS_ENDPOINT'),
  BLOBS_ENCRYPTION: z
    .enum(['off', 'AES256', 'aws:kms'])
    .default('off')
    .describe('Encryption that the store is asked for with every picture; off: what the bucket is set to'),
  BLOBS_KMS_KEY: z.string().optional().describe('Key of BLOBS_ENCRYPTION=aws:kms; unset: the one of AWS for S3'),
  BLOBS_TIMEOUT_MS: whole(15_000, 300, 120_000).describe(
    'Time limit of putting, getting or removing one picture in the bucket, three attempts included',
  ),
} as const;
const BlobsEnv = z.object(BLOBS_ENV);
type BlobsEnv = z.infer<typeof BlobsEnv>;

export interface BucketConfig {
  readonly bucket: string;
  /** Without slashes at its ends; empty: the whole bucket. */
  readonly prefix: string;
  /** Null: the one of AWS. */
  readonly endpoint: string | null;
  /** Null: what the client finds in environment and profile. */
  readonly region: string | null;
  readonly pathStyle: boolean;
  readonly encryption: 'AES256' | 'aws:kms' | null;
  readonly kmsKey: string | null;
  readonly timeoutMs: number;
}

/** What stores beside AWS take where they have no regions. */
const NO_REGION = 'us-east-1';

/** Null: pictures lie in a folder. Half of a bucket is a fault. */
export function bucketConfigOf(env: BlobsEnv): BucketConfig | null {
  const [, bucket, prefix = ''] = PLACE.exec(env.BLOBS_URL ?? '') ?? [];
  const endpoint = env.BLOBS_ENDPOINT ?? null;
  if (bucket === undefined) {
    if (endpoint === null) return null;
    throw new InvalidInputError('config_invalid', 'BLOBS_ENDPOINT needs BLOBS_URL');
  }
  if (env.BLOBS_KMS_KEY !== undefined && env.BLOBS_ENCRYPTION !== 'aws:kms') {
    throw new InvalidInputError('config_invalid', 'BLOBS_KMS_KEY needs BLOBS_ENCRYPTION=aws:kms');
  }
  return {
    bucket,
    prefix: prefix.slice(1),
    endpoint,
    region: env.BLOBS_REGION ?? (endpoint === null ? null : NO_REGION),
    pathStyle: env.BLOBS_PATH_STYLE === undefined ? endpoint !== null : env.BLOBS_PATH_STYLE === 'on',
    encryption: env.BLOBS_ENCRYPTION === 'off' ? null : env.BLOBS_ENCRYPTION,
    kmsKey: env.BLOBS_KMS_KEY ?? null,
    timeoutMs: env.BLOBS_TIMEOUT_MS,
  };
}
