import { describe, expect, it } from 'vitest';
import { readPromptFiles } from '../../../src/adapters/prompt-files.js';
import type { DeliberateEvidence, Outcome } from '../../../src/domain.js';
import { InvalidInputError, UnavailableError } from '../../../src/errors.js';
import type { ChatAnswer, ChatAsk, ChatModel, ContentScores } from '../../../src/ports/llm.js';
import type { OpinionClaim, OpinionExchange, OpinionsStore } from '../../../src/ports/opinions.js';
import type { OpinionPlan } from '../../../src/stages/deliberate/plan.js';
import { type OpineDeps, opineWith } from '../../../src/usecases/opinions/opine.js';
import { storedOpinions } from '../../../src/usecases/opinions/sources.js';
import { evidenceOf, noteOf, testIds } from '../../support/store.js';
import { storeMemory } from '../../support/store-memory.js';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const uncounted = { count: () => undefined, observe: () => undefined, set: () => undefined, render: async () => '' };
const clock = { now: () => Date.UTC(2026, 10, 20, 23, 59) };
const prompts = readPromptFiles('prompts/opinion');
const CLAIM: OpinionClaim = {
  revisionId: 'rev_1',
  revision: 1,
  noteId: 'note_1',
  sourceId: 'src_1',
  note: noteOf(),
  evidence: evidenceOf(),
  askedBy: null,
  epoch: 1,
  crashes: 0,
};
const PLAN: OpinionPlan = {
  bundleHash: 'b1',
  reasons: ['score_band'],
  regions: ['us'],
  redact: true,
  endpoints: null,
  budgets: [{ region: 'us', tokens: 100_000, micros: null }],
  clauses: [],
};
const CALM = { findings: [], doubts_removal: false, rationale: 'Calm.' };
const answerOf = (json: unknown, change: Partial<ChatAnswer> = {}): ChatAnswer => ({
  text: JSON.stringify(json),
  json,
  model: 'm-1',
  promptTokens: 100,
  completionTokens: 20,
  costMicros: 40,
  finish: 'stop',
  ms: 5,
  ...change,
});

interface Bench {
  readonly claim?: Partial<OpinionClaim>;
  readonly plan?: Partial<OpinionPlan> | null;
  readonly says?: (ask: ChatAsk, turn: number) => Promise<ChatAnswer>;
  readonly chat?: Partial<ChatModel>;
  readonly scores?: ContentScores['score'];
  readonly cached?: string;
  readonly deps?: Partial<OpineDeps>;
}

function bench({ claim, plan = {}, says, chat, scores, cached, deps }: Bench) {
  const asks: ChatAsk[] = [];
  const outcomes: Outcome<DeliberateEvidence>[] = [];
  const exchanges: OpinionExchange[] = [];
  const nudged: string[] = [];
  const told = { handedBack: [] as (number | null)[] };
  const memory = storeMemory().opinions;
  const opinions: OpinionsStore = {
    ...memory,
    claim: async () => ({ ...CLAIM, ...claim }),
    extend: async () => true,
    handBack: async (_claim, retryAt) => void told.handedBack.push(retryAt),
    record: async (_claim, exchange) => void exchanges.push(exchange),
    cached: async () => (cached === undefined ? null : { exchangeId: 'xch_0', answer: cached, answeredBy: 'm-0' }),
    complete: async (_claim, outcome) => {
      outcomes.push(outcome);
      return { saved: true, wake: 4 };
    },
  };
  const model: ChatModel = {
    purpose: 'opinion',
    model: 'm',
    region: 'eu',
    seesImages: false,
    complete: async (ask) => {
      asks.push(ask);
      return says === undefined ? answerOf(CALM) : says(ask, asks.length);
    },
    ...chat,
  };
  const moderation = scores === undefined ? null : { model: 'scores', region: 'eu', score: scores };
  const handler = opineWith({
    opinions,
    ask: { chat: model, moderation, prompts, ids: testIds, clock },
    planOf: () => (plan === null ? null : { ...PLAN, ...plan }),
    picturesOf: async () => [{ index: 0, mediaType: 'image/webp', bytes: new Uint8Array([1]) }],
    queue: { nudge: async (nudges) => void nudged.push(...nudges.map(({ jobId }) => jobId)) },
    clock,
    log: quiet,
    metrics: uncounted,
    leaseMs: 60_000,
    maxCrashes: 3,
    ...deps,
  });
  const run = (lastAttempt = false, signal = new AbortController().signal) =>
    handler({ jobId: 'j', subjectId: 'rev_1', lastAttempt }, signal);
  return { run, asks, outcomes, exchanges, nudged, told, memory };
}
const away = async (): Promise<never> => {
  throw new UnavailableError('llm_unavailable', 'away');
};

describe('one opinion', () => {
  it('is asked, kept with its versions, stored, and wakes the note', async () => {
    const one = bench({});
    expect(await one.run()).toBe('saved');
    expect(one.outcomes).toMatchObject([
      { status: 'found', value: { opinions: [{ model: 'm-1' }], moderation: 'off' } },
    ]);
    expect(one.exchanges).toMatchObject([
      {
        outcome: 'answered',
        model: 'm',
        answeredBy: 'm-1',
        endpointRegion: 'eu',
        promptVersion: prompts.version,
        bundleHash: 'b1',
      },
    ]);
    expect(one.nudged).toEqual(['rev_1-4']);
    expect(await one.memory.spent('us', '2026-11-20')).toEqual({ tokens: 120, micros: 40 });
  });

  it('is handed back while attempts remain, and a gap with its code on the last', async () => {
    const one = bench({ says: away });
    await expect(one.run()).rejects.toThrow('away');
    expect(one.told.handedBack).toEqual([clock.now() + 4_000]);
    expect(one.outcomes).toEqual([]);
    expect(await one.run(true)).toBe('saved');
    expect(one.outcomes).toMatchObject([{ status: 'failed', code: 'llm_unavailable' }]);
    // Nothing was answered, so nothing was spent.
    expect(await one.memory.spent('us', '2026-11-20')).toEqual({ tokens: 0, micros: 0 });
  });

  it('that was refused is not asked again', async () => {
    const refused = async (): Promise<never> => {
      throw new InvalidInputError('llm_refused', 'no');
    };
    const one = bench({ says: refused });
    expect(await one.run()).toBe('saved');
    expect(one.outcomes).toMatchObject([{ status: 'failed', code: 'llm_refused' }]);
    expect(one.exchanges.map(({ outcome }) => outcome)).toEqual(['llm_refused']);
  });

  it('is given up after three crashes, unasked', async () => {
    const one = bench({ claim: { crashes: 3 } });
    expect(await one.run()).toBe('saved');
    expect(one.asks).toEqual([]);
    expect(one.outcomes).toMatchObject([{ status: 'failed', code: 'stage_failed' }]);
  });

  it('is handed back at once when the worker stops', async () => {
    const stop = new AbortController();
    const says = async (): Promise<never> => {
      stop.abort(new Error('stopped'));
      throw new Error('stopped');
    };
    const one = bench({ says });
    await expect(one.run(true, stop.signal)).rejects.toThrow('stopped');
    expect(one.told.handedBack).toEqual([null]);
    expect(one.outcomes).toEqual([]);
  });

  it('a defect counts as a crash: it is not handed back', async () => {
    const one = bench({ says: () => Promise.reject(new TypeError('broken')) });
    await expect(one.run(true)).rejects.toThrow('broken');
    expect(one.told.handedBack).toEqual([]);
    expect(one.outcomes).toEqual([]);
  });

  it('a lost nudge harms nothing', async () => {
    const one = bench({ deps: { queue: { nudge: away } } });
    expect(await one.run()).toBe('saved');
  });
});

describe('money and place', () => {
  it('nothing is sent when the budget of the day is used up', async () => {
    const one = bench({ plan: { budgets: [{ region: 'us', tokens: 100, micros: null }] } });
    expect(await one.run()).toBe('saved');
    expect(one.asks).toEqual([]);
    expect(one.outcomes).toMatchObject([{ status: 'failed', code: 'llm_over_budget' }]);
  });

  it('the prices count before anything is sent', async () => {
    const costs = { costMicrosOf: () => 5_000 };
    const one = bench({ chat: costs, plan: { budgets: [{ region: 'us', tokens: 100_000, micros: 4_999 }] } });
    await one.run();
    expect(one.asks).toEqual([]);
    expect(one.outcomes).toMatchObject([{ code: 'llm_over_budget' }]);
  });

  it('an answer that never came may be charged for all the same', async () => {
    const slow = async (): Promise<never> => {
      throw new UnavailableError('llm_timeout', 'slow');
    };
    const one = bench({ says: slow });
    await one.run(true);
    expect((await one.memory.spent('us', '2026-11-20')).tokens).toBeGreaterThan(1_000);
  });

  it('nothing is sent to an endpoint that the policy no longer allows, nor where nobody asks any more', async () => {
    const abroad = bench({ plan: { endpoints: ['us'] } });
    await abroad.run();
    expect(abroad.outcomes).toEqual([{ status: 'skipped', why: 'not_supported' }]);
    const unasked = bench({ plan: null });
    await unasked.run();
    expect(unasked.outcomes).toEqual([{ status: 'skipped', why: 'not_needed' }]);
    expect([...abroad.asks, ...unasked.asks]).toEqual([]);
  });

  it('a process without a model says so', async () => {
    const one = bench({ deps: { ask: null } });
    await one.run();
    expect(one.outcomes).toMatchObject([{ status: 'failed', code: 'llm_unavailable' }]);
  });
});

describe('the question', () => {
  it('is asked once more with its faults, and no more than once', async () => {
    const one = bench({
      says: async (_ask, turn) => (turn === 1 ? answerOf(null, { text: '{"find', finish: 'length' }) : answerOf(CALM)),
    });
    await one.run();
    expect(one.outcomes).toMatchObject([{ status: 'found' }]);
    const last = one.asks[1]?.user.at(-1);
    expect(last?.kind === 'text' ? last.text : '').toContain('it was cut off, be shorter');
    const never = bench({ says: async () => answerOf(null, { finish: 'tool_calls' }) });
    await never.run();
    expect(never.asks).toHaveLength(2);
    expect(never.outcomes).toMatchObject([{ status: 'failed', code: 'llm_bad_answer' }]);
  });

  it('that was answered before costs nothing; a former answer that no longer fits is asked again', async () => {
    const known = bench({ cached: JSON.stringify(CALM) });
    await known.run();
    expect(known.asks).toEqual([]);
    expect(known.exchanges).toMatchObject([{ outcome: 'cached', cachedFrom: 'xch_0', answeredBy: 'm-0' }]);
    for (const cached of ['{"findings":1}', 'no JSON']) {
      const stale = bench({ cached });
      await stale.run();
      expect(stale.asks).toHaveLength(1);
    }
  });

  it('takes pictures along where the model sees them', async () => {
    const one = bench({ chat: { seesImages: true } });
    await one.run();
    expect(one.asks[0]?.user.map(({ kind }) => kind)).toEqual(['text', 'text', 'image']);
    expect(one.exchanges[0]?.pictures).toHaveLength(1);
  });
});

describe('the moderation endpoint', () => {
  it('adds its scores', async () => {
    const one = bench({ scores: async () => ({ model: 's-1', scores: { hate: 0.7 } }) });
    await one.run();
    expect(one.outcomes).toMatchObject([{ value: { moderation: 'read', findings: [{ category: 'hate.attack' }] } }]);
    expect(one.exchanges.map(({ outcome, model }) => [outcome, model])).toEqual([
      ['answered', 'm'],
      ['scored', 'scores'],
    ]);
  });

  it('that fails leaves the opinion, and a lack on record', async () => {
    const one = bench({ scores: away });
    await one.run();
    expect(one.outcomes).toMatchObject([{ status: 'found', value: { moderation: 'llm_unavailable', findings: [] } }]);
  });
});

describe('where the stage takes opinions from', () => {
  const input = {
    sourceId: 's',
    revisionId: 'rev_1',
    note: noteOf(),
    texts: [],
    evidence: {},
    repaired: false,
    now: 1_000,
  };
  const signal = new AbortController().signal;
  const state = (
    status: 'none' | 'due' | 'done',
    outcome: Outcome<DeliberateEvidence> | null,
    since: number | null = null,
    askedBy: string | null = null,
  ) => {
    const policyOutcome = askedBy === null ? outcome : null;
    return storedOpinions({ state: async () => ({ status, askedBy, since, outcome, policyOutcome }) }, 'eu', 900_000);
  };
  const at = (ms: number) => new Date(ms).toISOString();

  it('the store: due until the deadline of the policies, then what was answered', async () => {
    expect(await state('none', null).dueUntil(input)).toBe(at(901_000));
    expect(await state('due', null, 500).dueUntil(input)).toBe(at(900_500));
    expect(await state('due', null, -900_000).dueUntil(input)).toBe(at(61_000));
    expect(await state('done', null).dueUntil(input)).toBeNull();
    const value = { opinions: [], findings: [], moderation: 'off', reasons: [] } as const;
    const found = state('done', { status: 'found', value, ms: 1, version: '1' });
    expect(await found.opinion(input, PLAN, signal)).toEqual(value);
    const failed = state('done', { status: 'failed', code: 'llm_timeout', message: 'slow' });
    await expect(failed.opinion(input, PLAN, signal)).rejects.toMatchObject({
      code: 'llm_timeout',
      name: 'InvalidInputError',
    });
    await expect(state('done', null).opinion(input, PLAN, signal)).rejects.toMatchObject({ code: 'stage_failed' });
  });

  it('knows what the policy was answered before, failures too', async () => {
    const value = { opinions: [], findings: [], moderation: 'off', reasons: [] } as const;
    expect(await state('done', { status: 'found', value, ms: 1, version: '1' }).has?.(input)).toBe(true);
    expect(await state('done', { status: 'failed', code: 'llm_timeout', message: '' }).has?.(input)).toBe(true);
    expect(await state('done', { status: 'skipped', why: 'not_needed' }).has?.(input)).toBe(false);
    expect(await state('due', null).has?.(input)).toBe(false);
  });

  it('what a person was answered is no answer to the policy', async () => {
    const value = { opinions: [], findings: [], moderation: 'off', reasons: ['person'] } as const;
    const readers = state('done', { status: 'found', value, ms: 1, version: '1' }, 500, 'usr_1');
    expect(await readers.dueUntil(input)).toBe(at(900_500));
    await expect(readers.opinion(input, PLAN, signal)).rejects.toMatchObject({ code: 'stage_failed' });
  });
});
