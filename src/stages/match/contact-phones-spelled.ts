/** Phone numbers spelled out, digit by digit: "five five five, zero one …", 공일공. Counting is told apart by its steps. */
import type { TextView } from '../../domain.js';
import { normaliseText } from '../normalise/text.js';
import type { Reading } from './contact-reading.js';

/** Zero to nine; `/` parts spellings of one digit. */
const WORDS: readonly string[] = [
  'zero/oh one two three four five six seven eight nine',
  'null eins zwei/zwo drei vier fünf sechs sieben acht neun',
  'zéro un deux trois quatre cinq six sept huit neuf',
  'cero uno dos tres cuatro cinco seis siete ocho nueve',
  'zero um dois três quatro cinco seis/meia sete oito nove',
  'zero uno due tre quattro cinque sei sette otto nove',
  'nul een twee drie vier vijf zes zeven acht negen',
  'zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć',
  'sıfır bir iki üç dört beş altı yedi sekiz dokuz',
  'ноль один два три четыре пять шесть семь восемь девять',
  "нуль один два три чотири п'ять шість сім вісім дев'ять",
  'صفر واحد اثنان/اثنين ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة',
  'शून्य/जीरो एक दो तीन चार पांच छह/छः सात आठ नौ',
  'zero/shunya ek do teen char paanch chhe/che saat aath nau',
  'nol/kosong satu dua tiga empat lima enam tujuh delapan sembilan',
  'không một hai ba bốn năm sáu bảy tám chín',
];

const VALUES: ReadonlyMap<string, number> = new Map(
  WORDS.flatMap((line) =>
    line.split(' ').flatMap((words, value) => {
      return words.split('/').map((word) => [normaliseText(word).view('folded').text, value] as const);
    }),
  ),
);
const DIGIT = `(?:${[...VALUES.keys()].sort((a, b) => b.length - a.length).join('|')}|\\d)`;
const GAP = '[ ,.\\-]{1,3}';
const SPELLED = new RegExp(`(?<![\\p{L}\\p{N}\\p{M}])(?:${DIGIT}${GAP}){6,14}${DIGIT}(?![\\p{L}\\p{N}\\p{M}])`, 'gu');
/** Mobile numbers of Korea, which begin with 010. */
const KOREAN =
  /(?<!\p{Script=Hangul})[공영]일[공영](?:[ .-]{0,2}[공영일이삼사오육륙칠팔구]){7,8}(?!\p{Script=Hangul})/gu;
const LEAST_WORDS = 4;

/** One, two, three is a count, and so is three, two, one. */
function isCount(digits: readonly number[]): boolean {
  const steps = digits.slice(1).filter((digit, at) => Math.abs(digit - (digits[at] ?? digit)) === 1);
  return steps.length * 2 > digits.length - 1;
}

function isNumber(written: string): boolean {
  const tokens = written.split(/[ ,.-]+/);
  const words = tokens.filter((token) => VALUES.has(token));
  return words.length >= LEAST_WORDS && !isCount(tokens.map((token) => VALUES.get(token) ?? Number(token)));
}

/** Reads the folded view. */
export function readSpelledPhones({ text }: TextView): readonly Reading[] {
  const spelled = [...text.matchAll(SPELLED)].filter((match) => isNumber(match[0]));
  return [...spelled, ...text.matchAll(KOREAN)].map((match) => {
    return { kind: 'phone', start: match.index, end: match.index + match[0].length };
  });
}
