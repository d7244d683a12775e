/** Serves the built dashboard. Only importer of @fastify/static. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** False when the dashboard is not built; then the API stands alone. */
export async function mountDashboard(server: FastifyInstance, dir: string): Promise<boolean> {
  const index = path.join(dir, 'index.html');
  const built = await access(index).then(
    () => true,
    () => false,
  );
  if (!built) return false;
  await server.register(fastifyStatic, { root: dir, wildcard: false, index: 'index.html' });
  return true;
}
