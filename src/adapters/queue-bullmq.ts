/** Queues on Redis. Only importer of bullmq and ioredis. Redis may be wiped at any moment: Postgres knows what is due. */
import { setMaxListeners } from 'node:events';
import { Queue as BullQueue, type Job, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { codeOf, InvalidInputError, UnavailableError } from '../errors.js';
import { JOBS, type JobHandler, type JobHandlers, QUEUE_NAMES, type QueueName } from '../jobs.js';
import { onceInAWhile, type SayOutage } from '../once-in-a-while.js';
import type { Log, Metrics, Nudge, Queue } from '../ports.js';
import { timeLimit } from '../time-limit.js';

const PREFIX = 'polywarden';
/** A producer inside a request must not wait for Redis. */
const PRODUCER_LIMIT_MS = 900;
const TURN_MS = 50;
const LEAST_TURNS = 3;
/** Stalls are counted by us, in Postgres; BullMQ would fail a job for good. */
const NEVER_FAIL_BY_STALLS = 1_000_000;

export type BoardQueue = BullQueue;
export interface RedisQueue extends Queue {
  /** Jobs that wait or are delayed; the sweeper asks so that it does not pile up nudges behind a long backlog. */
  waiting(queue: QueueName): Promise<number>;
  /** Those that somebody has paused on the queue board; no worker takes anything from them. */
  paused(): Promise<readonly QueueName[]>;
  /** A Lua script on one key, for what processes share and may lose. */
  runScript(script: string, key: string, args: readonly (string | number)[]): Promise<unknown>;
  readonly board: readonly BoardQueue[];
}

export function openQueue(redisUrl: string, log: Log): RedisQueue {
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 1_000,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
  });
  const onError = redisFaults(log);
  redis.on('error', onError);
  const line: Line = { redis, refused: null };
  // Redis would go on with database 0, which may be somebody else's.
  redis.on('error', ({ message }: Error) => {
    if (!message.includes('DB index is out of range')) return;
    line.refused = new InvalidInputError('config_invalid', 'REDIS_URL names a database that this Redis does not have');
    redis.disconnect();
  });
  const queues = new Map<QueueName, BullQueue>();
  for (const name of QUEUE_NAMES) {
    const queue = new BullQueue(name, { connection: redis, prefix: PREFIX, defaultJobOptions: jobOptions(name) });
    queue.on('error', onError);
    queues.set(name, queue);
  }
  const use = <T>(name: QueueName, call: (queue: BullQueue) => Promise<T>): Promise<T> =>
    withinLimit(line, async () => {
      const queue = queues.get(name);
      if (queue === undefined) throw new TypeError(`no queue ${name}`);
      return call(queue);
    });
  return {
    nudge: async (nudges) => {
      const named = QUEUE_NAMES.map((name) => [name, nudges.filter((nudge) => nudge.queue === name)] as const);
      const asked = named.filter(([, some]) => some.length > 0);
      await Promise.all(asked.map(([name, some]) => use(name, (queue) => queue.addBulk(some.map(toJob)))));
    },
    waiting: (name) => use(name, async (queue) => await queue.getJobCountByTypes('waiting', 'delayed', 'prioritized')),
    paused: async () => {
      const asked = await Promise.all(QUEUE_NAMES.map((name) => use(name, (queue) => queue.isPaused())));
      return QUEUE_NAMES.filter((_, index) => asked[index]);
    },
    runScript: (script, key, args) => withinLimit(line, () => redis.eval(script, 1, key, ...args)),
    ping: async () => void (await withinLimit(line, () => redis.ping())),
    close: async () => {
      redis.disconnect();
      // BullMQ waits for a connection that may never come.
      await Promise.race([Promise.allSettled([...queues.values()].map((queue) => queue.close())), pause(500)]);
    },
    board: [...queues.values()],
  };
}

const toJob = (nudge: Nudge) => ({
  name: nudge.queue,
  data: { subjectId: nudge.subjectId },
  opts: { jobId: nudge.jobId },
});

function jobOptions(name: QueueName) {
  const entry = JOBS[name];
  return {
    attempts: entry.attempts,
    backoff: { type: 'exponential', delay: entry.backoffMs, jitter: 0.5 },
    removeOnComplete: true,
    removeOnFail: { count: entry.keepFailed.count, age: entry.keepFailed.ageSeconds },
    stackTraceLimit: 1,
  };
}

interface Line {
  readonly redis: Redis;
  /** Why the connection was given up for good. */
  refused: InvalidInputError | null;
}

/** Waits shortly for a connection that is being made, then for the answer; an absent Redis is an error within a second. */
async function withinLimit<T>(line: Line, call: () => Promise<T>): Promise<T> {
  const patience = { turns: PRODUCER_LIMIT_MS / TURN_MS };
  while (line.redis.status !== 'ready') {
    if (line.redis.status === 'end') throw line.refused ?? away();
    await turn(patience);
  }
  let answered = false;
  const answer = call()
    .catch((error: unknown) => {
      throw line.refused ?? away(error);
    })
    .finally(() => {
      answered = true;
    });
  const late = async (): Promise<never> => {
    patience.turns = Math.max(LEAST_TURNS, patience.turns);
    while (!answered) await turn(patience);
    throw away();
  };
  return Promise.race([answer, late()]);
}

/** Counted in turns and not by the clock: a process that was busy with itself has learnt nothing about Redis. */
async function turn(patience: { turns: number }): Promise<void> {
  if (patience.turns <= 0) throw away();
  patience.turns -= 1;
  await pause(TURN_MS);
}

const away = (cause?: unknown): UnavailableError =>
  new UnavailableError('queue_unavailable', 'Redis cannot be reached', { cause });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

const CONNECTING_MS = 1_000;

/** Everything that shares a broken connection reports it; one that is just being made is not broken. */
function redisFaults(log: Log): (error: Error) => void {
  const openedAt = Date.now();
  const say = onceInAWhile(log);
  return ({ message }) => {
    if (Date.now() - openedAt >= CONNECTING_MS) say('Redis fails', message, { error: message });
  };
}

export interface WorkersOptions {
  readonly redisUrl: string;
  readonly handlers: JobHandlers;
  /** For the queues whose entry says `config`. */
  readonly concurrency: number;
  readonly log: Log;
  readonly metrics: Metrics;
}
export interface Workers {
  /** When a job last ended, whatever its outcome; health is progress, not a ping. */
  lastProgressAt(): number;
  /** Takes no more jobs, lets those in flight end, aborts them at half of the deadline, then leaves. */
  close(deadlineMs: number): Promise<void>;
}

export function startWorkers(options: WorkersOptions): Workers {
  const stop = new AbortController();
  // Each job in flight listens.
  setMaxListeners(0, stop.signal);
  let progressAt = Date.now();
  const connection = new Redis(options.redisUrl, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
  });
  const onError = redisFaults(options.log);
  connection.on('error', onError);
  const sayOutage = onceInAWhile(options.log);
  const workers: Worker[] = [];
  for (const name of QUEUE_NAMES) {
    const handler = options.handlers[name];
    if (handler === undefined) continue;
    const limit = JOBS[name].concurrency;
    const worker = new Worker(name, (job) => runJob(name, job, handler, { ...options, sayOutage }, stop.signal), {
      connection,
      prefix: PREFIX,
      concurrency: limit === 'config' ? options.concurrency : limit,
      lockDuration: 60_000,
      stalledInterval: 15_000,
      maxStalledCount: NEVER_FAIL_BY_STALLS,
    });
    worker.on('error', onError);
    const progressed = () => {
      progressAt = Date.now();
    };
    worker.on('completed', progressed).on('failed', progressed);
    workers.push(worker);
  }
  return {
    lastProgressAt: () => progressAt,
    close: async (deadlineMs) => {
      const abort = setTimeout(() => stop.abort(new UnavailableError('not_ready', 'The worker stops')), deadlineMs / 2);
      const closed = Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.race([closed, pause(deadlineMs)]);
      clearTimeout(abort);
      connection.disconnect();
    },
  };
}

/** Every job meets them, again at each attempt. */
const OUTAGES: ReadonlySet<string> = new Set(['store_unavailable', 'queue_unavailable']);

async function runJob(
  name: QueueName,
  job: Job,
  handler: JobHandler,
  options: WorkersOptions & { readonly sayOutage: SayOutage },
  stop: AbortSignal,
): Promise<string> {
  const entry = JOBS[name];
  const parsed = entry.schema.safeParse(job.data);
  if (!parsed.success || job.id === undefined) throw new UnrecoverableError('job_invalid');
  const lastAttempt = job.attemptsMade + 1 >= entry.attempts;
  const late = () => new UnavailableError('deadline_exceeded', `The job took over ${entry.timeLimitMs} ms`);
  const limit = timeLimit(entry.timeLimitMs, stop, late);
  const run = { jobId: job.id, subjectId: parsed.data.subjectId, lastAttempt };
  try {
    const outcome = await handler(run, limit.signal);
    options.metrics.count('job_outcomes_total', { queue: name, outcome });
    return outcome;
  } catch (error) {
    const code = codeOf(error);
    options.metrics.count('job_outcomes_total', { queue: name, outcome: code });
    const fields = { queue: name, subjectId: run.subjectId, lastAttempt, code, error };
    if (OUTAGES.has(code)) options.sayOutage('job failed', `${name} ${code}`, fields);
    else options.log.warn('job failed', fields);
    // Redis keeps the reason in clear text: codes only, never the message of somebody else's error.
    throw error instanceof InvalidInputError ? new UnrecoverableError(code) : new Error(code);
  } finally {
    limit.end();
  }
}
