/** A hub on loopback: names a commit, serves files with ranges, and fails as it is told. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

export interface FakeHub {
  readonly url: string;
  /** Paths as they were asked for, with their range. */
  readonly seen: string[];
  /** By path inside the repository. */
  readonly files: Map<string, Buffer>;
  /** Cuts the next answers for this file after so many bytes. */
  readonly cuts: Map<string, number[]>;
  /** Status of every answer; null: as it should be. */
  status: number | null;
  /** Sends files by another address, as hubs with a CDN do, naming the checksum on the first hop. */
  redirects: boolean;
  close(): Promise<void>;
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export async function openHub(repo: string, files: Readonly<Record<string, Buffer>>): Promise<FakeHub> {
  const server = createServer((request, response) => answer(hub, repo, request, response));
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
  const { port } = server.address() as AddressInfo;
  const hub: FakeHub = {
    url: `http://127.0.0.1:${port}`,
    seen: [],
    files: new Map(Object.entries(files)),
    cuts: new Map(),
    status: null,
    redirects: false,
    close: () => closed(server),
  };
  return hub;
}

const closed = (server: Server): Promise<void> =>
  new Promise((go) => {
    server.closeAllConnections();
    server.close(() => go());
  });

function answer(hub: FakeHub, repo: string, request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '';
  const { range } = request.headers;
  hub.seen.push(range === undefined ? url : `${url} ${range}`);
  if (hub.status !== null) return void response.writeHead(hub.status).end('no');
  if (url === `/api/models/${repo}`) return void response.end(JSON.stringify({ sha: COMMIT, private: false }));
  const name = url.replace('/cdn', '').replace(`/${repo}/resolve/${COMMIT}/`, '');
  const bytes = hub.files.get(name);
  if (bytes === undefined) return void response.writeHead(404).end('Entry not found');
  if (hub.redirects && !url.startsWith('/cdn')) {
    const headers = { location: `/cdn${url}`, 'x-linked-etag': `"${sha256(bytes)}"` };
    return void response.writeHead(302, headers).end();
  }
  send(hub, { name, bytes, range }, response);
}

function send(
  hub: FakeHub,
  file: { readonly name: string; readonly bytes: Buffer; readonly range: string | undefined },
  response: ServerResponse,
): void {
  const start = Number(/^bytes=(\d+)-$/.exec(file.range ?? '')?.[1] ?? 0);
  if (start > 0 && start >= file.bytes.length) return void response.writeHead(416).end();
  const rest = file.bytes.subarray(start);
  const range = `bytes ${start}-${file.bytes.length - 1}/${file.bytes.length}`;
  const headers = { 'content-length': rest.length };
  response.writeHead(start > 0 ? 206 : 200, start > 0 ? { ...headers, 'content-range': range } : headers);
  const cut = hub.cuts.get(file.name)?.shift();
  if (cut === undefined) return void response.end(rest);
  response.write(rest.subarray(0, cut), () => response.destroy());
}
