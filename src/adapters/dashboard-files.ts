/** Serves the built dashboard. Only importer of @fastify/static. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Pages that the browser's router draws; each may be opened by its address. */
const PAGES = [
  '/notes',
  '/notes/:id',
  '/cases',
  '/cases/:id',
  '/search',
  '/audit',
  '/users',
  '/settings',
  '/policy',
  '/policy/*',
];

/** False when the dashboard is not built; then the API stands alone. */
export async function mountDashboard(server: FastifyInstance, dir: string): Promise<boolean> {
  const index = path.join(dir, 'index.html');
  const built = await access(index).then(
    () => true,
    () => false,
  );
  if (!built) return false;
  await server.register(fastifyStatic, { root: dir, wildcard: false, index: 'index.html' });
  for (const url of PAGES) {
    server.get(url, { schema: { hide: true } }, (_request, reply) => reply.sendFile('index.html'));
  }
  return true;
}
