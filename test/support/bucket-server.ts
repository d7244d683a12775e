/** A small object store on loopback that speaks the S3 protocol: it checks signatures and can be told to fail. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const BUCKET_KEYS = { AWS_ACCESS_KEY_ID: 'test-key-id', AWS_SECRET_ACCESS_KEY: 'test-secret' } as const;
/** What the client finds in the environment, whatever else the machine knows of AWS. */
export const BUCKET_ENV = {
  ...BUCKET_KEYS,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_CONFIG_FILE: '/none',
  AWS_SHARED_CREDENTIALS_FILE: '/none',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;
export const BUCKET = 'pictures-of-tests';

/** Of one request; a status comes with its code, as the protocol has it. */
export type Fault =
  | { readonly status: number; readonly code: string }
  | 'silent'
  | 'cut'
  | 'cut_body'
  | 'stalled_body'
  | 'damaged'
  | 'answer_lost'
  | 'no_xml';
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}
export interface BucketServer {
  readonly endpoint: string;
  /** What lies there, by the key of the object. */
  readonly objects: Map<string, Uint8Array>;
  readonly asked: Asked[];
  /** Each strikes one request, in this order. */
  faults: Fault[];
  /** Strikes every request. */
  fault: Fault | null;
  /** How it takes If-None-Match: some stores refuse the header, some do not know it. */
  condition: 'kept' | 'refused' | 'ignored';
  /** Removing leaves a marker and the bytes. */
  versioning: 'off' | 'on' | 'suspended';
  close(): Promise<void>;
}

interface Put {
  readonly key: string;
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
  readonly fault: Fault | null;
}

export async function openBucketServer(): Promise<BucketServer> {
  const metadata = new Map<string, Readonly<Record<string, string>>>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => answer(request, Buffer.concat(chunks), response));
  });
  // A client that waits to be told to go on waits forever, as at some proxies.
  server.on('checkContinue', () => undefined);
  const answer = (request: IncomingMessage, body: Buffer, response: ServerResponse): void => {
    const { method = '', url = '', headers } = request;
    store.asked.push({ method, path: url, headers });
    const fault = store.faults.shift() ?? store.fault;
    if (fault === 'silent') return;
    if (fault === 'cut') response.destroy();
    else if (fault === 'no_xml') response.writeHead(502, { 'content-type': 'text/html' }).end('<p>away</p>');
    else if (fault !== null && typeof fault === 'object') refuse(response, fault.status, fault.code);
    else serve(request, body, response, fault);
  };
  const serve = (request: IncomingMessage, body: Buffer, response: ServerResponse, fault: Fault | null): void => {
    const { method = '', url = '', headers } = request;
    const [, bucket, ...rest] = new URL(url, 'http://x').pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const wrong = whyRefused(request, body);
    if (wrong !== null) refuse(response, 403, wrong);
    else if (bucket !== BUCKET) refuse(response, 404, 'NoSuchBucket');
    else if (method === 'PUT') put({ key, body, headers, fault }, response);
    else if (method === 'GET') get(key, response, fault);
    else if (method === 'DELETE') remove(key, response);
    else refuse(response, 405, 'MethodNotAllowed');
  };
  const put = ({ key, body, headers, fault }: Put, response: ServerResponse): void => {
    const isAsked = headers['if-none-match'] !== undefined && store.condition !== 'ignored';
    if (isAsked && store.condition === 'refused') {
      refuse(response, 501, 'NotImplemented');
    } else if (isAsked && store.objects.has(key)) {
      refuse(response, 412, 'PreconditionFailed');
    } else {
      store.objects.set(key, body);
      const own = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
      metadata.set(key, Object.fromEntries(own.map(([name, value]) => [name, String(value)])));
      if (fault === 'answer_lost') response.destroy();
      else response.writeHead(200, { etag: '"1"' }).end();
    }
  };
  const get = (key: string, response: ServerResponse, fault: Fault | null): void => {
    const bytes = store.objects.get(key);
    if (bytes === undefined) {
      refuse(response, 404, 'NoSuchKey');
      return;
    }
    response.writeHead(200, { ...metadata.get(key), etag: '"1"', 'content-length': bytes.length });
    if (fault === 'cut_body') response.write(bytes.subarray(0, 2), () => response.destroy());
    else if (fault === 'stalled_body') response.write(bytes.subarray(0, 2));
    else response.end(fault === 'damaged' ? bytes.map((byte) => byte ^ 1) : bytes);
  };
  const remove = (key: string, response: ServerResponse): void => {
    if (store.versioning !== 'on') {
      store.objects.delete(key);
      metadata.delete(key);
    }
    const marker = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': store.versioning === 'on' ? 'v2' : 'null' };
    response.writeHead(204, store.versioning === 'off' ? {} : marker).end();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const store: BucketServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    asked: [],
    faults: [],
    fault: null,
    condition: 'kept',
    versioning: 'off',
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return store;
}

/** The message quotes what was sent, as some stores do; nothing of it may get into a log. */
function refuse(response: ServerResponse, status: number, code: string): void {
  const { authorization = '' } = response.req.headers;
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>refused ${authorization}</Message></Error>`);
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
const hmac = (key: string | Buffer, content: string): Buffer => createHmac('sha256', key).update(content).digest();

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d{8})\/([^/]+)\/s3\/aws4_request), SignedHeaders=([^,]+), Signature=(\w{64})$/;

/** Signature version 4, over method, path, headers and the SHA-256 of the body. */
function whyRefused({ method = '', url = '', headers }: IncomingMessage, body: Buffer): string | null {
  const [, keyId, scope = '', day = '', region = '', signed = '', signature] =
    AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  if (keyId === undefined) return 'AccessDenied';
  if (keyId !== BUCKET_KEYS.AWS_ACCESS_KEY_ID) return 'InvalidAccessKeyId';
  const hash = String(headers['x-amz-content-sha256']);
  if (hash !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  const { pathname, searchParams } = new URL(url, 'http://x');
  searchParams.sort();
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const request = [method, pathname, searchParams.toString(), lines.join(''), signed, hash].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(request)].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce<Buffer>(
    (made, part) => hmac(made, part),
    hmac(`AWS4${BUCKET_KEYS.AWS_SECRET_ACCESS_KEY}`, day),
  );
  return hmac(key, text).toString('hex') === signature ? null : 'SignatureDoesNotMatch';
}
