/** Live counts and changes of the queue as server-sent events. Postgres is asked once a second for all listeners. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { MINUTE_MS } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { Sight } from '../../ports/review.js';
import { type Told, tellerOf } from '../case-teller.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import type { Desk } from '../desk.js';
import { problems } from '../schemas/common.js';
import { EventsQuery } from '../schemas/review-queue.js';

const POLL_MS = 1_000;
/** Clocks of two servers differ; changes of this time are looked at again. */
const OVERLAP_MS = 5_000;
const PULSE_MS = 15_000;
/** After this the browser connects again, and its session is looked at again. */
const LIFE_MS = 10 * MINUTE_MS;
const MOST_LISTENERS = 500;
/** Of one question: enough that what was seen before, and is in it again, crowds out nothing new. */
const MOST_CHANGES = 1_000;

type Listener = (told: Told) => void;

export function eventRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  const hub = openHub(deps);
  const streams = new Set<() => void>();
  server.addHook('preClose', async () => {
    for (const end of streams) end();
  });
  server.route({
    method: 'GET',
    url: '/v1/cases/events',
    config: { rateLimit: false },
    schema: {
      tags: ['cases'],
      summary: 'Live counts and changes of the queue (text/event-stream)',
      description:
        'Events `counts` (CaseCounts, at first and on change), `case` (CaseChange), and `reset` where changes cannot be told one by one: read anew what you show. Ends after 10 minutes; connect again.',
      querystring: EventsQuery,
      response: problems,
    },
    handler: async (request, reply) => {
      if (!String(request.headers.accept).includes('text/event-stream')) {
        throw new InvalidInputError('query_invalid', 'Ask with the header accept: text/event-stream.');
      }
      if (streams.size >= MOST_LISTENERS)
        throw new InvalidInputError('rate_limited', 'Too many listeners; poll instead.');
      const sight = await desk.sight(request);
      reply.hijack();
      if (request.method === 'HEAD') {
        reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).end();
        return;
      }
      const counts = request.query.counts !== 'off';
      const again = request.headers['last-event-id'] !== undefined;
      const onEnd = (): void => void streams.delete(end);
      const end: () => void = stream(reply, { deps, hub, sight, counts, again, onEnd });
      streams.add(end);
    },
  });
}

interface Scene {
  readonly deps: ApiDeps;
  readonly hub: Hub;
  readonly sight: Sight;
  readonly counts: boolean;
  /** The reader was here before and has missed what changed meanwhile. */
  readonly again: boolean;
  readonly onEnd: () => void;
}

function stream(reply: FastifyReply, scene: Scene): () => void {
  const { deps, hub, sight, counts, onEnd } = scene;
  const { raw } = reply;
  const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
  raw.writeHead(200, { ...headers, 'x-accel-buffering': 'no' } as Record<string, string>);
  const send = (event: string, content: unknown): void => {
    // A reader that does not read is let go rather than buffered for.
    if (raw.writableNeedDrain) end();
    else raw.write(`event: ${event}\ndata: ${JSON.stringify(content)}\n\n`);
  };
  const teller = tellerOf({ desk: deps.store.desk, clock: deps.clock, log: deps.log, sight, counts }, send);
  const leave = hub.listen((told) => teller.tell(told));
  const pulse = setInterval(() => raw.write(': still here\n\n'), PULSE_MS);
  const life = setTimeout(() => end(), LIFE_MS);
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    leave();
    clearInterval(pulse);
    clearTimeout(life);
    onEnd();
    raw.end();
  };
  raw.on('close', end);
  raw.on('error', end);
  // Browsers send the id along when they connect again.
  raw.write('retry: 3000\nid: 1\n\n');
  teller.tell({ changed: [], missed: scene.again });
  return () => end();
}

interface Hub {
  listen(listener: Listener): () => void;
}

/** Works with any number of servers: what one of them writes the others read from Postgres. */
function openHub(deps: ApiDeps): Hub {
  const listeners = new Set<Listener>();
  let seen = new Map<string, number>();
  let since = 0;
  let polling = false;
  /** The database was away: its listeners' own questions have failed meanwhile too. */
  let failed = false;
  const poll = async (tell: boolean): Promise<void> => {
    const { newest, more, rows } = await deps.store.desk.changes(since - OVERLAP_MS, MOST_CHANGES);
    const fresh = rows.filter(({ caseId, changedAt }) => seen.get(caseId) !== changedAt);
    seen = new Map(rows.map(({ caseId, changedAt }) => [caseId, changedAt]));
    // A clock that runs ahead elsewhere must not hide what comes after.
    since = Math.max(since, Math.min(newest, deps.clock.now()));
    const told = { changed: fresh.map(({ caseId }) => caseId), missed: more || failed };
    failed = false;
    if (tell && (told.missed || fresh.length > 0)) for (const listener of listeners) listener(told);
  };
  const run = async (): Promise<void> => {
    since = deps.clock.now();
    // What had changed before anybody listened is in their first counts.
    for (let first = true; first || listeners.size > 0; first = false) {
      await poll(!first).catch((error: unknown) => {
        failed = true;
        deps.log.warn('changes of the queue not read', { error });
      });
      await sleep(POLL_MS, undefined, { ref: false });
    }
    polling = false;
  };
  return {
    listen(listener) {
      listeners.add(listener);
      if (!polling) {
        polling = true;
        void run();
      }
      return () => listeners.delete(listener);
    },
  };
}
