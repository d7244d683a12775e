import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { buildAutomaton } from '../../../src/stages/match/automaton.js';
import { bankFindings } from '../../../src/stages/match/bank-findings.js';
import { endsLetter, endsWord, isSegment, startsWord } from '../../../src/stages/match/boundary.js';
import { EXPANSION_LIMIT, expandBraces } from '../../../src/stages/match/braces.js';
import { gramLength, hashText, indexTextHashes, simhash } from '../../../src/stages/match/text-hash.js';
import { piecesOf } from '../../../src/stages/match/text-pieces.js';
import { normaliseText } from '../../../src/stages/normalise/text.js';

describe('expandBraces', () => {
  it.each([
    ['plain', ['plain']],
    ['a {b|c} d', ['a b d', 'a c d']],
    ['{a|b}{1|2}', ['a1', 'a2', 'b1', 'b2']],
    ['{very |}nice', ['very nice', 'nice']],
    ['a  {|}  b', ['a b']],
  ])('%s', (pattern, patterns) => {
    expect(expandBraces(pattern)).toEqual({ ok: true, patterns });
  });
  it.each([
    ['a {b', 2, /without its "}"/],
    ['a b}', 3, /without its "{"/],
    ['{a{b}', 0, /do not nest/],
    ['{|}', 0, /empty/],
    ['{1|2|3|4|5|6|7|8}'.repeat(4), 51, /more than/],
  ])('%s is refused at %i', (pattern, at, message) => {
    const expansion = expandBraces(pattern);
    expect(expansion).toMatchObject({ ok: false, at });
    expect(expansion.ok ? '' : expansion.message).toMatch(message);
    expect(EXPANSION_LIMIT).toBeGreaterThan(100);
  });
});

describe('buildAutomaton', () => {
  const hits = (patterns: readonly string[], text: string): string[] => {
    const found: string[] = [];
    buildAutomaton(patterns).scan(text, (index, end) => found.push(`${patterns[index]}@${end}`));
    return found.sort();
  };
  it('finds overlapping, nested and repeated patterns', () => {
    expect(hits(['he', 'she', 'his', 'hers', 'he'], 'ushers')).toEqual(['he@4', 'he@4', 'hers@6', 'she@4']);
    expect(hits(['aa'], 'aaaa')).toEqual(['aa@2', 'aa@3', 'aa@4']);
    expect(hits(['', 'x'], 'xyx')).toEqual(['x@1', 'x@3']);
    expect(hits([], 'abc')).toEqual([]);
    expect(hits(['微信', '信'], '加微信')).toEqual(['信@3', '微信@3']);
  });
  it('finds what a search for every pattern at every place finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '微'), minLength: 1, maxLength: 4 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '微'), maxLength: 60 });
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 12 }), text, (patterns, where) => {
        const expected = patterns.flatMap((pattern) =>
          [...where].flatMap((_, at) => (where.startsWith(pattern, at) ? [`${pattern}@${at + pattern.length}`] : [])),
        );
        expect(hits(patterns, where)).toEqual(expected.sort());
      }),
    );
  });
});

/** Marks the hit with square brackets and asks for both ends. */
function edges(marked: string): readonly [boolean, boolean] {
  const start = marked.indexOf('[');
  const end = marked.indexOf(']') - 1;
  const text = marked.replace(/[[\]]/g, '');
  return [startsWord(text, start), endsWord(text, end)];
}

describe('word boundaries', () => {
  it.each([
    ['[cunning] plan', true, true],
    ['s[cunt]horpe', false, false],
    ['[ass]ess', true, false],
    ['gl[ass]', false, true],
    ['l\u0301[ass]', false, true],
    ['1[ass]', false, true],
    ['一个[白痴]啊', true, true],
    ['この[馬鹿]者', true, true],
    ['เขา[โง่]มาก', true, true],
    ['พ[อต]่อ', true, false],
    ['加[vx]号', true, true],
    ['[वजन] कम', true, true],
    ['[नमस]्ते', true, false],
    ['[바보]야', true, true],
    ['[바보] 같은', true, true],
    ['[사기]업', true, false],
    ['조[사기]간', false, false],
    ['[приве]т', true, false],
    ['и [привет]!', true, true],
    ['ال[اعلان]', true, true],
    ['وال[اعلان]', true, true],
    ['[كتاب]ها', true, true],
    ['[كتاب]ستان', true, false],
    ['مكتب[اعلان]', false, true],
    ['ה[אידיוט]', true, true],
    ['שלוםש[אידיוט]', false, true],
    ['x[😀]y', true, true],
    ['𝒜[bc]𝒜', false, false],
    ['𠮷[bc]𠮷', true, true],
    ['\u0301[ab]', true, true],
    [`x${'\u0301'.repeat(20)}[ab]`, false, true],
  ])('%s', (marked, start, end) => {
    expect(edges(marked)).toEqual([start, end]);
  });
  it('never begins at a mark nor ends before one', () => {
    expect(startsWord('e\u0301', 1)).toBe(false);
    expect(endsLetter('e\u0301', 1)).toBe(false);
    expect(endsLetter('e\u0301', 2)).toBe(true);
  });
  it('asks the dictionary for scripts without spaces', () => {
    expect(isSegment('ฉันกินข้าว', { start: 3, end: 6 }, 'th')).toBe(true);
    expect(isSegment('ฉันกินข้าว', { start: 2, end: 6 }, 'th')).toBe(false);
  });
});

describe('text hashes', () => {
  const praise =
    'The noodle house on Harbour Road changed my life, best broth and best service, everybody has to go there this weekend';
  const hash = (text: string) => hashText(normaliseText(text));
  const bitsApart = (a: string, b: string): number =>
    (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;
  it('are equal for texts that fold to the same', () => {
    expect(hash(` ${praise.toUpperCase()} `)).toEqual(hash(praise));
    expect(hash(praise).exact).toBe(
      createHash('sha256').update(normaliseText(praise).view('folded').text).digest('hex'),
    );
    expect(hash(praise).simhash).toMatch(/^[0-9a-f]{16}$/);
  });
  it('are near for near texts and far for others', () => {
    expect(bitsApart(hash(praise).simhash, hash(`${praise}!`).simhash)).toBeLessThan(9);
    expect(
      bitsApart(
        hash(praise).simhash,
        hash('Ripe figs and a sourdough loaf from the farmers market this morning').simhash,
      ),
    ).toBeGreaterThan(12);
  });
  it('use shorter n-grams for dense scripts, and take any text', () => {
    expect(gramLength('这家面馆')).toBe(2);
    expect(gramLength('noodle house')).toBe(4);
    for (const text of ['', 'a', '\ud800']) expect(simhash(text)).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('indexTextHashes', () => {
  const entry = (entryId: string, simhashHex: string, exact = entryId, benign = false) => ({
    entryId,
    category: 'fraud.scam',
    severity: 3,
    benign,
    exact,
    simhash: simhashHex,
  });
  const flip = (hashHex: string, bits: readonly number[]): string => {
    let value = BigInt(`0x${hashHex}`);
    for (const bit of bits) value ^= 1n << BigInt(bit);
    return value.toString(16).padStart(16, '0');
  };
  it('finds exact and near entries, nearest first', () => {
    const base = '0123456789abcdef';
    const bank = indexTextHashes([
      entry('far', flip(base, [0, 1, 2, 20, 40])),
      entry('near', flip(base, [63])),
      entry('same', base),
      entry('odd', 'nonsense', 'exact-1'),
    ]);
    const ids = (exact: string, simhashHex: string, distance: number) =>
      bank.lookup({ exact, simhash: simhashHex }, distance).map((hit) => `${hit.entryId}:${hit.distance}`);
    expect(ids('none', base, 3)).toEqual(['same:0', 'near:1']);
    expect(ids('none', base, 6)).toEqual(['same:0', 'near:1', 'far:5']);
    expect(ids('exact-1', 'broken', 3)).toEqual(['odd:0']);
    expect(ids('same', base, 0)).toEqual(['same:0']);
  });
  it('misses none within three bits, whichever they are', () => {
    const bits = fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), bits, (value, flips) => {
        const base = value.toString(16).padStart(16, '0');
        const hits = indexTextHashes([entry('e', base)]).lookup({ exact: '', simhash: flip(base, flips) }, 3);
        expect(hits).toMatchObject([{ entryId: 'e', distance: flips.length }]);
      }),
    );
  });
});

describe('bankFindings', () => {
  const text = normaliseText('Send the fee first and your prize will be released.');
  const labelled = { part: 'body', text } as const;
  const { exact, simhash: near } = hashText(text);
  const entry = { entryId: 'bank-1', category: 'fraud.scam', severity: 3, benign: false, exact, simhash: near };
  it('does not read a text for which nothing is held', () => {
    const unread = { ...labelled, text: { ...text, view: vi.fn(text.view) } };
    expect(bankFindings(unread, indexTextHashes([]))).toEqual([]);
    expect(unread.text.view).not.toHaveBeenCalled();
    expect(bankFindings(unread, indexTextHashes([entry]))).toHaveLength(1);
  });
  it('reports a known text over its whole length', () => {
    expect(bankFindings(labelled, indexTextHashes([entry]))).toEqual([
      {
        category: 'fraud.scam',
        score: 1,
        calibrated: 0.85,
        severity: 3,
        source: 'text_hash',
        detector: 'bank-1',
        part: 'body',
        spans: [{ start: 0, end: text.raw.length }],
        view: 'folded',
      },
    ]);
  });
  it.each([
    ['a benign entry', [{ ...entry, benign: true }]],
    ['an entry that a benign one outweighs', [entry, { ...entry, entryId: 'bank-2', benign: true }]],
    ['an unknown category', [{ ...entry, category: 'no.such' }]],
    ['no entry', []],
  ])('says nothing for %s', (_, entries) => {
    expect(bankFindings(labelled, indexTextHashes(entries))).toEqual([]);
  });
  it('takes a severity that is none for the gravest, as for pictures', () => {
    expect(bankFindings(labelled, indexTextHashes([{ ...entry, severity: 9 }]))).toMatchObject([{ severity: 4 }]);
  });
  it('counts for the platform of the bank and until its end, by the name of the bank', () => {
    let now = Date.parse('2026-11-20T12:00:00Z');
    const own = { ...entry, bank: 'chain-letters', sourceId: 'source_1', expiresAt: '2026-11-21T12:00:00.000Z' };
    const bank = indexTextHashes([own], () => now);
    const found = (sourceId?: string) => bankFindings(labelled, bank, sourceId).map(({ detector }) => detector);
    expect([found(), found('source_2'), found('source_1')]).toEqual([[], [], ['chain-letters/bank-1']]);
    now += 86_400_000;
    expect(found('source_1')).toEqual([]);
  });
  it('knows spellings of one text by one hash, which stored banks rely on', () => {
    const known = {
      exact: '2e8888d557e5ddffce935319caafae951453bf84b6fe4b5020d4f7a3732213b3',
      simhash: 'f939c12204807945',
    };
    expect(hashText(text)).toEqual(known);
    expect(hashText(normaliseText(' SEND the fee\u200b first and your pr\u00edze will be  released.\n'))).toEqual(
      known,
    );
  });
  const KNOWN = text.raw;
  const LETTER = 'Send this on to nine friends.\n\nWhoever keeps it to himself\nwill have nine years of rain.';
  const inBank = (raw: string, change: object = {}) => ({ ...entry, ...hashText(normaliseText(raw)), ...change });
  const spansOf = (raw: string, ...entries: readonly (typeof entry)[]) =>
    bankFindings({ part: 'body', text: normaliseText(raw) }, indexTextHashes(entries)).map(({ spans }) =>
      spans.map(({ start, end }) => raw.slice(start, end)),
    );
  it.each([
    ['under a greeting', `Good morning all\n${KNOWN}`, [KNOWN]],
    ['above a comment, with line ends of another system', `${KNOWN}\r\nWhat do you think?\r\n`, [KNOWN]],
    [
      'between two paragraphs, spelled',
      `Hi!\n\n  ${KNOWN.toUpperCase()}\u200b\n\nBye`,
      [`  ${KNOWN.toUpperCase()}\u200b`],
    ],
    ['twice', `${KNOWN}\nAgain:\n${KNOWN}`, [KNOWN, KNOWN]],
    ['not inside a line', `Look: ${KNOWN}`, []],
  ])('knows a text in a longer one: %s', (_, raw, found) => {
    expect(spansOf(raw, entry)).toEqual(found.length === 0 ? [] : [found]);
  });
  it.each([
    ['under a greeting', `Dear all\n${LETTER}`, LETTER],
    ['above a signature', `${LETTER}\n\nAna`, LETTER],
    ['one paragraph of it', `Hello\n\n${LETTER.split('\n\n')[1]}\n\nBye`, LETTER.split('\n\n')[1]],
  ])('knows a text of several lines in a longer one: %s', (_, raw, known = '') => {
    expect(spansOf(raw, inBank(known))).toEqual([[known]]);
  });
  it('takes what is quoted in a text that is known to be harmless for harmless, and not the other way round', () => {
    const warning = `This letter is a fraud, do not pay:\n${KNOWN}`;
    const benign = { entryId: 'bank-2', benign: true };
    expect(spansOf(warning, entry, inBank(warning, benign))).toEqual([]);
    expect(spansOf(`Ana writes:\n${warning}`, entry, inBank(warning, benign))).toEqual([]);
    expect(spansOf(warning, entry, inBank('This letter is a fraud, do not pay:', benign))).toEqual([[KNOWN]]);
    expect(spansOf(warning, entry, { ...entry, ...benign })).toEqual([]);
  });
  it('says of a text that is known as a whole nothing more for its lines', () => {
    expect(spansOf(LETTER, inBank(LETTER), inBank(LETTER.split('\n')[0] ?? '', { entryId: 'bank-2' }))).toEqual([
      [LETTER],
      ['Send this on to nine friends.'],
    ]);
    expect(spansOf(`${KNOWN}\n`, entry)).toEqual([[`${KNOWN}\n`]]);
  });
  it('hashes a piece as a text of its own, and a bounded number of them', () => {
    const unit = fc.constantFrom(
      'a',
      'É',
      'e',
      '\u0301',
      '\u093c',
      'क',
      '\u200b',
      ' ',
      '\n',
      '\r',
      '\u2028',
      'ﬁ',
      '각',
      '\ud83d',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (raw) => {
        for (const { exact: own, span } of piecesOf(normaliseText(raw), 1))
          expect(own).toBe(hashText(normaliseText(raw.slice(span.start, span.end))).exact);
      }),
    );
    expect(piecesOf(normaliseText('a line of its own\n\n'.repeat(5_000)), 16).length).toBeLessThan(200);
  });
  it('leaves short texts alone', () => {
    const short = normaliseText('so cute');
    const bank = indexTextHashes([{ ...entry, ...hashText(short) }]);
    expect(bankFindings({ part: 'title', text: short }, bank)).toEqual([]);
  });
});
