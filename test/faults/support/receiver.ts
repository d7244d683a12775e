/** A platform's webhook receiver on loopback: remembers what came under which id. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly id: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  readonly at: number;
}
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Ids that came with two different bodies. */
  twoBodies(): number;
  close(): Promise<void>;
}
export type Answer = (request: Received, response: ServerResponse) => void;

const accept: Answer = (_request, response) => void response.writeHead(204).end();

export async function startReceiver(answer: Answer = accept): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const { headers } = request;
      const id = String(headers['webhook-id'] ?? '');
      const one = { id, body: Buffer.concat(chunks).toString('utf8'), headers, at: Date.now() };
      received.push(one);
      answer(one, response);
    });
    request.on('error', () => response.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    twoBodies: () => {
      const seen = new Map<string, Set<string>>();
      for (const { id, body } of received) {
        const hashes = seen.get(id) ?? new Set();
        seen.set(id, hashes.add(createHash('sha256').update(body).digest('hex')));
      }
      return [...seen.values()].filter((hashes) => hashes.size > 1).length;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
