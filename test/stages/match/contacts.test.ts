import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTACTS_LIMIT, findContacts } from '../../../src/stages/match/contacts.js';
import { normaliseText } from '../../../src/stages/normalise/text.js';

const read = (raw: string): readonly string[] =>
  findContacts({ part: 'body', text: normaliseText(raw) }).map((hit) => {
    const detail = hit.detail === undefined ? '' : `:${hit.detail}`;
    return `${hit.kind}${detail}@${hit.view} ${raw.slice(hit.span.start, hit.span.end)}`;
  });
const kinds = (raw: string): readonly string[] => [...new Set(read(raw).map((line) => line.split(/[@:]/)[0] ?? ''))];

describe('links and addresses', () => {
  it.each([
    ['see https://shop.example/a?b=1.', ['url@raw https://shop.example/a?b=1']],
    ['www.shop.example)', ['url@raw www.shop.example']],
    ['加我example.com吧', ['url@raw example.com']],
    [
      't.me/demo_shop and bit.ly/x1',
      ['url@raw t.me/demo_shop', 'messenger:telegram@raw t.me/demo_shop', 'url@raw bit.ly/x1'],
    ],
    ['ｅｘａｍｐｌｅ．ｃｏｍ', ['url@folded ｅｘａｍｐｌｅ．ｃｏｍ']],
    ['go to myshop dot com now', ['url@raw myshop dot com']],
    ['myshop[.]com', ['url@raw myshop[.]com']],
    ['myshop点com', ['url@raw myshop点com']],
    ['write to ann@shop.example.', ['email@raw ann@shop.example']],
    ['ann [at] shop [dot] com', ['email@raw ann [at] shop [dot] com']],
    ['new serum from @glowhouse!', ['mention@raw @glowhouse']],
    ['谢谢 ＠小红', ['mention@folded ＠小红']],
    ['#sunset #2024 #日落', ['hashtag@raw #sunset', 'hashtag@raw #日落']],
    ['ig: demo.shop', ['handle:ig@raw ig: demo.shop']],
    ['抖音号：demo88', ['handle:抖音@folded 抖音号：demo88']],
    ['shop.it/sale', ['url@raw shop.it/sale']],
  ])('%s', (raw, lines) => {
    expect(read(raw)).toEqual(lines);
  });
  it.each([
    'lovely.it was fun',
    'e.g. this',
    'the dot com bubble',
    '@ home',
    'a@b',
    'node.js and readme.md',
    '1.5 or 2.0',
    'x @ y',
    '&#39; a/#b',
    'punto de venta',
  ])('nothing in: %s', (raw) => expect(read(raw)).toEqual([]));
});

describe('phone numbers', () => {
  it.each([
    ['+1 202 555 0123', '+1 202 555 0123'],
    ['call (202) 555-0147 now', '(202) 555-0147'],
    ['13800138000', '13800138000'],
    ['一三八零零一三八零零零', '一三八零零一三八零零零'],
    ['1三8零零1三8零零零', '1三8零零1三8零零零'],
    ['1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣', '1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣'],
    ['٠٥٠١٢٣٤٥٦٧', '٠٥٠١٢٣٤٥٦٧'],
    ['tel 5550147', '5550147'],
    ['电话 二三四五六七八', '二三四五六七八'],
    ['1 3 8 0 0 1 3 8 0 0 0', '1 3 8 0 0 1 3 8 0 0 0'],
    ['030 12 34 56 78', '030 12 34 56 78'],
    ['ring five five five zero one zero zero', 'five five five zero one zero zero'],
    ['null eins fünf fünf, fünf null eins', 'null eins fünf fünf, fünf null eins'],
    ['cinco cinco cinco, cero uno cero cero', 'cinco cinco cinco, cero uno cero cero'],
    ['пять пять пять ноль один ноль ноль', 'пять пять пять ноль один ноль ноль'],
    ['خمسة خمسة خمسة صفر واحد صفر صفر', 'خمسة خمسة خمسة صفر واحد صفر صفر'],
    ['नौ नौ शून्य शून्य पाँच पाँच शून्य', 'नौ नौ शून्य शून्य पाँच पाँच शून्य'],
    ['five 5 five zero one 0 zero', 'five 5 five zero one 0 zero'],
    ['공일공-공공공공-일이삼사', '공일공-공공공공-일이삼사'],
  ])('%s', (raw, phone) => {
    expect(read(raw).filter((line) => line.startsWith('phone'))).toMatchObject([
      expect.stringMatching(new RegExp(`^phone@\\w+ ${phone.replace(/[+()]/g, '\\$&')}$`)),
    ]);
  });
  it.each([
    '2024-01-12 12:30',
    '12.01.2024 - 14.01.2024',
    '1 000 000',
    '1.234.567.890',
    '5550147',
    '1234567',
    '一二三四五六七八',
    'isbn 978-3',
    '100% of 20 kg',
    '1 2 3 4 5 6 7 8 9',
    '1234567890123456789',
    'one two three four five six seven eight nine',
    'drei, zwei, eins, null, eins, zwei, drei',
    'uno dos tres, uno dos tres, uno dos tres cuatro',
    'seven or eight of the nine, one by one',
    '공일공 부대',
  ])('no number: %s', (raw) => expect(kinds(raw)).not.toContain('phone'));
});

describe('messengers', () => {
  it.each([
    ['add me on WhatsApp', 'messenger:whatsapp@raw WhatsApp'],
    ['WhatsApp: +1 202 555 0123', 'messenger:whatsapp@raw WhatsApp: +1'],
    ['加我v信：demo88', 'messenger:wechat@folded v信：demo88'],
    ['加我 w e c h a t demo88', 'messenger:wechat@squeezed w e c h a t'],
    ['加微.信 demo88', 'messenger:wechat@squeezed 微.信'],
    ['加薇心 demo88', 'messenger:wechat@raw 薇心 demo88'],
    ['私我卫星', 'messenger:wechat@pinyin 卫星'],
    ['message me on tеlеgrаm', 'messenger:telegram@squeezed tеlеgrаm'],
    ['пишите в телеграм', 'messenger:telegram@raw телеграм'],
    ['tg: @demo_shop', 'messenger:telegram@raw tg: @demo_shop'],
    ['請加LINE：demo_shop88', 'messenger:line@folded LINE：demo_shop88'],
    ['카톡으로 연락 주세요', 'messenger:kakaotalk@raw 카톡'],
    ['QQ 123456789', 'messenger:qq@raw QQ 123456789'],
    ['kết bạn zalo', 'messenger:zalo@raw zalo'],
    ['تواصلوا معي واتساب', 'messenger:whatsapp@raw واتساب'],
    ['vx13800138000', 'messenger:wechat@raw vx13800138000'],
    ['https://wa.me/15550100123', 'messenger:whatsapp@raw wa.me/15550100123'],
    ['t.me/demo_shop.', 'messenger:telegram@raw t.me/demo_shop'],
    ['weixin://dl/chat?demo88', 'messenger:wechat@raw weixin://dl/chat?demo88'],
    ['HTTPS://LINE.ME/ti/p/demo', 'messenger:line@raw LINE.ME/ti/p/demo'],
  ])('%s', (raw, line) => {
    expect(read(raw).some((found) => found.startsWith(line))).toBe(true);
  });
  it.each([
    'WhatsApp was down today',
    '将军靠诚实赢得威信',
    'the signal is weak, wait in line',
    '卫星发射成功',
    'a snapchat filter of flowers',
    'line 1 of the poem',
    'вчера смотрели в телеграме новости',
  ])('no contact: %s', (raw) => {
    expect(kinds(raw)).not.toContain('messenger');
  });
});

describe('prices and codes', () => {
  it.each([
    ['only $12.50', 'price@raw $12.50'],
    ['12,50 €', 'price@raw 12,50 €'],
    ['50 reais', 'price@raw 50 reais'],
    ['¥99起', 'price@folded ¥99'],
    ['立减50元', 'price@raw 50元'],
    ['500 руб.', 'price@raw 500 руб'],
    ['Rp 50.000', 'price@raw Rp 50.000'],
    ['use my code MIA20', 'code@raw MIA20'],
    ['优惠码 XIAO20', 'code@raw XIAO20'],
    ['code promo CHLOE15', 'code@raw CHLOE15'],
    ['промокод: LETO-5', 'code@raw LETO-5'],
    ['할인코드 "YUI10"', 'code@raw YUI10'],
  ])('%s', (raw, line) => {
    expect(read(raw)).toContain(line.replace('@folded ¥', '@raw ¥'));
  });
  it.each([
    'error code E1234',
    'zip code 12345',
    'dress code casual',
    'code review',
    'promo code abc',
    '20 friends',
    'code 1234',
    '50 elephants',
  ])('nothing in: %s', (raw) => expect(kinds(raw)).toEqual([]));
});

describe('ad disclosures', () => {
  it.each([
    ['#ad lovely', 'en'],
    ['Anzeige: neue Creme', 'de'],
    ['Werbung\nneue Creme', 'de'],
    ['Publicité, lien en bio', 'fr'],
    ['une collaboration commerciale avec', 'fr'],
    ['#publicidad hoy', 'es'],
    ['[Publicidade] perfume', 'pt'],
    ['【PR】新作', 'ja'],
    ['广告｜面霜', 'zh'],
    ['廣告：面霜', 'zh'],
    ['[광고] 크림', 'ko'],
    ['Реклама. ООО Пример', 'ru'],
    ['#إعلان عطر', 'ar'],
    ['#iklan', 'id'],
    ['(โฆษณา) ครีม', 'th'],
    ['reklam | krem', 'tr'],
    ['#विज्ञापन', 'hi'],
    ['Quảng cáo: kem', 'vi'],
  ])('%s is one in %s', (raw, language) => {
    expect(read(raw).some((line) => line.startsWith(`disclosure:${language}@`))).toBe(true);
  });
  it.each([
    '#sp #collab #thanks #gifted',
    'I hate Werbung in the middle of films',
    'what a bad ad that was',
    'keine Werbung',
    '非广告',
    'PR team met',
    '看到一个广告很有趣',
  ])('none in: %s', (raw) => expect(kinds(raw)).not.toContain('disclosure'));
});

describe('every text', () => {
  it('gives at most so many contacts, in order, with spans inside the text', () => {
    expect(read('#tag '.repeat(500))).toHaveLength(CONTACTS_LIMIT);
    expect(read('')).toEqual([]);
    const piece = fc.constantFrom(
      '@',
      '.',
      'com',
      'whatsapp',
      ' ',
      '+1',
      '5550147',
      '#ad',
      '$',
      '12',
      '加',
      '微信',
      'code',
      'A1B2',
      ':',
      '\n',
      '【',
      '】',
      '👩',
      '\ud800',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
        (raw) => {
          let last = 0;
          for (const hit of findContacts({ part: 'body', text: normaliseText(raw) })) {
            expect(hit.span.start).toBeGreaterThanOrEqual(last);
            expect(hit.span.end).toBeLessThanOrEqual(raw.length);
            expect(hit.span.end).toBeGreaterThan(hit.span.start);
            last = hit.span.start;
          }
        },
      ),
      { numRuns: 200 },
    );
  });
  const millis = (raw: string): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5; i += 1) {
      const text = normaliseText(raw);
      for (const name of ['folded', 'nfkc', 'squeezed', 'pinyin'] as const) text.view(name);
      const started = process.cpuUsage();
      findContacts({ part: 'body', text });
      const used = process.cpuUsage(started);
      best = Math.min(best, (used.user + used.system) / 1_000);
    }
    return best;
  };
  it.each([
    'a',
    '1',
    '1 ',
    '1-',
    '.',
    'a.',
    '@',
    'a@',
    '#',
    '$1',
    'code ',
    'www.',
    'http://',
    'wa.me/',
    'tg://',
    'a-',
    'dot ',
    'whatsapp ',
    'wei xin',
    '一',
    'V信',
    '#ad ',
    '...!',
    '+1 (2) ',
    'one ',
    '공일공 ',
  ])('is read in linear time: %j', (unit) => {
    const short = unit.repeat(Math.ceil(8_000 / unit.length));
    millis(short);
    const [small, large] = [millis(short), millis(short.repeat(4))];
    expect(large).toBeLessThan(Math.max(small, 2) * 12);
  });
});
