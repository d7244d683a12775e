/** Bull Board, the look into the queues for administrators. Only importer of @bull-board/*. */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { BoardQueue } from './queue-bullmq.js';

/** A Fastify plugin that serves the board under `basePath`; who may see it is the mounting side's matter. */
export function queueBoard(
  queues: readonly BoardQueue[],
  basePath: string,
): ReturnType<FastifyAdapter['registerPlugin']> {
  const adapter = new FastifyAdapter().setBasePath(basePath);
  createBullBoard({
    queues: queues.map(
      (queue) => new BullMQAdapter(queue, { description: 'Nudges with ids; Postgres knows what is due' }),
    ),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Polywarden queues' } },
  });
  return adapter.registerPlugin();
}
