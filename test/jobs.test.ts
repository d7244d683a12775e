import { describe, expect, it } from 'vitest';
import { JOBS, nudgeOf, QUEUE_NAMES } from '../src/jobs.js';

describe('the job catalogue', () => {
  it.each(QUEUE_NAMES)('%s takes an id and nothing else', (name) => {
    expect(JOBS[name].schema.safeParse({ subjectId: 'rev_1' }).success).toBe(true);
    expect(JOBS[name].schema.safeParse({ subjectId: 'rev_1', text: 'words' }).success).toBe(false);
    expect(JOBS[name].schema.safeParse({ subjectId: '' }).success).toBe(false);
  });

  it.each(QUEUE_NAMES)('%s declares attempts, pause, time limit and retention', (name) => {
    const entry = JOBS[name];
    expect(entry.attempts).toBeGreaterThan(0);
    expect(entry.backoffMs).toBeGreaterThan(0);
    expect(entry.timeLimitMs).toBeGreaterThan(entry.backoffMs);
    expect(entry.keepFailed.count).toBeGreaterThan(0);
  });

  it('never gives the same job id to two runs, nor one that BullMQ refuses', () => {
    const ids = [0, 1, 2].map((run) => nudgeOf('notes', 'rev_01J', run).jobId);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[^:]*[^:\d][^:]*$/u);
  });
});
