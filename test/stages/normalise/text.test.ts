import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VIEW_NAMES, type ViewName } from '../../../src/domain.js';
import { normaliseText, runsOf } from '../../../src/stages/normalise/text.js';

const read = (raw: string, view: ViewName): string => normaliseText(raw).view(view).text;

/** Letters of many scripts, disguises and broken characters, glued at random. */
const PIECES = [
  'a',
  'B',
  'ß',
  'é',
  'İ',
  'ﬁ',
  'ｗ',
  '𝓌',
  '①',
  '½',
  'а',
  'р',
  'о',
  'ї',
  'α',
  'ς',
  'ا',
  'ـ',
  'َ',
  'ک',
  'ש',
  'ָ',
  'न',
  '्',
  '़',
  'ँ',
  'म',
  'ि',
  'ก',
  'ำ',
  '่',
  '加',
  '微',
  '領',
  '𠮷',
  'か',
  '゙',
  'ガ',
  'ｶ',
  'ﾞ',
  '한',
  'ㅂ',
  'ㅏ',
  'ㄳ',
  'ᄀ',
  'ᅡ',
  'ᆨ',
  'ﾡ',
  ' ',
  '\n',
  '\r\n',
  '.',
  '-',
  '1',
  '0',
  '@',
  '$',
  '!',
  '\u200b',
  '\u200d',
  '\u200c',
  '\u00ad',
  '\u202e',
  '\u0301',
  '\u0300',
  '\ufe0f',
  '👩',
  '👨‍👩‍👧',
  '🇩🇪',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '\ud800',
  '\udc00',
  '\0',
  '\u{e0041}',
  'ı',
  'đ',
  '٣',
  '५',
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((parts) => parts.join('')),
);
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const graphemeEdges = (raw: string): ReadonlySet<number> =>
  new Set([...segmenter.segment(raw)].map((segment) => segment.index).concat(raw.length));

/** First fault of the maps of a text, '' for none: one assertion per text keeps thousands of places fast. */
function faultOf(raw: string): string {
  const text = normaliseText(raw);
  const edges = graphemeEdges(raw);
  for (const name of VIEW_NAMES) {
    const view = text.view(name);
    let last = { start: 0, end: 0 };
    for (let at = 0; at < view.text.length; at += 1) {
      const span = view.toRaw({ start: at, end: at + 1 });
      const where = (): string => `${name} at ${at} of ${JSON.stringify(raw)}: ${JSON.stringify([last, span])}`;
      if (span.start < last.start || span.end < last.end) return `falls back: ${where()}`;
      if (span.start >= span.end) return `is empty: ${where()}`;
      if (!edges.has(span.start) || !edges.has(span.end)) return `cuts a grapheme: ${where()}`;
      last = span;
    }
  }
  return '';
}
function checkText(raw: string): void {
  expect(faultOf(raw)).toBe('');
}

describe('every text', () => {
  it('is read in all views, with places that never fall back and never cut a grapheme', () => {
    fc.assert(fc.property(anyText, checkText), { numRuns: 400 });
  });
  it('keeps folded text as it is: folding twice changes nothing', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        for (const name of ['nfkc', 'folded', 'simplified'] as const) {
          const once = read(raw, name);
          expect(read(once, name)).toBe(once);
        }
      }),
      { numRuns: 400 },
    );
  });
  it.each(['ᄀ.ㅏ', 'ᄀ.ㅏ,나'])('puts %s together for good', (raw) => {
    const once = read(raw, 'simplified');
    expect(once).toMatch(/^[가-힣]+$/);
    expect(read(once, 'simplified')).toBe(once);
  });
  it('gives the compatibility form of Unicode piece by piece', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        expect(read(raw, 'nfkc')).toBe(raw.normalize('NFKC'));
      }),
      { numRuns: 400 },
    );
  });
  it('gives back what stands there, where a view changes nothing', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), (raw, a, b) => {
        const view = normaliseText(raw).view('raw');
        const [start, end] = [Math.min(a, b) % (raw.length + 1), raw.length];
        const span = view.toRaw({ start, end });
        expect(raw.slice(span.start, span.end).endsWith(raw.slice(start, end))).toBe(true);
      }),
    );
  });
  it('clamps spans outside the text', () => {
    const view = normaliseText('ｗｅi').view('nfkc');
    expect(view.toRaw({ start: -4, end: 99 })).toEqual({ start: 0, end: 3 });
    expect(view.toRaw({ start: 2, end: 1 })).toEqual({ start: 2, end: 2 });
    expect(normaliseText('').view('folded').toRaw({ start: 0, end: 3 })).toEqual({ start: 0, end: 0 });
    expect(normaliseText('\u200b').view('folded').toRaw({ start: 1, end: 2 })).toEqual({ start: 0, end: 0 });
    expect(normaliseText('a\u200b').view('folded').toRaw({ start: 1, end: 1 })).toEqual({ start: 1, end: 1 });
    expect(normaliseText('e\u0301x').view('raw').toRaw({ start: 1, end: 1 })).toEqual({ start: 0, end: 0 });
  });
  it('holds for the naughty strings', () => {
    const file = '../shared/data/naughty/blns.json';
    if (!existsSync(file)) return console.log(`not checked: ${file} is missing`);
    const strings = JSON.parse(readFileSync(file, 'utf8')) as string[];
    expect(strings.length).toBeGreaterThan(400);
    for (const raw of strings) checkText(raw);
  });
  it('survives ten thousand marks on one letter and 64 kB of one character', () => {
    for (const raw of [
      `a${'\u0301'.repeat(10_000)}b`,
      'ㅋ'.repeat(65_536),
      'a '.repeat(32_768),
      '微 '.repeat(20_000),
    ]) {
      for (const name of VIEW_NAMES)
        expect(normaliseText(raw).view(name).text.length).toBeLessThanOrEqual(raw.length * 7);
    }
  });
});

describe('every tactic of disguise', () => {
  it.each([
    ['full-width letters', 'ｗｅｉｘｉｎ', 'folded', 'weixin'],
    ['mathematical letters', '𝓌𝑒𝒾𝓍𝒾𝓃', 'folded', 'weixin'],
    ['circled letters', 'ⓥⓘⓟ', 'folded', 'vip'],
    ['letters on black circles and squares', '🅦🅔🅘 🆅🅸🅿', 'folded', 'wei vip'],
    ['zero-width characters', 'W\u200bhats\u2060App', 'folded', 'whatsapp'],
    ['soft hyphens and bidi controls', 'free\u00ad \u202emoney\u202c', 'folded', 'free money'],
    ['tag characters', 'a\u{e0061}b', 'folded', 'ab'],
    ['stacked marks', 'f\u0335\u0336r\u0321ee', 'folded', 'free'],
    ['Vietnamese without tones', 'Đừng lo', 'folded', 'dung lo'],
    ['Cyrillic look-alikes', 'раураl', 'skeleton', 'paypal'],
    ['Latin letters in a Russian word', 'лёгкие дeньги', 'skeleton', 'легкие деньги'],
    ['small capitals', 'ꜰʀᴇᴇ', 'skeleton', 'free'],
    ['digits for letters', 'y0u 1d10t', 'squeezed', 'you idiot'],
    ['letters held down', 'freeeee', 'squeezed', 'fre'],
    ['spaced letters', 'w e c h a t', 'squeezed', 'wechat'],
    ['punctuated letters', 'v-i-a-g-r-a', 'squeezed', 'viagra'],
    ['spaced look-alikes', 'р а y р а l', 'squeezed', 'paypal'],
    ['a picture between Chinese characters', '请加🌸微🌸信聊', 'simplified', '请加微信聊'],
    ['a picture between Latin letters', 'buy f🌸r🌸e🌸e now', 'simplified', 'buy free now'],
    ['pictures that part sentences', '天气好🌸去公园🌸很开心', 'simplified', '天气好🌸去公园🌸很开心'],
    ['one picture between two characters', '爱❤你 我🌸你', 'simplified', '爱❤你我🌸你'],
    ['a sign between Chinese characters', '微.信 微 信', 'squeezed', '微信微信'],
    ['a sign between two Korean syllables', '너 진짜 바.보', 'squeezed', '너 진짜 바보'],
    ['a space between scripts', '加 wechat 领', 'squeezed', '加wechat领'],
    ['traditional characters', '領取優惠裏面', 'simplified', '领取优惠里面'],
    ['homophones', '薇心威信', 'pinyin', 'wei xin wei xin'],
    ['typed pinyin', '加weixin', 'pinyin', 'jia wei xin'],
    ['near-homophones', '张江冷', 'pinyin', 'zan jian len'],
    ['pinyin initials', '加微信', 'pinyin_initials', 'jwx'],
    ['loose jamo', 'ㅂㅏㅂㅗ', 'folded', '바보'],
    ['jamo split off', '바ㅂㅗ 시ㅂㅏㄹ', 'jamo', '바보 시발'],
    ['Hangul typed on a Latin keyboard', 'qkqh', 'jamo', '바보'],
    ['katakana for hiragana', 'バカ', 'folded', 'ばか'],
    ['half-width kana', 'ﾊﾞｶ', 'folded', 'ばか'],
    ['tatweel and vowel signs', 'مَرْحَبـــا', 'folded', 'مرحبا'],
    ['Arabic letter variants', 'إعلان أحمق کتاب', 'folded', 'اعلان احمق كتاب'],
    ['chat Arabic', 'mar7aba', 'translit', 'mrhb'],
    ['Cyrillic in Latin letters', 'привет', 'translit', 'privet'],
    ['Hindi with and without dots', 'बेवकूफ़ दूँगा ज़रूर', 'folded', 'बेवकूफ दूंगा जरूर'],
    ['keycaps', '1️⃣3️⃣8️⃣', 'folded', '138'],
    ['Arabic and Indic digits', '٠٥٦ ۴ ९', 'folded', '056 4 9'],
    ['curly quotes and long dashes', '“don’t” — ok', 'folded', '"don\'t" - ok'],
    ['white space', 'a \n\t b', 'folded', 'a b'],
  ] as const)('%s', (_, raw, view, expected) => {
    expect(read(raw, view)).toBe(expected);
  });
});

describe('honest text', () => {
  it.each([
    ['привет', 'skeleton', 'привет'],
    ['наш iphone очень удобный', 'skeleton', 'наш iphone очень удобныи'],
    ['10 mm, 0.5 l, rn', 'skeleton', '10 mm, 0.5 l, rn'],
    ['नमस्ते', 'folded', 'नमस्ते'],
    ['กำลัง', 'folded', 'กําลัง'],
    ['iPhone 2024, 20kg, 5g', 'squeezed', 'iphone 2024, 20kg, 5g'],
    ['wow! great!', 'squeezed', 'wow! great!'],
    ['I am a U.S. fan', 'squeezed', 'i am a u.s. fan'],
    ['好，服务', 'squeezed', '好,服务'],
    ['둘 다, 중.고등학교', 'squeezed', '둘 다, 중.고등학교'],
    ['ㅋㅋㅋ 재밌다', 'jamo', 'ㅋㅋㅋ 재밌다'],
    ['hello', 'jamo', 'hello'],
    ['mp3 b2b covid19', 'translit', 'mp3 b2b covid19'],
  ] as const)('%s in %s', (raw, view, expected) => {
    expect(read(raw, view).normalize('NFKC')).toBe(expected.normalize('NFKC').replaceAll('ᄏ', 'ㅋ').normalize('NFKC'));
  });
  it('keeps families, flags and Indic clusters whole in spans', () => {
    const raw = 'x👨‍👩‍👧y नमस्ते 🇩🇪';
    const folded = normaliseText(raw).view('folded');
    const at = folded.text.indexOf('👩');
    const family = folded.toRaw({ start: at, end: at + 2 });
    expect(raw.slice(family.start, family.end)).toBe('👨‍👩‍👧');
    const stem = folded.text.indexOf('नमस');
    const word = folded.toRaw({ start: stem, end: stem + 3 });
    expect(raw.slice(word.start, word.end)).toBe('नमस्ते');
  });
});

describe('letters that spell nothing', () => {
  it.each(['바ㅗㅐㄴ', 'ㅗㅐㄴ'])('%s stays as it is where the library cannot put it together', (raw) => {
    expect(read(raw, 'jamo')).toBe(read(raw, 'folded'));
  });
});

describe('runs of the squeezed view', () => {
  it('tell how often a letter stood in a row', () => {
    expect(runsOf(normaliseText('aass').view('squeezed'))).toEqual([2, 2]);
    expect(runsOf(normaliseText('as').view('squeezed'))).toBeNull();
    expect(runsOf(normaliseText('aass').view('folded'))).toBeNull();
    expect(runsOf(normaliseText('𝒜x𠮷𠮷').view('squeezed'))).toEqual([1, 1, 2, 2]);
  });
});

describe('growth', () => {
  /** Least of several runs, so that a busy machine does not decide. */
  const millis = (raw: string): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5; i += 1) {
      const started = process.cpuUsage();
      const text = normaliseText(raw);
      for (const name of VIEW_NAMES) text.view(name);
      const used = process.cpuUsage(started);
      best = Math.min(best, (used.user + used.system) / 1_000);
    }
    return best;
  };
  it.each([
    ['letters', 'a'],
    ['spaced letters', 'a '],
    ['leet', 'a1'],
    ['signs', '1!'],
    ['jamo', 'ㅂㅏ'],
    ['marks', 'e\u0301'],
    ['mixed scripts', 'aа '],
    ['pinyin', 'weixin'],
    ['Chinese', '领 '],
    ['emoji', '👩‍👩‍👧'],
  ])('is linear for %s', (_, unit) => {
    const short = unit.repeat(Math.ceil(8_000 / unit.length));
    millis(short);
    const [small, large] = [millis(short), millis(short.repeat(4))];
    expect(large).toBeLessThan(Math.max(small, 2) * 12);
  });
});
