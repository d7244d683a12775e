import { describe, expect, it } from 'vitest';
import type { Note } from '../../src/domain.js';
import { UnavailableError } from '../../src/errors.js';
import type { Nudge } from '../../src/ports.js';
import { sweepWith } from '../../src/usecases/sweep.js';
import { storeMemory } from '../support/store-memory.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const metrics = { count: () => {}, observe: () => {}, set: () => {}, render: async () => '' };
const note: Note = { kind: 'note', title: '', body: 'x', regions: [], context: {}, images: [] };

async function bench(options: { waiting?: number; away?: boolean; open?: readonly string[] } = {}) {
  const store = storeMemory();
  let now = 1_000_000;
  const input = { sourceId: 's', externalId: 'x', contentHash: 'h', repaired: false, idempotency: null, note, now };
  await store.notes.accept(input);
  const state = { waiting: 0, away: false, ...options };
  const nudged: Nudge[] = [];
  const sweep = sweepWith({
    work: store.work,
    images: store.images,
    opinions: {
      takeDue: async (limit) => (options.open ?? []).slice(0, limit).map((revisionId) => ({ revisionId, run: 2 })),
    },
    queue: {
      nudge: async (nudges) => {
        if (state.away) throw new UnavailableError('queue_unavailable', 'away');
        nudged.push(...nudges);
      },
      waiting: async () => state.waiting,
      ping: async () => undefined,
      close: async () => undefined,
    },
    clock: { now: () => now },
    log: quiet,
    metrics,
    sweepMs: 1_000,
  });
  const notes = () => nudged.filter((nudge) => nudge.queue === 'notes');
  return {
    sweep,
    state,
    nudged,
    notes,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('sweep', () => {
  it('nudges what is due again, each time under another job id', async () => {
    const one = await bench();
    one.pass(10_000);
    await one.sweep();
    one.pass(10_000);
    await one.sweep();
    const ids = one.notes().map((nudge) => nudge.jobId);
    expect(ids.length).toBe(2);
    expect(new Set(ids).size).toBe(2);
  });

  it('nudges questions that nobody answered', async () => {
    const one = await bench({ open: ['rev_1'] });
    await one.sweep();
    const opinions = one.nudged.filter(({ queue }) => queue === 'opinions');
    expect(opinions).toEqual([{ queue: 'opinions', subjectId: 'rev_1', jobId: 'rev_1-2' }]);
  });

  it('fills a queue of questions up to a thousand and no further, however many wait', async () => {
    const one = await bench({ waiting: 998, open: ['rev_1', 'rev_2', 'rev_3'] });
    await one.sweep();
    one.state.waiting = 1_000;
    await one.sweep();
    const opinions = one.nudged.filter(({ queue }) => queue === 'opinions');
    expect(opinions.map(({ subjectId }) => subjectId)).toEqual(['rev_1', 'rev_2']);
  });

  it('leaves alone what waits in the queue', async () => {
    const one = await bench({ waiting: 1 });
    one.pass(10_000);
    expect(await one.sweep()).toMatchObject({ due: 1, nudged: 0 });
    expect(one.notes()).toEqual([]);
  });

  it('nudges after Redis came back, also for upkeep', async () => {
    const one = await bench({ away: true });
    one.pass(10_000);
    await expect(one.sweep()).rejects.toMatchObject({ code: 'queue_unavailable' });
    one.state.away = false;
    one.pass(10_000);
    await one.sweep();
    expect(one.notes()).toHaveLength(1);
    expect(one.nudged.map((nudge) => nudge.queue).sort()).toEqual(['deliveries', 'notes', 'upkeep']);
  });
});
