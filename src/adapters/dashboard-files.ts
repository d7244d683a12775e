/** Serves the built dashboard. Only importer of @fastify/static. */
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isThere } from './is-there.js';

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

const ASSET = /^\w[\w.-]*$/;

/** Addresses of programs, whoever opens them. */
const NOT_PAGES = /^\/(?:v1|admin|docs|assets|openapi)(?:[/.?]|$)/;
const isVisit = ({ method, url, headers }: FastifyRequest): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html') && !NOT_PAGES.test(url);

/** False when the dashboard is not built; then the API stands alone. */
export async function mountDashboard(server: FastifyInstance, dir: string): Promise<boolean> {
  if (!(await isThere(path.join(dir, 'index.html')))) return false;
  // Packed by the build. Assets carry a hash of their content in their names; everything else is asked for anew.
  await server.register(fastifyStatic, {
    root: dir,
    wildcard: false,
    globIgnore: ['assets/**'],
    // As a list: for one word alone the package finds no packed page.
    index: ['index.html'],
    preCompressed: true,
    cacheControl: false,
    setHeaders: (response, file) => {
      const isAsset = path.dirname(file) === path.join(dir, 'assets');
      response.setHeader('cache-control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  // Looked up when asked for, so that a build under a running server is found.
  server.get<{ Params: { file: string } }>('/assets/:file', { schema: { hide: true } }, ({ params }, reply) =>
    ASSET.test(params.file) ? reply.sendFile(`assets/${params.file}`) : reply.callNotFound(),
  );
  for (const url of PAGES) {
    server.get(url, { schema: { hide: true } }, (_request, reply) => reply.sendFile('index.html'));
  }
  // A person who mistyped an address is told so by the page; programs get the problem as every other.
  server.addHook('onRequest', async (request, reply) => {
    if (!request.is404 || !isVisit(request)) return;
    return reply.code(404).sendFile('index.html');
  });
  return true;
}
