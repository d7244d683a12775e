/** The system of a row: real servers, the API on a port of loopback, a receiver of webhooks. */

import { type System, type SystemOptions, startSystem } from '../../support/running.js';
import { type Receiver, startReceiver } from './receiver.js';
import type { Target } from './traffic.js';

export interface World {
  readonly system: System;
  readonly target: Target;
  readonly receiver: Receiver;
  close(): Promise<void>;
}

export async function startWorld(options: SystemOptions = {}): Promise<World> {
  const receiver = await startReceiver();
  const system = await startSystem(options);
  const url = await system.server.listen({ host: '127.0.0.1', port: 0 });
  const hook = await system.post('/v1/webhooks', { url: receiver.url, events: ['note.decided', 'decision.changed'] });
  if (hook.status !== 201) throw new Error(`the receiver was not registered: ${hook.status}`);
  return {
    system,
    target: { url: () => url, key: system.key },
    receiver,
    close: async () => {
      await system.close();
      await receiver.close();
    },
  };
}

/** A world for the time of `use`, closed whatever happens. */
export async function inWorld<T>(options: SystemOptions, use: (world: World) => Promise<T>): Promise<T> {
  const world = await startWorld(options);
  try {
    return await use(world);
  } finally {
    await world.close();
  }
}
