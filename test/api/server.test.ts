/** What only a listening server shows: broken HTTP, a stop in the middle, connections that stay. */
import { Agent, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/api/schemas/common.js';
import { type Bench, goodNote, openBench } from './support.js';

let bench: Bench;
let port: number;
beforeEach(async () => {
  bench = await openBench();
  await bench.server.listen({ host: '127.0.0.1', port: 0 });
  port = (bench.server.server.address() as AddressInfo).port;
});
afterEach(() => bench.server.close());

const speak = (bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      heard += chunk.toString('utf8');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(heard));
  });
const problemIn = (answer: string) => Problem.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)));

describe('the listening server', () => {
  it('answers bytes that are not HTTP with a problem document', async () => {
    const answer = await speak('GOOD DAY\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
    expect(problemIn(answer).code).toBe('query_invalid');
  });

  it('answers what Node itself would refuse without a word with a problem document too', async () => {
    for (const [line, said] of [
      ['GET /healthz HTTP/1.1', 'Host'],
      ['POST /v1/notes HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 0', 'Expect'],
    ] as const) {
      const answer = await speak(`${line}\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json/);
      expect(answer).toContain(said);
      expect(answer).toContain('"code":"query_invalid"');
    }
    expect(await speak('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('refuses a body that ends before its length, and stores nothing', async () => {
    const { headers } = await bench.keyFor('app');
    const head = [
      'POST /v1/notes HTTP/1.1',
      'Host: x',
      `Authorization: ${headers['authorization']}`,
      'Content-Type: application/json',
      'Content-Length: 1000',
    ];
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve) =>
      socket.write(`${head.join('\r\n')}\r\n\r\n{"externalId":"half"`, () => resolve()),
    );
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(bench.store.tables.notes.size).toBe(0);
  });

  it('tells a large body so without reading it', async () => {
    const { headers } = await bench.keyFor('app');
    const head = [
      'POST /v1/notes HTTP/1.1',
      'Host: x',
      'Connection: close',
      `Authorization: ${headers['authorization']}`,
      'Content-Type: application/json',
      'Content-Length: 10000000',
    ];
    const answer = await speak(`${head.join('\r\n')}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"body_too_large"');
  });

  it('lets a client finish a body that is too large, so that the answer is not lost in a broken pipe', async () => {
    const { headers } = await bench.keyFor('app');
    const length = 20_000_000;
    const head = ['POST /v1/notes HTTP/1.1', 'Host: x', `Authorization: ${headers['authorization']}`];
    const socket = connect(port, '127.0.0.1');
    const answers: string[] = [];
    const heard = () => new Promise<void>((resolve) => socket.once('data', () => resolve()));
    socket.on('data', (chunk) => answers.push(chunk.toString('utf8')));
    const first = heard();
    socket.write(`${[...head, 'Content-Type: application/json', `Content-Length: ${length}`].join('\r\n')}\r\n\r\n`);
    await first;
    expect(answers.join('')).toMatch(/^HTTP\/1\.1 413 /);
    await new Promise<void>((resolve, reject) => {
      socket.write(Buffer.alloc(length, 'a'), (error) => (error ? reject(error) : resolve()));
    });
    const second = heard();
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await second;
    expect(answers.join('')).toContain('HTTP/1.1 200 ');
    socket.destroy();
  });

  it('finishes what runs when it stops, and keeps no connection open', async () => {
    const { headers } = await bench.keyFor('app');
    const accept = bench.store.notes.accept;
    let release = (): void => undefined;
    const entered = new Promise<void>((resolve) => {
      bench.store.notes.accept = async (input) => {
        resolve();
        await new Promise<void>((go) => {
          release = go;
        });
        return accept(input);
      };
    });
    const body = JSON.stringify(goodNote());
    const head = [
      'POST /v1/notes HTTP/1.1',
      'Host: x',
      `Authorization: ${headers['authorization']}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ];
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head.join('\r\n')}\r\n\r\n${body}`));
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('utf8');
    });
    const ended = new Promise((resolve) => socket.on('close', resolve));
    await entered;
    const started = performance.now();
    const closed = bench.server.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    release();
    await closed;
    await ended;
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(heard).toMatch(/^HTTP\/1\.1 202 /);
    expect(heard).toMatch(/connection: close/i);
    expect(bench.store.tables.notes.size).toBe(1);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  it('keeps no listener of a request on a connection that stays', async () => {
    const { headers } = await bench.keyFor('app');
    const sockets: Socket[] = [];
    bench.server.server.on('connection', (socket: Socket) => sockets.push(socket));
    const counts: (number | undefined)[] = [];
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const options = { port, agent, method: 'POST', path: '/v1/moderations' };
    for (let index = 0; index < 15; index += 1) {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const asking = request(
          { ...options, headers: { ...headers, 'content-type': 'application/json' } },
          (answer) => {
            answer.resume().on('end', () => resolve(answer.statusCode));
          },
        );
        asking.on('error', reject).end(JSON.stringify({ input: 'soup' }));
      });
      expect(status).toBe(200);
      counts.push(sockets[0]?.listenerCount('close'));
    }
    agent.destroy();
    expect(sockets).toHaveLength(1);
    expect(new Set(counts).size).toBe(1);
  });
});
