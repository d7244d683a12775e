import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadLanguageModel } from '../../../src/adapters/language-ngrams.js';
import type { LanguageTag, NormalisedText } from '../../../src/domain.js';
import { detectLanguage, readLanguages } from '../../../src/stages/language/index.js';

const model = loadLanguageModel('models/language/language.bin.gz');
const textOf = (raw: string): NormalisedText => ({
  raw,
  view: () => {
    throw new Error('detection reads the raw text only');
  },
});
const read = (raw: string, hint?: LanguageTag) => readLanguages(textOf(raw), hint, model);
const best = (raw: string, hint?: LanguageTag) => detectLanguage(textOf(raw), hint, model)[0]?.tag;
const tagsOf = (raw: string) => read(raw).segments.map((segment) => segment.tag);

describe('one language', () => {
  test.each([
    ['The garden behind our house is full of flowers this year.', 'en'],
    ['El jardín detrás de nuestra casa está lleno de flores este año.', 'es'],
    ['O jardim atrás da nossa casa está cheio de flores este ano.', 'pt'],
    ['Le jardin derrière notre maison est plein de fleurs cette année.', 'fr'],
    ['Der Garten hinter unserem Haus ist dieses Jahr voller Blumen.', 'de'],
    ['Il giardino dietro casa nostra è pieno di fiori quest’anno.', 'it'],
    ['Taman di belakang rumah kami penuh dengan bunga tahun ini.', 'id'],
    ['Evimizin arkasındaki bahçe bu yıl çiçeklerle dolu.', 'tr'],
    ['Khu vườn sau nhà chúng tôi năm nay đầy hoa.', 'vi'],
    ['Ogród za naszym domem jest w tym roku pełen kwiatów.', 'pl'],
    ['De tuin achter ons huis staat dit jaar vol bloemen.', 'nl'],
    ['В этом году сад за нашим домом полон цветов.', 'ru'],
    ['Цього року сад за нашим будинком повний квітів.', 'uk'],
    ['Тази година градината зад къщата ни е пълна с цветя.', 'bg'],
    ['حديقة بيتنا مليئة بالزهور هذا العام وهي جميلة جدا', 'ar'],
    ['باغ پشت خانه ما امسال پر از گل است', 'fa'],
    ['ہمارے گھر کے پیچھے باغ اس سال پھولوں سے بھرا ہے', 'ur'],
    ['हमारे घर के पीछे का बगीचा इस साल फूलों से भरा है।', 'hi'],
    ['आमच्या घरामागची बाग यंदा फुलांनी भरलेली आहे.', 'mr'],
    ['আমাদের বাড়ির পিছনের বাগান এই বছর ফুলে ভরা।', 'bn'],
    ['எங்கள் வீட்டின் பின்புறத் தோட்டம் பூக்களால் நிறைந்துள்ளது.', 'ta'],
    ['మా ఇంటి వెనుక తోట పూలతో నిండి ఉంది.', 'te'],
    ['สวนหลังบ้านของเราปีนี้เต็มไปด้วยดอกไม้', 'th'],
    ['올해 우리 집 뒤 정원은 꽃으로 가득합니다.', 'ko'],
    ['今年、家の裏の庭は花でいっぱいです。', 'ja'],
    ['Ο κήπος πίσω από το σπίτι μας είναι γεμάτος λουλούδια.', 'el'],
    ['הגינה מאחורי הבית שלנו מלאה פרחים השנה', 'he'],
    ['አትክልታችን በዚህ ዓመት በአበቦች ተሞልቷል', 'am'],
  ])('%s', (raw, tag) => {
    expect(best(raw)).toBe(tag);
  });

  test('simplified and traditional Chinese are apart', () => {
    expect(best('我们家后面的花园今年开满了花。')).toBe('zh-Hans');
    expect(best('我們家後面的花園今年開滿了花。')).toBe('zh-Hant');
  });

  test.each(['晚安', '今晚', '你好', '早安', '晚上好', '大家好', '今天很好'])(
    '%s is Chinese of a script that nothing tells',
    (raw) => {
      const [first, second] = read(raw).languages;
      expect([first?.tag, second?.tag]).toEqual(['zh-Hans', 'zh-Hant']);
      expect(first?.confidence).toBeLessThanOrEqual(0.6);
      expect(second?.confidence).toBeGreaterThan(0.3);
    },
  );

  test.each([
    ['zh-Hant', 'zh-Hant'],
    ['zh-TW', 'zh-Hant'],
    ['ZH-hk', 'zh-Hant'],
    ['yue', 'zh-Hant'],
    ['zh', 'zh-Hans'],
    ['zh-CN', 'zh-Hans'],
    ['zh_TW', 'zh-Hans'],
    ['en', 'zh-Hans'],
  ])('with the hint %s it is taken for %s, with no more confidence', (hint, tag) => {
    const [first] = read('晚上好', hint).languages;
    expect(first?.tag).toBe(tag);
    expect(first?.confidence).toBeLessThanOrEqual(0.6);
  });

  test('a letter that tells is surer than the hint', () => {
    expect(best('学习', 'zh-TW')).toBe('zh-Hans');
    expect(best('學習', 'zh-CN')).toBe('zh-Hant');
  });

  test('sentences without a telling letter go with those that have one', () => {
    const hant = read('晚上好。大家好。今天很好。今晚我們去公園。');
    expect(hant.segments.map(({ tag }) => tag)).toEqual(['zh-Hant']);
    expect(hant.segments[0]?.confidence).toBeGreaterThan(0.9);
  });

  test('no number of sentences that tell nothing makes the script surer', () => {
    const [first] = read('晚上好。大家好。今天很好。好吃。'.repeat(5)).languages;
    expect(first).toMatchObject({ tag: 'zh-Hans' });
    expect(first?.confidence).toBeLessThanOrEqual(0.6);
  });

  test('Bopomofo is Traditional, and Japanese without kana stays Japanese', () => {
    expect(best('ㄋㄧㄏㄠˇ')).toBe('zh-Hant');
    expect(best('日本')).toBe('ja');
  });

  test('a fashionable の does not make Chinese Japanese', () => {
    expect(best('美味の牛肉面真的很好吃，我们都喜欢这个味道')).toBe('zh-Hans');
  });

  test('letters decide for languages outside the model', () => {
    expect(best('মোৰ ঘৰৰ পিছফালে এখন ধুনীয়া ফুলনি আছে')).toBe('as');
    expect(best('زموږ د کور شاته بڼ سږکال له ګلونو ډک دی')).toBe('ps');
  });
});

describe('romanised', () => {
  test.each([
    ['yaar kal shaam ko milte hain, bahut maza aayega', ['hi-Latn', 'ur-Latn']],
    ['bhai mujhe samajh nahi aa raha kya karna hai', ['hi-Latn', 'ur-Latn']],
    ['ap kesay hain, main bilkul theek hon shukriya', ['hi-Latn', 'ur-Latn']],
    ['wallah ana b7ebak ya 7abibi, nchallah nchofek ghedwa', ['ar-Latn']],
  ])('%s', (raw, expected) => {
    expect(expected).toContain(best(raw));
  });
});

describe('undetermined', () => {
  test.each(['', ' ', '12345 67', '😀😀👍🏽', '@someone @another', 'https://example.org/de/haus', '...', '!', 'a'])(
    '%j',
    (raw) => {
      expect(read(raw).languages).toEqual([{ tag: 'und', confidence: expect.any(Number) }]);
    },
  );

  test('links, addresses, handles and code say nothing', () => {
    const reading = read(
      'Guten Morgen zusammen https://example.org/this-is-the-english-path-of-a-long-page `const the = this`',
    );
    expect(reading.languages[0]?.tag).toBe('de');
    expect(reading.segments).toHaveLength(1);
  });

  test('the word of a hashtag counts', () => {
    expect(best('#schönenabend #wochenende')).toBe('de');
  });
});

describe('mixed text', () => {
  test('two scripts', () => {
    const raw = 'I really like this new place so much. 今天的天气真的很好，我们去公园吧。';
    expect(tagsOf(raw)).toEqual(['en', 'zh-Hans']);
  });

  test('two languages of one script, by sentence', () => {
    const raw = 'Das Wetter ist heute wirklich sehr schön. We are going to the beach with our friends tomorrow.';
    const { segments, languages } = read(raw);
    expect(segments.map((segment) => segment.tag)).toEqual(['de', 'en']);
    expect(segments.map(({ span }) => raw.slice(span.start, span.end))).toEqual([
      'Das Wetter ist heute wirklich sehr schön',
      'We are going to the beach with our friends tomorrow',
    ]);
    expect(languages.map((guess) => guess.tag)).toEqual(expect.arrayContaining(['de', 'en']));
  });

  test('a brand inside Chinese is no segment', () => {
    expect(tagsOf('iPhone 15 的手机壳真的很好用，推荐给大家')).toEqual(['zh-Hans']);
  });

  test('right to left beside left to right', () => {
    const raw = 'هذا المكان جميل جدا وأحب أن أزوره كل يوم. This place is lovely and I visit every day.';
    expect(tagsOf(raw)).toEqual(['ar', 'en']);
    const [arabic] = read(raw).segments;
    expect(arabic?.script).toBe('Arab');
    expect(arabic?.span.start).toBe(0);
  });
});

describe('hint', () => {
  const unsure = (raw: string) => {
    const [first, second] = read(raw).languages;
    return { first, second };
  };

  test('breaks a tie between close relatives', () => {
    const tie = {
      guess: () => [
        { tag: 'da', confidence: 0.45 },
        { tag: 'nb', confidence: 0.4 },
      ],
    };
    const tagWith = (hint?: string) => detectLanguage(textOf('noen ord'), hint, tie)[0]?.tag;
    expect(tagWith()).toBe('da');
    expect(tagWith('nb')).toBe('nb');
    expect(tagWith('nb-NO')).toBe('nb');
    expect(tagWith('fi')).toBe('da');
  });

  test('never overrules a clear text', () => {
    expect(best('The garden behind our house is full of flowers.', 'de')).toBe('en');
    expect(unsure('The garden behind our house is full of flowers.').first?.confidence).toBeGreaterThan(0.9);
  });
});

describe('for every text', () => {
  const pieces = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom(
      'hello there ',
      'привет ',
      'नमस्ते ',
      '👩‍👩‍👧 ',
      'e\u0301',
      '\ud800',
      '\u0600ب',
      '2ำ',
      'ا۝',
      '한국 ',
      '日本の ',
      '. ',
      ', ',
    ),
  );
  const texts = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
  const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

  test('confidences are ranked and within 0 to 1, spans are inside, ordered and whole', () => {
    fc.assert(
      fc.property(texts, (raw) => {
        const { languages, segments } = read(raw);
        expect(languages.length).toBeGreaterThan(0);
        languages.forEach((guess, index) => {
          expect(guess.confidence).toBeGreaterThanOrEqual(0);
          expect(guess.confidence).toBeLessThanOrEqual(1);
          if (index > 0) expect(guess.confidence).toBeLessThanOrEqual(languages[index - 1]?.confidence ?? 0);
        });
        const edges = new Set([raw.length, ...[...graphemes.segment(raw)].map(({ index }) => index)]);
        segments.forEach(({ span, confidence }, index) => {
          expect(span.start).toBeLessThan(span.end);
          expect(span.start).toBeGreaterThanOrEqual(segments[index - 1]?.span.end ?? 0);
          expect(edges).toContain(span.start);
          expect(edges).toContain(span.end);
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(1);
        });
      }),
      // The example: a letter that joins the next one into one grapheme across two scripts.
      { numRuns: 1_500, examples: [['\u{11a84}\u3400']] },
    );
  });

  test('of a very long text the beginning is judged, in whole tokens', () => {
    const raw = 'the quick answer is here. '.repeat(40_000);
    const { segments, languages } = read(raw);
    expect(languages[0]?.tag).toBe('en');
    expect(segments.at(-1)?.span.end).toBeLessThanOrEqual(50_000);
    const one = read('x'.repeat(60_000));
    expect(one.segments).toEqual([]);
  });
});
