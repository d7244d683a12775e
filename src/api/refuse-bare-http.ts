/** What Node itself would answer without a body: bytes that are not HTTP, a request without a host, an odd expectation. */
import type { Socket } from 'node:net';
import { InvalidInputError } from '../errors.js';
import type { Ids } from '../ports.js';
import type { ApiServer } from './deps.js';
import { PROBLEM_TYPE, problemOf } from './errors.js';

const bodyOf = (detail: string, traceId: string): string => JSON.stringify(problemOf('query_invalid', detail, traceId));

/** There is no request to answer, only a socket. */
export function refuseUnparsed(socket: Socket, traceId: string): void {
  if (!socket.writable) return;
  const body = bodyOf('The request is not valid HTTP.', traceId);
  const head = [
    `HTTP/1.1 400 Bad Request`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
}

export function refuseBareHttp(server: ApiServer, ids: Ids): void {
  server.addHook('onRequest', async ({ raw }) => {
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined) {
      throw new InvalidInputError('query_invalid', 'The header Host is missing.');
    }
  });
  server.server.on('checkExpectation', (_request, response) => {
    const body = bodyOf('The header Expect takes 100-continue alone.', ids.next('req'));
    response.writeHead(400, { 'content-type': PROBLEM_TYPE, connection: 'close' }).end(body);
  });
}
