import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CampaignStore } from '../../../src/ports.js';
import { campaignStage } from '../../../src/stages/campaign/index.js';
import { bandsOf, SIGNED_UNITS } from '../../../src/stages/campaign/signature.js';
import { normaliseText } from '../../../src/stages/normalise/text.js';
import type { StageInput } from '../../../src/stages/stage.js';

const COUNTS = { authors1h: 6, authors24h: 7, authors7d: 8, notes24h: 9, medianAccountAgeDays: 3 };
const NOW = Date.parse('2026-11-20T12:00:00Z');
type Row = Parameters<CampaignStore['record']>[0];

function recorder(): { readonly rows: Row[]; readonly store: CampaignStore } {
  const rows: Row[] = [];
  return {
    rows,
    store: {
      async record(row) {
        rows.push(row);
        return COUNTS;
      },
    },
  };
}
const input = (title: string, body: string, author?: StageInput['note']['author']): StageInput => ({
  sourceId: 'src_1',
  revisionId: 'rev_1',
  note: { kind: 'note', title, body, author, regions: [], context: {}, images: [] },
  texts: [
    { part: 'title', text: normaliseText(title) },
    { part: 'body', text: normaliseText(body) },
    { part: 'image:0', text: normaliseText('words on a picture, many of them') },
  ],
  evidence: {},
  repaired: false,
  now: NOW,
});
const WANTED = { wanted: new Set<never>() };
const shared = (a: string, b: string): number => {
  const bands = new Set(bandsOf(a));
  return bandsOf(b).filter((band) => bands.has(band)).length;
};
const compact = (text: string): string => normaliseText(text).view('folded').text.replaceAll(' ', '');

describe('bandsOf', () => {
  const praise =
    'I am speechless, the noodle house on Harbour Road changed my life! Best broth, best service, everybody has to go there this weekend';
  it('is 16 short bands, the same in every run', () => {
    const bands = bandsOf(compact(praise));
    expect(bands).toHaveLength(16);
    expect(new Set(bands).size).toBe(16);
    expect(bands.every((band) => /^[0-9a-f][0-9a-f]{12}$/.test(band))).toBe(true);
    expect(bandsOf(compact(praise))).toEqual(bands);
    expect(bandsOf('thesametextineveryprocess')[0]).toBe(bandsOf('thesametextineveryprocess')[0]);
  });
  it('shares bands between copies with another ending, case, spacing or disguise', () => {
    for (const copy of [
      `${praise} friends`,
      `${praise.toUpperCase()} !!`,
      praise.replaceAll(' ', '  '),
      praise.replaceAll('a', 'ａ'),
    ]) {
      expect(shared(compact(praise), compact(copy))).toBeGreaterThan(0);
    }
    const chinese = '这家面馆改变了我的生活，汤底最好，服务最好，大家这个周末一定要去试试看';
    expect(shared(compact(chinese), compact(`${chinese}哦`))).toBeGreaterThan(0);
  });
  it('shares none between different texts', () => {
    expect(
      shared(
        compact(praise),
        compact('Found ripe figs, a sourdough loaf and linen napkins at the market this morning'),
      ),
    ).toBe(0);
  });
  it('reads the beginning of a long text and never throws', () => {
    const long = 'abcdefgh'.repeat(SIGNED_UNITS);
    expect(bandsOf(long)).toEqual(bandsOf(long.slice(0, SIGNED_UNITS)));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(bandsOf(text)).toHaveLength(16);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the stage', () => {
  const BODY = 'The same praise for the same noodle house once more.';
  it('records revision, author, account age and bands, and answers the counts', async () => {
    const { rows, store } = recorder();
    const author = { id: 'author-1', createdAt: '2026-11-10T00:00:00Z' };
    const value = await campaignStage(store).run(input('Hi', BODY, author), AbortSignal.timeout(1_000));
    const bands = bandsOf(compact(`Hi${BODY}`));
    expect(value).toEqual({ signature: bands.join('.'), ...COUNTS });
    expect(rows).toEqual([
      { sourceId: 'src_1', revisionId: 'rev_1', authorId: 'author-1', accountAgeDays: 10, bands, at: NOW },
    ]);
    expect(JSON.stringify(rows)).not.toContain('noodle');
  });
  it.each([
    [undefined, null, null],
    [{ id: 'a' }, 'a', null],
    [{ id: 'a', createdAt: 'yesterday' }, 'a', null],
    [{ id: 'a', createdAt: '2027-01-01T00:00:00Z' }, 'a', null],
    [{ id: 'a', createdAt: '2026-11-20T00:00:00Z' }, 'a', 0],
  ])('with author %j it records %j and age %j', async (author, authorId, accountAgeDays) => {
    const { rows, store } = recorder();
    await campaignStage(store).run(input('', BODY, author), AbortSignal.timeout(1_000));
    expect(rows[0]).toMatchObject({ authorId, accountAgeDays });
  });
  it('says why it does not run', () => {
    const { store } = recorder();
    expect(campaignStage(null).when(input('', BODY), WANTED)).toEqual({ run: false, why: 'no_store' });
    expect(campaignStage(store).when(input('', ''), WANTED)).toEqual({ run: false, why: 'no_text' });
    expect(campaignStage(store).when(input('', 'so cute!'), WANTED)).toEqual({ run: false, why: 'not_needed' });
    expect(campaignStage(store).when(input('', BODY), WANTED)).toEqual({ run: true });
  });
  it('refuses to pretend without a store, and stops when asked to', async () => {
    await expect(campaignStage(null).run(input('', BODY), AbortSignal.timeout(1_000))).rejects.toThrow(
      /without a store/,
    );
    await expect(campaignStage(recorder().store).run(input('', BODY), AbortSignal.abort())).rejects.toThrow();
  });
});
