import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Evaluation, Note } from '../../src/domain.js';
import { UnavailableError } from '../../src/errors.js';
import type { AnyStage, Stage } from '../../src/stages/stage.js';
import { type ProcessNoteDeps, processNoteWith } from '../../src/usecases/process-note.js';
import { decision } from '../support/store.js';
import { storeMemory } from '../support/store-memory.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const never = new AbortController().signal;
const note: Note = { kind: 'note', title: '', body: 'hello', regions: ['de'], context: {}, images: [] };
const allow: Evaluation = {
  pending: false,
  bundleHash: 'b',
  decisions: [decision({ regions: ['de'], policy: 'de' })],
};

const campaign = (run: Stage<'campaign'>['run']): AnyStage => ({
  name: 'campaign',
  version: '1',
  reads: [],
  languages: '*',
  cost: 'free',
  timeoutMs: 5_000,
  when: () => ({ run: true }),
  run,
});

async function bench(stages: readonly AnyStage[] = []) {
  const store = storeMemory();
  let now = 1_000_000;
  const counted: string[] = [];
  let decided = 0;
  const deps: ProcessNoteDeps = {
    work: store.work,
    rules: () => ({
      stages,
      judge: { needs: { wanted: new Set() }, allRegions: ['global'], bundleHash: 'b', evaluate: () => allow },
    }),
    followPolicy: async () => undefined,
    clock: { now: () => now },
    log: quiet,
    metrics: { count: (name) => void counted.push(name), observe: () => {}, set: () => {}, render: async () => '' },
    leaseMs: 60_000,
    maxCrashes: 3,
    onDecided: () => {
      decided += 1;
    },
  };
  const input = { sourceId: 's', externalId: 'x', contentHash: 'h', repaired: false, idempotency: null, note, now };
  const accepted = await store.notes.accept(input);
  if (!('revisionId' in accepted)) throw new Error(accepted.kind);
  const { revisionId, noteId } = accepted;
  return {
    deps,
    store,
    counted,
    revisionId,
    decided: () => decided,
    view: async () => store.notes.get('s', noteId),
    pass: (ms: number) => {
      now += ms;
    },
    run: (lastAttempt = false, signal = never) =>
      processNoteWith(deps)({ jobId: 'j', subjectId: revisionId, lastAttempt }, signal),
  };
}

const counts = { authors1h: 1, authors24h: 1, authors7d: 1, notes24h: 1, medianAccountAgeDays: null };
const fine = campaign(async () => ({ signature: '', ...counts }));
const away = campaign(async () => {
  throw new UnavailableError('store_unavailable', 'away');
});

describe('processNote', () => {
  it('decides a due note once', async () => {
    const one = await bench([fine]);
    expect(await one.run()).toBe('saved');
    expect(await one.run()).toBe('nothing_due');
    expect((await one.view())?.decisions).toHaveLength(1);
    expect(one.decided()).toBe(1);
  });

  it('says that a question was left open, once its result is stored', async () => {
    const waits = { ...fine, name: 'deliberate', dueUntil: async () => '2026-11-01T00:00:00.000Z' } as AnyStage;
    const one = await bench([waits]);
    const { judge, stages } = one.deps.rules();
    const pending = { ...judge, evaluate: () => ({ ...allow, pending: true, decisions: [] }) };
    const open: string[] = [];
    const deps = {
      ...one.deps,
      rules: () => ({ stages, judge: pending }),
      onOpinionDue: (revisionId: string) => void open.push(revisionId),
    };
    const run = { jobId: 'j', subjectId: one.revisionId, lastAttempt: false };
    expect(await processNoteWith(deps)(run, never)).toBe('saved');
    expect(open).toEqual([one.revisionId]);
    expect(one.decided()).toBe(0);
  });

  it('hands on what the law says to keep of each decision', async () => {
    const one = await bench([fine]);
    const { judge, stages } = one.deps.rules();
    const term = {
      region: 'de',
      term: 't',
      categories: [],
      days: 1,
      starts: 'decided',
      ground: 'l',
      gag: false,
    } as const;
    const kept: unknown[] = [];
    const work: typeof one.deps.work = {
      ...one.deps.work,
      complete: (claim, record, at) => {
        kept.push(record.keeps);
        return one.deps.work.complete(claim, record, at);
      },
    };
    const deps = { ...one.deps, work, rules: () => ({ stages, judge: { ...judge, keepsOf: () => [[term]] } }) };
    await processNoteWith(deps)({ jobId: 'j', subjectId: one.revisionId, lastAttempt: false }, never);
    expect(kept).toEqual([[[term]]]);
  });

  it('stores the moment that the policy was told as the time of the decision', async () => {
    const told: string[] = [];
    const one = await bench([
      campaign(async () => {
        one.pass(1_234);
        return { signature: '', ...counts };
      }),
    ]);
    const { judge, stages } = one.deps.rules();
    const evaluate: typeof judge.evaluate = (facts) => {
      told.push(facts.now);
      one.pass(77);
      return allow;
    };
    const deps = { ...one.deps, rules: () => ({ stages, judge: { ...judge, evaluate } }) };
    await processNoteWith(deps)({ jobId: 'j', subjectId: one.revisionId, lastAttempt: false }, never);
    expect(told).toEqual([new Date(1_001_234).toISOString()]);
    expect((await one.view())?.revisions[0]?.decidedAt).toBe(told[0]);
  });

  it('hands the note back when something is away, and decides with a gap on the last attempt', async () => {
    const one = await bench([away]);
    await expect(one.run()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await one.run(true)).toBe('saved');
    const evidence = (await one.view())?.revisions[0]?.evidence;
    expect(evidence?.campaign).toMatchObject({ status: 'failed', code: 'store_unavailable' });
  });

  it('hands the note back when the process stops', async () => {
    const stop = new AbortController();
    const stopping = campaign(async () => {
      stop.abort(new UnavailableError('not_ready', 'stops'));
      return new Promise<never>(() => undefined);
    });
    const one = await bench([stopping]);
    await expect(one.run(true, stop.signal)).rejects.toMatchObject({ code: 'not_ready' });
    expect(await one.store.work.claim(one.revisionId, 1, 1_000_000)).toMatchObject({ crashes: 0 });
  });

  it('refuses the late result of a worker that lost the note, and counts it', async () => {
    const one = await bench();
    const slow = campaign(async () => {
      one.pass(60_001);
      await one.store.work.claim(one.revisionId, 60_000, 1_060_001);
      return { signature: '', ...counts };
    });
    const other = processNoteWith({ ...one.deps, rules: () => ({ ...one.deps.rules(), stages: [slow] }) });
    expect(await other({ jobId: 'j', subjectId: one.revisionId, lastAttempt: false }, never)).toBe('stale');
    expect(one.counted).toContain('stale_writes_total');
    expect((await one.view())?.decisions).toEqual([]);
    expect(one.decided()).toBe(0);
  });

  it('gives a note that ended a worker the process to itself', async () => {
    let running = 0;
    const seen: { readonly body: string; readonly beside: number }[] = [];
    const watching = campaign(async ({ note: { body } }) => {
      running += 1;
      await sleep(10);
      seen.push({ body, beside: running - 1 });
      running -= 1;
      return { signature: '', ...counts };
    });
    const one = await bench([watching]);
    const others = await Promise.all(
      Array.from({ length: 5 }, async (_, n) => {
        const more = { ...note, body: `other ${n}` };
        const input = { sourceId: 's', externalId: `o${n}`, contentHash: `o${n}`, repaired: false, idempotency: null };
        const accepted = await one.store.notes.accept({ ...input, note: more, now: 1_000_000 });
        if (!('revisionId' in accepted)) throw new Error(accepted.kind);
        return accepted.revisionId;
      }),
    );
    await one.store.work.claim(one.revisionId, 1_000, 1_000_000);
    one.pass(2_000);
    const run = processNoteWith(one.deps);
    const job = (subjectId: string) => run({ jobId: 'j', subjectId, lastAttempt: false }, never);
    const [first, ...rest] = others;
    const outcomes = await Promise.all([first ?? '', one.revisionId, ...rest].map(job));
    expect(outcomes).toEqual(Array.from({ length: 6 }, () => 'saved'));
    expect(seen.find(({ body }) => body === 'hello')).toMatchObject({ beside: 0 });
    expect(Math.max(...seen.map(({ beside }) => beside))).toBeGreaterThan(0);
  });

  it('holds a note that ended its worker three times, without running a stage', async () => {
    let runs = 0;
    const counting = campaign(async () => {
      runs += 1;
      return { signature: '', ...counts };
    });
    const one = await bench([counting]);
    for (let crash = 0; crash < 3; crash += 1) {
      await one.store.work.claim(one.revisionId, 1_000, 1_000_000 + crash * 2_000);
      one.pass(2_000);
    }
    expect(await one.run()).toBe('saved');
    expect(runs).toBe(0);
    const view = await one.view();
    expect(view?.decisions).toMatchObject([{ action: 'hold', gaps: [{ why: 'crashed' }], regions: ['de'] }]);
    expect(view?.revisions[0]?.evidence?.classify).toMatchObject({ status: 'failed' });
  });

  it('judges by what was in force when the note was taken up, though this process has not asked since', async () => {
    const one = await bench();
    const { judge } = one.deps.rules();
    let policyVersion = 0;
    let asked = 0;
    const run = processNoteWith({
      ...one.deps,
      rules: () => ({ stages: [], judge: { ...judge, policyVersion } }),
      followPolicy: async () => {
        asked += 1;
        policyVersion = await one.store.policy.version();
      },
    });
    const user = { kind: 'user', id: 'usr_ben' } as const;
    await one.store.policy.setOverride({ rule: 'r', region: '*', mode: 'disabled', why: '', until: null }, user, 1);
    expect(await run({ jobId: 'j', subjectId: one.revisionId, lastAttempt: false }, never)).toBe('saved');
    expect(one.store.tables.notes.values().next().value?.revisions[0]?.record?.policyVersion).toBe(1);
    expect(asked).toBe(1);
  });

  it('lets a defect of the policy count as a crash', async () => {
    const one = await bench();
    const broken = {
      ...one.deps.rules().judge,
      evaluate: () => {
        throw new TypeError('defect');
      },
    };
    const run = processNoteWith({ ...one.deps, rules: () => ({ stages: [], judge: broken }) });
    await expect(run({ jobId: 'j', subjectId: one.revisionId, lastAttempt: false }, never)).rejects.toThrow('defect');
    expect(await one.store.work.claim(one.revisionId, 1, 1_060_001)).toMatchObject({ crashes: 1 });
  });
});
