import { describe, expect, it } from 'vitest';
import type { Note } from '../../../src/domain.js';
import { contentHash } from '../../../src/stages/normalise/content-hash.js';
import { normalise, normaliseStage, normaliseText } from '../../../src/stages/normalise/index.js';
import { repairText } from '../../../src/stages/normalise/repair.js';
import { cloakSigns } from '../../../src/stages/normalise/signs.js';
import { foldSyllable, splitSyllables } from '../../../src/stages/normalise/syllables.js';
import { unitTable, unitTexts } from '../../../src/stages/normalise/unit-table.js';
import type { StageInput } from '../../../src/stages/stage.js';

const NOTE: Note = {
  kind: 'note',
  title: 'Figs',
  body: 'Ripe ones.',
  regions: ['us'],
  context: { flags: ['news', 'art'] },
  images: [{ index: 0, url: 'https://images.example/1.jpg' }],
};
const input = (body: string, repaired = false): StageInput => ({
  sourceId: 'src_1',
  revisionId: 'rev_1',
  note: { ...NOTE, body },
  texts: body === '' ? [] : [{ part: 'body', text: normaliseText(body) }],
  evidence: {},
  repaired,
  now: 0,
});

describe('repairText', () => {
  it.each([
    ['a\0b', 'a\ufffdb', true],
    ['a\ud800b', 'a\ufffdb', true],
    ['\udc00\ud800', '\ufffd\ufffd', true],
    ['plain 👩 text', 'plain 👩 text', false],
  ])('%j', (raw, text, repaired) => {
    expect(repairText(raw)).toEqual({ text, repaired });
  });
  it('is done after one turn', () => {
    expect(repairText(repairText('\0\ud83d').text).repaired).toBe(false);
  });
});

describe('contentHash', () => {
  const base = contentHash(NOTE);
  it('is the same whatever is not moderated, and whatever the order of flags', () => {
    expect(base).toMatch(/^[0-9a-f]{64}$/);
    expect(contentHash({ ...NOTE, author: { id: 'a' }, externalId: 'x', createdAt: '2026-01-01' })).toBe(base);
    expect(contentHash({ ...NOTE, context: { flags: ['art', 'news', 'art'], replyTo: undefined } })).toBe(base);
  });
  it.each([
    ['title', { ...NOTE, title: 'Figs ' }],
    ['body', { ...NOTE, body: '' }],
    ['kind', { ...NOTE, kind: 'comment' }],
    ['a moved border between title and body', { ...NOTE, title: 'FigsRipe', body: ' ones.' }],
    ['image', { ...NOTE, images: [{ index: 0, path: 'https://images.example/1.jpg' }] }],
    ['no image', { ...NOTE, images: [] }],
    ['flags', { ...NOTE, context: {} }],
    ['reply', { ...NOTE, context: { flags: ['news', 'art'], replyTo: 'x' } }],
    ['declared advertisement', { ...NOTE, context: { flags: ['news', 'art'], adDeclared: false } }],
    ['regions', { ...NOTE, regions: ['de', 'jp'] }],
    ['language hint', { ...NOTE, languageHint: 'tr' }],
    ['reach', { ...NOTE, context: { flags: ['news', 'art'], reach: 7 } }],
  ] satisfies [string, Note][])('differs with another %s', (_, note) => {
    expect(contentHash(note)).not.toBe(base);
  });
});

describe('cloakSigns', () => {
  it.each([
    ['W\u200bhatsApp', ['invisible']],
    ['pay\u200dpal', ['invisible']],
    ['раураl', ['homoglyph']],
    ['add me on w e c h a t', ['spaced']],
    ['加微.信', ['spaced']],
    ['v1agr4 here', ['leet']],
    ['c@sh', ['leet']],
    ['f\u0335\u0336\u0337ree', ['marks']],
    ['ｗｅｉｘｉｎ', ['fullwidth']],
    ['𝓌𝑒𝒾𝓍𝒾𝓃', ['fullwidth']],
    ['a\u202eb', ['bidi']],
    ['freeeee', ['repeats']],
  ] as const)('%j shows %j', (raw, signs) => {
    expect(cloakSigns(normaliseText(raw))).toEqual(signs);
  });
  it.each([
    'Great cafe, 10 out of 10, mp3 and b2b, covid19 and iPhone 15!',
    'می‌خواهم هر هفته',
    'क्षत्रिय नमस्ते',
    '👨‍👩‍👧 sunny',
    'Đừng lo, mọi thứ đều ổn',
    '今天很好 天气不错，服务周到',
    'ㅋㅋㅋㅋ 재밌다',
    'наш iphone',
    'U.S. and e.g. this',
    'email me: a@b.example',
  ])('honest text shows none: %s', (raw) => {
    expect(cloakSigns(normaliseText(raw))).toEqual([]);
  });
});

describe('syllables', () => {
  it('splits what spells syllables from end to end', () => {
    expect(splitSyllables('weixin')).toEqual([3, 3]);
    expect(splitSyllables('zhuangxian')).toEqual([6, 4]);
    expect(splitSyllables('hello')).toBeNull();
    expect(splitSyllables('')).toEqual([]);
  });
  it.each([
    ['zhang', 'zan'],
    ['shi', 'si'],
    ['nv', 'lv'],
    ['leng', 'len'],
    ['ying', 'yin'],
    ['lü', 'lv'],
    ['e', 'e'],
  ])('%s folds to %s', (syllable, folded) => {
    expect(foldSyllable(syllable)).toBe(folded);
  });
});

describe('unit tables', () => {
  it('ask once for each character of the basic plane', () => {
    let asked = 0;
    const table = unitTable((unit) => {
      asked += 1;
      return unit === 'b' ? 2 : 0;
    });
    expect([table(97), table(98), table(98), table(0x1f600)]).toEqual([0, 2, 2, 0]);
    expect(asked).toBe(3);
    const texts = unitTexts((unit) => {
      asked += 1;
      return unit.toUpperCase();
    });
    expect([texts(97), texts(97)]).toEqual(['A', 'A']);
    expect(asked).toBe(4);
  });
});

describe('the stage', () => {
  it('reports length and signs of every part, and what the edge repaired', async () => {
    const stage = normaliseStage();
    const value = await stage.run(input('fr\u200bee', true), AbortSignal.timeout(1_000));
    expect(value).toEqual({ parts: [{ part: 'body', length: 5, signs: ['invisible'] }], repaired: true });
    expect(stage.when(input('x'), { wanted: new Set() })).toEqual({ run: true });
    expect(stage.when(input(''), { wanted: new Set() })).toEqual({ run: false, why: 'no_text' });
    expect(normalise).toBe(normaliseText);
  });
});
