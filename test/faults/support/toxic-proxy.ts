/** A TCP proxy between us and a server that can be made bad in eight ways while it runs. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export const TOXICS = [
  'latency',
  'down',
  'bandwidth',
  'slow_close',
  'timeout',
  'reset_peer',
  'slicer',
  'limit_data',
] as const;
export type Toxic = (typeof TOXICS)[number];

export interface ToxicProxy {
  readonly port: number;
  set(toxic: Toxic | null): void;
  close(): Promise<void>;
}

const LATENCY_MS = 400;
const BYTES_PER_SECOND = 8_192;
const SLICE_BYTES = 7;
const LIMIT_BYTES = 600;

export async function startToxicProxy(host: string, port: number): Promise<ToxicProxy> {
  let toxic: Toxic | null = null;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (toxic === 'down') {
      client.destroy();
      return;
    }
    const upstream = connect(port, host);
    join(client, upstream, () => toxic);
    join(upstream, client, () => toxic);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    set: (next) => {
      toxic = next;
      if (next === 'down') for (const socket of sockets) socket.destroy();
      if (next === 'reset_peer') for (const socket of sockets) socket.resetAndDestroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Bytes go on in their order, each piece as the toxic of its moment has it. */
function join(from: Socket, to: Socket, toxic: () => Toxic | null): void {
  let sending = Promise.resolve();
  let passed = 0;
  from.on('data', (bytes: Buffer) => {
    sending = sending.then(() => pass(bytes, to, toxic, passed)).catch(() => void to.destroy());
    passed += bytes.length;
  });
  from.on('close', () => {
    const end = async (): Promise<void> => {
      await sending;
      if (toxic() === 'slow_close') await pause(1_500);
      to.destroy();
    };
    void end();
  });
}

async function pass(bytes: Buffer, to: Socket, toxic: () => Toxic | null, passed: number): Promise<void> {
  switch (toxic()) {
    case 'latency':
      await pause(LATENCY_MS);
      break;
    case 'bandwidth':
      await pause((1_000 * bytes.length) / BYTES_PER_SECOND);
      break;
    case 'timeout':
      // Nothing comes through any more, and nothing says so: what was on its way is gone with the connection.
      while (toxic() === 'timeout') await pause(50);
      to.destroy();
      return;
    case 'reset_peer':
      to.resetAndDestroy();
      return;
    case 'slicer':
      await slice(bytes, to, toxic);
      return;
    case 'limit_data':
      if (passed > LIMIT_BYTES) to.destroy();
      else to.write(bytes.subarray(0, LIMIT_BYTES));
      return;
    case 'down':
      to.destroy();
      return;
    case 'slow_close':
    case null:
      break;
  }
  if (!to.destroyed) to.write(bytes);
}

async function slice(bytes: Buffer, to: Socket, toxic: () => Toxic | null): Promise<void> {
  for (let at = 0; at < bytes.length && !to.destroyed; at += SLICE_BYTES) {
    to.write(bytes.subarray(at, at + SLICE_BYTES));
    if (toxic() === 'slicer') await pause(1);
  }
}
