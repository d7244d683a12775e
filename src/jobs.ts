/** Job catalogue: what may be put on a queue and how it is run. A job carries an id, never text. */
import { z } from 'zod';
import type { Nudge } from './ports.js';

export type QueueName = Nudge['queue'];

export interface JobEntry {
  readonly schema: z.ZodType<JobFields>;
  readonly attempts: number;
  readonly backoffMs: number;
  /** Of one attempt; then its signal aborts. */
  readonly timeLimitMs: number;
  /** Finished jobs are of no use to anyone; failed ones are kept for a look. */
  readonly keepFailed: { readonly count: number; readonly ageSeconds: number };
  /** Jobs in flight per process; `config` takes WORKER_CONCURRENCY. */
  readonly concurrency: number | 'config';
}

const JobFields = z.strictObject({ subjectId: z.string().min(1).max(128) });
export type JobFields = z.infer<typeof JobFields>;

const keepFailed = { count: 1_000, ageSeconds: 86_400 } as const;

export const JOBS = {
  notes: { schema: JobFields, attempts: 3, backoffMs: 500, timeLimitMs: 120_000, keepFailed, concurrency: 'config' },
  images: { schema: JobFields, attempts: 3, backoffMs: 2_000, timeLimitMs: 300_000, keepFailed, concurrency: 1 },
  // Attempts, pauses and one repair at the endpoint, all within one attempt of the job.
  opinions: { schema: JobFields, attempts: 3, backoffMs: 2_000, timeLimitMs: 300_000, keepFailed, concurrency: 2 },
  // A delivery's own schedule is a row in Postgres; the job only says that something is due.
  deliveries: { schema: JobFields, attempts: 1, backoffMs: 1_000, timeLimitMs: 300_000, keepFailed, concurrency: 1 },
  upkeep: { schema: JobFields, attempts: 1, backoffMs: 1_000, timeLimitMs: 600_000, keepFailed, concurrency: 1 },
} as const satisfies Record<QueueName, JobEntry>;

export const QUEUE_NAMES = Object.keys(JOBS) as readonly QueueName[];

/** When the queue has brought a failed job back at the latest, so that nobody need ask for another in its place. */
export function retryBy(queue: QueueName, now: number): number {
  const { backoffMs, attempts } = JOBS[queue];
  return now + backoffMs * 2 ** Math.max(0, attempts - 2);
}

export interface JobRun {
  readonly jobId: string;
  readonly subjectId: string;
  /** No further attempt follows: what is missing now becomes a recorded gap. */
  readonly lastAttempt: boolean;
}
export type JobHandler = (run: JobRun, signal: AbortSignal) => Promise<string>;
/** Queues without a handler in a process are not opened there. */
export type JobHandlers = { readonly [Q in QueueName]?: JobHandler };

/** Ids of ours hold no colon, which BullMQ refuses; a run number keeps a job id from ever coming back. */
export const nudgeOf = (queue: QueueName, subjectId: string, run: number): Nudge => ({
  queue,
  subjectId,
  jobId: `${subjectId}-${run}`,
});
