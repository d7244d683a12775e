import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ViewName } from '../../../src/domain.js';
import { InvalidInputError } from '../../../src/errors.js';
import { matchStage } from '../../../src/stages/match/index.js';
import { compileBanks, type Matcher, VIEW_WEIGHTS } from '../../../src/stages/match/matcher.js';
import { parseTermBank, parseTermBanks } from '../../../src/stages/match/term-bank.js';
import { indexTextHashes } from '../../../src/stages/match/text-hash.js';
import { normaliseText } from '../../../src/stages/normalise/text.js';

interface Draft {
  readonly patterns: readonly string[];
  readonly views?: readonly ViewName[];
  readonly boundary?: string;
  readonly allow?: readonly string[];
  readonly context?: readonly string[];
  readonly context_in?: readonly ViewName[];
  readonly together?: readonly (readonly string[])[];
  readonly weight?: number;
}
const yamlOf = (language: string, drafts: readonly Draft[], allow?: readonly string[]): string =>
  JSON.stringify({
    language,
    ...(allow === undefined ? {} : { allow }),
    terms: drafts.map((draft, index) => ({
      id: `${language.slice(0, 2)}.test.entry-${index}`,
      category: 'fraud.scam',
      severity: 2,
      weight: 1,
      source: 'house',
      ...draft,
    })),
  });
const bank = (language: string, drafts: readonly Draft[], allow?: readonly string[]): Matcher =>
  compileBanks([parseTermBank(yamlOf(language, drafts, allow), `${language}.yaml`)]);
const found = (matcher: Matcher, raw: string): readonly string[] =>
  matcher
    .scan({ part: 'body', text: normaliseText(raw) })
    .map(({ detector, view, score, spans }) =>
      [detector.slice(-1), view, score, ...spans.map(({ start, end }) => raw.slice(start, end))].join('|'),
    );

describe('a term', () => {
  const matcher = bank('en', [
    { patterns: ['guaranteed {return|returns}'] },
    { patterns: ['idiot'] },
    { patterns: ['ass'] },
  ]);
  it.each([
    ['Guaranteed returns here', ['0|raw|1|Guaranteed returns']],
    ['guaranteed   returns', ['0|folded|0.95|guaranteed   returns']],
    ['gu\u200baranteed return', ['0|folded|0.95|gu\u200baranteed return']],
    ['guarаnteed return', ['0|skeleton|0.9|guarаnteed return']],
    ['#guaranteedreturns', ['0|squeezed|0.85|guaranteedreturns']],
    ['an 1d10t', ['1|squeezed|0.85|1d10t']],
    ['an idiooooot', ['1|squeezed|0.85|idiooooot']],
    ['i.d.i.o.t', ['1|squeezed|0.85|i.d.i.o.t']],
    ['asssss', ['2|squeezed|0.85|asssss']],
    ['idiot, IDIOT and id\u00adiot', ['1|raw|1|idiot|IDIOT|id\u00adiot']],
    ['t h e g u a r a n t e e d r e t u r n s y o u w a n t', ['0|squeezed|0.85|g u a r a n t e e d r e t u r n s']],
    ['theguaranteedreturnsyouwant', []],
    ['y o u i d i o t s a r e', []],
    ['as soon as', []],
    ['ass', ['2|raw|1|ass']],
    ['assess the class in Scunthorpe', []],
    ['idiotic', []],
    ['idiiot', []],
    ['', []],
  ] as const)('%s', (raw, lines) => {
    expect(found(matcher, raw)).toEqual(lines);
  });
  it('names its ids and everything that a finding holds', () => {
    expect([...matcher.ids]).toEqual(['en.test.entry-0', 'en.test.entry-1', 'en.test.entry-2']);
    expect(matcher.scan({ part: 'title', text: normaliseText('idiot') })).toEqual([
      {
        category: 'fraud.scam',
        score: 1,
        calibrated: 1,
        severity: 2,
        source: 'term',
        detector: 'en.test.entry-1',
        part: 'title',
        spans: [{ start: 0, end: 5 }],
        view: 'raw',
      },
    ]);
  });
  it('counts less in every view but raw', () => {
    for (const [view, weight] of Object.entries(VIEW_WEIGHTS))
      expect(weight).toBeLessThanOrEqual(view === 'raw' ? 1 : 0.98);
  });
});

describe('views of a language', () => {
  it.each([
    ['zh', { patterns: ['领取优惠'] }, '領取優惠', ['0|simplified|0.95|領取優惠']],
    ['zh', { patterns: ['加微信'], views: ['pinyin'] }, '快加薇心啊', ['0|pinyin|0.65|加薇心']],
    [
      'zh',
      { patterns: ['微信'], views: ['pinyin_initials'], context: ['加'] },
      '加我wx哦',
      ['0|pinyin_initials|0.5|wx'],
    ],
    ['zh', { patterns: ['微信'], views: ['pinyin_initials'], context: ['加'] }, '加我文学', []],
    ['zh', { patterns: ['微信'], views: ['pinyin_initials'], context: ['加'] }, '𠮷加wx', []],
    ['ko', { patterns: ['바보'] }, '바ㅂㅗ야', ['0|folded|0.95|바ㅂㅗ']],
    ['ko', { patterns: ['멍청'] }, '멍처ㅇ', ['0|jamo|0.75|멍처ㅇ']],
    ['ko', { patterns: ['바보'] }, 'qkqh', ['0|jamo|0.75|qkqh']],
    ['ru', { patterns: ['привет'], views: ['translit'] }, 'privet!', ['0|translit|0.7|privet']],
    ['vi', { patterns: ['đồ ngu'], views: ['nfkc'] }, 'ĐỒ NGU, do ngu', ['0|raw|1|ĐỒ NGU']],
    ['tr', { patterns: ['İyi'], views: ['raw'] }, 'İyi', ['0|raw|1|İyi']],
    ['th', { patterns: ['กิน'], boundary: 'segment' }, 'ฉันกินข้าว', ['0|raw|1|กิน']],
    ['th', { patterns: ['ันกิน'], boundary: 'segment' }, 'ฉันกินข้าว', []],
    ['tr', { patterns: ['kazanç'], boundary: 'prefix' }, 'kazançlar akazanç', ['0|raw|1|kazanç']],
    ['en', { patterns: ['scam'], boundary: 'none' }, 'cryptoscams', ['0|raw|1|scam']],
    ['hi', { patterns: ['नमस्त'], boundary: 'none' }, 'नमस्ते', []],
  ] as const)('%s %j in %s', (language, draft, raw, lines) => {
    expect(found(bank(language, [draft]), raw)).toEqual(lines);
  });
});

describe('what cancels a hit', () => {
  it('an allowed wording of the entry or of its bank that overlaps it', () => {
    const matcher = bank('en', [{ patterns: ['killer', 'kill'], allow: ['killer {deal|app}'] }], ['kill the heat']);
    expect(found(matcher, 'a killer deal, then kill the heat')).toEqual([]);
    expect(found(matcher, 'a K1LLER DEAL')).toEqual([]);
    expect(found(matcher, 'a killer deal and a killer')).toEqual(['0|raw|1|killer']);
  });
  it.each([
    ['en', 'word', ['0|raw|1|shoot you']],
    ['en', 'prefix', []],
    ['tr', 'word', []],
  ])('in %s with boundary %s no part of a word, unless endings may follow', (language, boundary, lines) => {
    const matcher = bank(language, [{ patterns: ['shoot you'], boundary, allow: ['shoot you {a|an}'] }]);
    expect(found(matcher, 'shoot you a message')).toEqual([]);
    expect(found(matcher, 'shoot you and yours')).toEqual(lines);
  });
  it('a missing context, where one is needed', () => {
    const matcher = bank('zh', [{ patterns: ['威信'], context: ['加', '领'] }]);
    expect(found(matcher, '将军的威信很高')).toEqual([]);
    expect(found(matcher, '加我威信')).toEqual(['0|raw|1|威信']);
    expect(found(matcher, '威信里可以领')).toEqual(['0|raw|1|威信']);
    expect(found(matcher, `加${'好'.repeat(80)}威信`)).toEqual([]);
  });
  it('only in the views that ask for it', () => {
    const matcher = bank('zh', [
      { patterns: ['微信'], views: ['folded', 'pinyin'], context: ['加'], context_in: ['pinyin'] },
    ]);
    expect(found(matcher, '微信')).toEqual(['0|raw|1|微信']);
    expect(found(matcher, '威信')).toEqual([]);
    expect(found(matcher, '加威信')).toEqual(['0|pinyin|0.65|威信']);
  });
});

describe('parts that stand together', () => {
  const matcher = bank('en', [
    {
      patterns: ['{photos|video} of you'],
      together: [
        ['pay', '$'],
        ['your {boss|wife}', 'everyone'],
      ],
    },
  ]);
  it.each([
    ['I have photos of you. Pay 300 or your boss gets them', '0|raw|1|photos of you|Pay|your boss'],
    ['everyone sees the VIDEO OF YOU unless you send $90', '0|raw|1|everyone|VIDEO OF YOU|$'],
    ['payday! photos of you for éveryone', '0|raw|1|pay|photos of you|éveryone'],
  ])('are found in any order and marked: %s', (raw, line) => expect(found(matcher, raw)).toEqual([line]));
  it.each([
    ['photos of you are ready, pay at the desk'],
    ['lovely photos of you, show your boss'],
    ['photos of you: repay me, your bossy friend'],
    [`photos of you ${'and so on '.repeat(13)} pay, your boss`],
  ])('are not where one is missing, begins inside a word or stands too far off: %s', (raw) =>
    expect(found(matcher, raw)).toEqual([]),
  );
  it('needs no minimum of letters, as with a context', () => {
    expect(() => bank('en', [{ patterns: ['dm'], together: [['photo']] }])).not.toThrow();
  });
  it('is quick however many hits and parts a text has', () => {
    const started = performance.now();
    found(matcher, 'photos of you pay '.repeat(3_600));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('every text', () => {
  const matcher = bank('en', [
    { patterns: ['abab'], boundary: 'none' },
    { patterns: ['b {a|c}'] },
    { patterns: ['微信'] },
  ]);
  it('gives spans inside the text that do not overlap, and a bounded number of them', () => {
    const unit = fc.constantFrom('a', 'b', 'c', ' ', '微', '信', '\u200b', '👩', '\ud800', '1');
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 50 }).map((units) => units.join('')),
        (raw) => {
          for (const { spans } of matcher.scan({ part: 'body', text: normaliseText(raw) })) {
            let last = 0;
            for (const span of spans) {
              expect(span.start).toBeGreaterThanOrEqual(last);
              expect(span.end).toBeLessThanOrEqual(raw.length);
              last = span.end;
            }
          }
        },
      ),
    );
    expect(matcher.scan({ part: 'body', text: normaliseText('b a! '.repeat(500)) })[0]?.spans).toHaveLength(32);
  });
  it.each(['abab ', 'ab', 'b a ', '微信', '微.信 '])('is scanned in linear time: %j', (unit) => {
    const millis = (raw: string): number => {
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 5; i += 1) {
        const labelled = { part: 'body', text: normaliseText(raw) } as const;
        const started = process.cpuUsage();
        matcher.scan(labelled);
        const used = process.cpuUsage(started);
        best = Math.min(best, (used.user + used.system) / 1_000);
      }
      return best;
    };
    const short = unit.repeat(Math.ceil(8_000 / unit.length));
    millis(short);
    const [small, large] = [millis(short), millis(short.repeat(4))];
    expect(large).toBeLessThan(Math.max(small, 2) * 12);
  });
});

describe('the term file', () => {
  const GOOD = [
    'language: en',
    'terms:',
    '  - id: en.a.b',
    '    patterns: ["x {y|z}"]',
    '    category: fraud.scam',
    '    severity: 2',
    '    source: house',
  ];
  const faultOf = (lines: readonly string[]): string => {
    try {
      parseTermBank(lines.join('\n'), 'terms/en.yaml');
    } catch (error) {
      if (error instanceof InvalidInputError) return `${error.code} ${error.message}`;
      throw error;
    }
    return '';
  };
  const change = (index: number, line: string): string[] => GOOD.map((kept, at) => (at === index ? line : kept));
  it('is read with its defaults', () => {
    expect(parseTermBank(GOOD.join('\n'), 'terms/en.yaml')).toEqual({
      file: 'terms/en.yaml',
      language: 'en',
      terms: [
        {
          id: 'en.a.b',
          patterns: ['x {y|z}'],
          category: 'fraud.scam',
          severity: 2,
          weight: 0.8,
          boundary: 'word',
          source: 'house',
        },
      ],
    });
  });
  it.each([
    [
      'a wrong key',
      change(4, '    categry: fraud.scam'),
      /terms\/en\.yaml:5:5: entry en\.a\.b: unknown key "categry"; did you mean "category"\?/,
    ],
    [
      'a wrong key of the bank',
      ['langage: en', ...GOOD.slice(1)],
      /en\.yaml:1:1: unknown key "langage"; did you mean "language"\?/,
    ],
    [
      'a wrong category',
      change(4, '    category: fraud.scan'),
      /en\.yaml:5:15: entry en\.a\.b, category: expected a known word, found "fraud\.scan"; did you mean "fraud\.scam"\?/,
    ],
    ['a missing field', GOOD.slice(0, -1), /entry en\.a\.b, source: is missing/],
    [
      'a wrong type',
      change(3, '    patterns: x'),
      /en\.yaml:4:15: entry en\.a\.b, patterns: expected a list, such as \[one, two\], found "x"/,
    ],
    [
      'a list for a number',
      change(5, '    severity: [2]'),
      /entry en\.a\.b, severity: expected a (whole )?number, found a list/,
    ],
    ['a wrong number', change(5, '    severity: 9'), /entry en\.a\.b, severity: expected at most 4, found 9/],
    ['a wrong view', [...GOOD, '    views: [foldd]'], /found "foldd"; did you mean "folded"\?/],
    ['an id of another shape', change(2, '  - id: Nonsense'), /entry Nonsense, id: expected an id such as/],
    [
      'a broken brace',
      change(3, '    patterns: ["x {y"]'),
      /en\.yaml:4:\d+: entry en\.a\.b, patterns 1: a "\{" without its "\}"/,
    ],
    ['initials without context', [...GOOD, '    views: [pinyin_initials]'], /pinyin_initials needs "context"/],
    ['context views without context', [...GOOD, '    context_in: [pinyin]'], /context_in: needs "context"/],
    ['an id used twice', [...GOOD, ...GOOD.slice(2)], /id "en\.a\.b" is used twice/],
    [
      'a file that is no map',
      ['just text'],
      /en\.yaml:1:1: expected keys with values, such as \{ key: value \}, found "just text"/,
    ],
    ['a tab', ['language:\ten'], /terms_invalid .*en\.yaml:1:10: a tab/s],
  ])('with %s is refused', (_, lines, message) => {
    expect(faultOf(lines)).toMatch(/^terms_invalid /);
    expect(faultOf(lines)).toMatch(message);
  });
  it('shares no id with another file', () => {
    const text = GOOD.join('\n');
    const files = [
      { file: 'a.yaml', text },
      { file: 'b.yaml', text },
    ];
    expect(() => parseTermBanks(files)).toThrow(/b\.yaml:3:9: id "en\.a\.b" is also in a\.yaml/);
    expect(parseTermBanks(files.slice(0, 1))).toHaveLength(1);
  });
});

describe('a padded text', () => {
  const matcher = bank('en', [
    { patterns: ['kill'], boundary: 'none', allow: ['killer'] },
    { patterns: ['widget'], context: ['price'] },
  ]);
  const detectors = (raw: string) =>
    matcher.scan({ part: 'body', text: normaliseText(raw) }).map(({ detector }) => detector.slice(-1));
  it('does not hide a hit behind hundreds of harmless ones', () => {
    expect(detectors(`${'killer '.repeat(200)} kill`)).toEqual(['0']);
    expect(detectors('killer '.repeat(200))).toEqual([]);
    expect(detectors(`${'widget '.repeat(200)}${'and so on '.repeat(20)} widget price`)).toEqual(['1']);
    expect(detectors('widget '.repeat(200))).toEqual([]);
  });
  it('counts as a hit where there are more places than are looked at', () => {
    expect(detectors(`${'killer '.repeat(5_000)} kill`)).toEqual(['0']);
  });
});

describe('the stage', () => {
  const matcher = bank('en', [{ patterns: ['idiot'] }]);
  const input = (...bodies: readonly string[]) => ({
    sourceId: 's',
    revisionId: 'r',
    note: { kind: 'note', title: '', body: '', regions: [], context: {}, images: [] } as const,
    texts: bodies.map((body) => ({ part: 'body', text: normaliseText(body) }) as const),
    evidence: {},
    repaired: false,
    now: 0,
  });
  it('gathers findings and contacts of every part', async () => {
    const stage = matchStage({ matcher, bank: indexTextHashes([]) });
    const value = await stage.run(input('an idiot', 'write ann@shop.example'), AbortSignal.timeout(1_000));
    expect(value.findings.map(({ detector }) => detector)).toEqual(['en.test.entry-0']);
    expect(value.contacts.map(({ kind }) => kind)).toEqual(['email']);
    expect(stage.when(input('x'), { wanted: new Set() })).toEqual({ run: true });
    expect(stage.when(input(''), { wanted: new Set() })).toEqual({ run: false, why: 'no_text' });
  });
  it('lets no row of one kind of contact hide another kind', async () => {
    const stage = matchStage({ matcher, bank: null });
    const value = await stage.run(
      input('#tag '.repeat(300), `${'@someone '.repeat(300)} write ann@shop.example`),
      AbortSignal.timeout(1_000),
    );
    expect(value.contacts).toHaveLength(64);
    expect(new Set(value.contacts.map(({ kind }) => kind))).toEqual(new Set(['hashtag', 'mention', 'email']));
  });
  it('does without a bank and stops when asked to', async () => {
    const stage = matchStage({ matcher, bank: null });
    expect((await stage.run(input('fine'), AbortSignal.timeout(1_000))).findings).toEqual([]);
    await expect(stage.run(input('fine'), AbortSignal.abort())).rejects.toThrow();
  });
});
