/** A TCP proxy that can be cut and mended: the server behind it is away for those who come through here. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Cut {
  readonly url: string;
  cut(): Promise<void>;
  /** What is open stays open and carries nothing any more. */
  freeze(): void;
  /** Once: the next question that holds these words reaches the server, and its answer takes the connection with it. */
  loseAnswer(to: string): void;
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function cuttable(target: string): Promise<Cut> {
  const url = new URL(target);
  const sockets = new Set<Socket>();
  let lost: string | null = null;
  const serve = () =>
    createServer((socket) => {
      const upstream = connect(Number(url.port), url.hostname);
      socket.on('data', (bytes: Buffer) => {
        if (lost === null || !bytes.includes(lost)) return;
        lost = null;
        upstream
          .unpipe(socket)
          .once('data', () => socket.destroy())
          .resume();
      });
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        sockets.add(from);
        from
          .on('error', () => to.destroy())
          .on('close', () => {
            sockets.delete(from);
            to.destroy();
          });
        from.pipe(to);
      }
    });
  let server = serve();
  let port = 0;
  const mend = async (): Promise<void> => {
    server = serve();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const freeze = (): void => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  const loseAnswer = (to: string): void => {
    lost = to;
  };
  await mend();
  const through = new URL(target);
  through.hostname = '127.0.0.1';
  through.port = String(port);
  return { url: through.href, cut, freeze, loseAnswer, mend, close: cut };
}
