/** For load balancers and Prometheus. No credentials, no ids, no text. */
import { z } from 'zod';
import type { ApiDeps, ApiServer, Readiness } from '../deps.js';
import { problemOf, sendProblem } from '../errors.js';
import { gaugeReader } from '../gauges.js';
import { problems } from '../schemas/common.js';

const ReadyAnswer = z.object({
  ready: z.literal(true),
  parts: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});

async function look(deps: ApiDeps): Promise<readonly Readiness[]> {
  try {
    return await deps.ready();
  } catch (error) {
    deps.log.warn('readiness check failed', { error });
    return [{ name: 'checks', ok: false, detail: 'the checks could not be run' }];
  }
}

export function healthRoutes(server: ApiServer, deps: ApiDeps): void {
  const tags = ['health'];
  const readGauges = gaugeReader(deps);
  server.route({
    method: 'GET',
    url: '/healthz',
    config: { rateLimit: false },
    schema: { tags, summary: 'The process answers', response: { 200: z.object({ ok: z.literal(true) }) } },
    handler: async () => ({ ok: true as const }),
  });
  server.route({
    method: 'GET',
    url: '/readyz',
    config: { rateLimit: false },
    schema: { tags, summary: 'Names what is not ready', response: { 200: ReadyAnswer, ...problems } },
    handler: async (request, reply) => {
      const parts = (await look(deps)).map((part) => ({ ...part }));
      const missing = parts.filter((part) => !part.ok).map((part) => part.name);
      if (missing.length === 0) return { ready: true as const, parts };
      const problem = problemOf('not_ready', `Not ready: ${missing.join(', ')}.`, request.id);
      return sendProblem(reply, problem, { ready: false, parts });
    },
  });
  server.route({
    method: 'GET',
    url: '/metrics',
    config: { rateLimit: false },
    schema: { tags, summary: 'Prometheus text format' },
    handler: async (_request, reply) => {
      await readGauges();
      return reply.type('text/plain; version=0.0.4').send(await deps.metrics.render());
    },
  });
}
