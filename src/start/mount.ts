/** What stands beside the API on the same port: the queue board of administrators and the dashboard's files. */
import type { FastifyInstance } from 'fastify';
import { mountDashboard } from '../adapters/dashboard-files.js';
import { queueBoard } from '../adapters/queue-board.js';
import type { App } from '../compose.js';
import { DASHBOARD_DIR } from '../paths.js';

/** Who may see it stands in api/permissions.ts. */
const BOARD = '/admin/queues';

export const mountBeside =
  (app: Pick<App, 'queue'>) =>
  async (server: FastifyInstance): Promise<void> => {
    await server.register(queueBoard(app.queue.board, BOARD), { prefix: BOARD });
    await mountDashboard(server, DASHBOARD_DIR);
  };
