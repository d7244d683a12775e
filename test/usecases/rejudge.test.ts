/** Which stored notes are judged again after a changed rule, and which are left alone. */
import { describe, expect, it } from 'vitest';
import { compileBundle } from '../../src/policy/bundle.js';
import { testInput } from '../../src/policy/test-evidence.js';
import type { JudgedRevision } from '../../src/ports/store.js';
import type { Stage } from '../../src/stages/stage.js';
import { type RejudgeOrder, rejudge } from '../../src/usecases/rejudge.js';
import { global, NOTICE, rule } from '../policy/bench-files.js';
import { noteOf } from '../support/store.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const ACTOR = { kind: 'system', id: 'cli' } as const;
const bundle = compileBundle(
  new Map([
    ['global.yaml', global(rule({ id: 'r1' }))],
    ['notices/en.yaml', NOTICE],
  ]),
);
const match: Stage<'match'> = {
  name: 'match',
  version: '1',
  reads: [],
  languages: '*',
  cost: 'free',
  timeoutMs: 1_000,
  when: () => ({ run: true }),
  run: async () => ({ findings: [], contacts: [] }),
};

function row(id: string, change: Partial<JudgedRevision> = {}): JudgedRevision {
  const { evidence } = testInput({ expect: 'match', scores: { 'hate.attack': 0.7 } }, NOW);
  const at = new Date(NOW).toISOString();
  return {
    revisionId: `rev_${id}`,
    noteId: `note_${id}`,
    externalId: id,
    sourceId: 'source-1',
    revision: 1,
    note: noteOf({ regions: ['de', 'us'] }),
    acceptedAt: at,
    decidedAt: at,
    language: 'en',
    evidence,
    decisions: [{ regions: ['de', 'us'], action: 'allow', category: null }],
    human: [],
    stands: true,
    ...change,
  };
}

const PAGE = 10;
async function judged(rows: readonly JudgedRevision[], change: Partial<RejudgeOrder> = {}) {
  const marked: string[] = [];
  const deps = {
    notes: {
      judged: async (_source: string | null, _since: number, cursor: string | null) => ({
        items: rows.slice(Number(cursor), Number(cursor) + PAGE),
        nextCursor: Number(cursor) + PAGE < rows.length ? String(Number(cursor) + PAGE) : null,
      }),
    },
    lookUps: {
      again: async (ids: readonly string[]) => {
        marked.push(...ids);
        return ids.length;
      },
    },
    bundle,
    match,
    clock: { now: () => NOW },
  };
  const order = { since: 0, regions: null, most: null, dryRun: false, actor: ACTOR, ...change };
  return { ...(await rejudge(deps, order, new AbortController().signal)), ids: marked };
}

describe('rejudge', () => {
  it('marks what the rules in force decide otherwise, and says from what to what', async () => {
    const same = row('same', {
      decisions: [{ regions: ['de', 'us'], action: 'limit', category: 'hate.attack' }],
    });
    const result = await judged([row('other'), same]);
    expect(result).toMatchObject({ notes: 2, differ: 1, marked: 1, ids: ['rev_other'] });
    expect(result.moves).toEqual([
      { region: 'de', before: 'allow', after: 'limit', count: 1 },
      { region: 'us', before: 'allow', after: 'limit', count: 1 },
    ]);
    expect(result.first).toMatchObject([{ noteId: 'note_other', externalId: 'other' }]);
  });

  it('leaves alone what a person decided, what does not stand, and other regions', async () => {
    const human = [{ regions: ['de'], action: 'allow' }] as const;
    const person = row('person', { human });
    const waits = row('waits', { stands: false });
    expect((await judged([person, waits], { regions: new Set(['de']) })).ids).toEqual([]);
    expect((await judged([person], { regions: new Set(['us']) })).ids).toEqual(['rev_person']);
    expect((await judged([row('both')], { regions: new Set(['fr']) })).ids).toEqual([]);
  });

  it('a dry run marks nothing and names twenty', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => row(String(index)));
    const result = await judged(rows, { dryRun: true });
    expect(result).toMatchObject({ differ: 25, marked: 0, ids: [] });
    expect(result.first).toHaveLength(20);
  });

  it.each([
    [9, 11, true],
    [10, 12, true],
    [25, 27, false],
    [26, 27, false],
  ])('at most %i: stops there, the oldest first', async (most, notes, stopped) => {
    const still = row('still', { decisions: [{ regions: ['de', 'us'], action: 'limit', category: 'hate.attack' }] });
    const rows = [still, still, ...Array.from({ length: 25 }, (_, index) => row(String(index)))];
    const differ = Math.min(most, 25);
    const result = await judged(rows, { most });
    expect(result).toMatchObject({ notes, differ, marked: differ, stopped });
    expect(result.ids).toEqual(rows.slice(2, 2 + differ).map(({ revisionId }) => revisionId));
    expect(await judged(rows, { most, dryRun: true })).toMatchObject({ notes, differ, marked: 0, stopped });
  });
});
