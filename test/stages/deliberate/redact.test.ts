import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/stages/deliberate/redact.js';

describe('redact', () => {
  it.each([
    ['write to ann.lee+x@mail.example.org now', 'write to [email] now'],
    ['mail 小明@例子.中国 please', 'mail [email] please'],
    ['call +49 30 1234-5678 tonight', 'call [phone] tonight'],
    ['اتصل على ٠٥٠١٢٣٤٥٦٧ اليوم', 'اتصل على [phone] اليوم'],
    ['WeChat 138 0013 8000', 'WeChat [phone]'],
    ['card 4111-1111-1111-1111 ok', 'card [card] ok'],
    ['身份证 11010519491231002X', '身份证 [id]'],
    ['IBAN DE89 3704 0044 0532 0130 00.', 'IBAN [iban].'],
    ['passport C01234567', 'passport [id]'],
    ['passport 12AB34567', 'passport [id]'],
    ['iban de89370400440532013000', 'iban [iban]'],
    ['मेल कमल@उदाहरण.भारत पर', 'मेल [email] पर'],
    ['write john [at] example [dot] org', 'write [email]'],
    ['write john at example dot org', 'write [email]'],
    ['mail ann\u200b@exam\u00adple.org', 'mail [email]'],
    ['call 138\u200b0013\u20608000 now', 'call [phone] now'],
    ['1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e30\ufe0f\u20e30\ufe0f\u20e31\ufe0f\u20e33\ufe0f\u20e3!', '[phone]!'],
    ['加 ①③⑧⓪⓪①③⑧⓪⓪⓪', '加 [phone]'],
    ['电话一三八零零一三八零零零', '电话[phone]'],
    ['tel 138_0013~8000', 'tel [phone]'],
    ['see lebenslauf-anna-muster.pdf', 'see [file]'],
    ['IMG_20261121_ann_lee.JPG', '[file]'],
    ['nr 12345678901234567890', 'nr [id]'],
  ])('%s', (raw, text) => {
    expect(redact(raw)).toMatchObject({ text, count: 1 });
  });

  it.each([
    'on 2026-11-21 at 18:30',
    'only 12,99 euros',
    'the 1990s and 2000s',
    'a@b',
    'chapter 12, page 340',
    'I scored 9/10',
  ])('leaves alone: %s', (raw) => {
    expect(redact(raw)).toMatchObject({ text: raw, count: 0 });
  });

  it('leaves no digit of a longer number behind', () => {
    expect(redact('de 1234567890123456789012345 x').text).toBe('de [id] x');
  });

  it('takes out what others have found, where nothing is taken out yet', () => {
    const raw = 'add me: vx_ann_lee or 030 1234 5678';
    const known = [
      { start: 8, end: 18, mark: '[messenger wechat]' },
      { start: 22, end: 35, mark: '[messenger wechat]' },
    ];
    const { text, toRaw } = redact(raw, known);
    expect(text).toBe('add me: [messenger wechat] or [phone]');
    expect(toRaw({ start: 9, end: 12 })).toEqual({ start: 8, end: 18 });
  });

  it('places in the rest point at the original, and a mark at all that it stands for', () => {
    const raw = 'Hello ann@example.org, you odd person, call 030 1234 5678 now';
    const { text, toRaw } = redact(raw);
    const at = (words: string) => ({ start: text.indexOf(words), end: text.indexOf(words) + words.length });
    const back = (words: string): string => {
      const { start, end } = toRaw(at(words));
      return raw.slice(start, end);
    };
    expect(back('odd person')).toBe('odd person');
    expect(back('[email]')).toBe('ann@example.org');
    expect(back('email')).toBe('ann@example.org');
    expect(back('now')).toBe('now');
    expect(back('Hello [email], you')).toBe('Hello ann@example.org, you');
    expect(toRaw({ start: 0, end: text.length })).toEqual({ start: 0, end: raw.length });
  });

  it('every unmarked place maps to equal text, and nothing is left to redact', () => {
    const word = fc.constantFrom('hello', 'ann@example.org', '030 1234 5678', '4111111111111111', '你好', '💛', 'x1');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const raw = words.join(' , ');
        const { text, toRaw } = redact(raw);
        for (const match of text.matchAll(/hello|你好|💛/gu)) {
          const { start, end } = toRaw({ start: match.index, end: match.index + match[0].length });
          expect(raw.slice(start, end)).toBe(match[0]);
        }
        expect(redact(text).count).toBe(0);
      }),
    );
  });

  it('grows in step with its text', () => {
    const of = (n: number): number => {
      const text = '1 2-3.4(5)a@b.c.d.e '.repeat(n);
      const started = performance.now();
      redact(text);
      return performance.now() - started;
    };
    of(200);
    const [small, large] = [Math.max(1, of(800)), of(3_200)];
    expect(large / small).toBeLessThan(40);
  });
});
