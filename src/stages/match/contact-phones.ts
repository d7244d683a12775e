/** Phone numbers, also with spread or Chinese digits. Dates, prices and counts are told apart by their shape. */
import type { TextView } from '../../domain.js';
import type { Reading } from './contact-reading.js';

const NUMBER = /(?<![\d.,:/#-])\+?\(?\d(?:[ \-.()/]{0,2}\d){6,14}(?!\d)/g;
const CHINESE =
  /(?<![\d零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖])[\d零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{7,13}(?![\d零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖])/g;
const CHINESE_DIGITS: Readonly<Record<string, string>> = {
  零: '0',
  〇: '0',
  一: '1',
  幺: '1',
  壹: '1',
  二: '2',
  贰: '2',
  三: '3',
  叁: '3',
  四: '4',
  肆: '4',
  五: '5',
  伍: '5',
  六: '6',
  陆: '6',
  七: '7',
  柒: '7',
  八: '8',
  捌: '8',
  九: '9',
  玖: '9',
};
/** Words before a number that say what it is; in folded spelling. */
const CALL =
  /(?:tel|phone|mobile|cell|call|text|sms|whats ?app|viber|fon|handy|ruf|appel|movil|celular|llama|ligue|chiama|bel|zadzwon|ara|тел|звон|дзвон|هاتف|جوال|اتصل|תתקשר|טלפון|फोन|कॉल|hp|hubungi|goi|sdt|dt|โทร|电话|電話|手机|手機|热线|致电|連絡|전화|연락)[^\d]{0,12}$/u;

const MOBILE_CN = /^1[3-9]\d{9}$/;
const YEAR_FIRST = /^(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}(?!\d)/;
const YEAR_LAST = /^\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d/;
const THOUSANDS = /^[1-9]\d{0,2}(?:([. ])\d{3})(?:\1\d{3})*$/;
const CALL_REACH = 28;

function isPhone(written: string, before: string): boolean {
  const digits = written.replace(/\D/g, '');
  if (YEAR_FIRST.test(written) || YEAR_LAST.test(written)) return false;
  if (CALL.test(before)) return true;
  if (digits.length < 8 || THOUSANDS.test(written)) return false;
  if (written.startsWith('+') || MOBILE_CN.test(digits)) return true;
  if (digits.length < 9 || digits.length > 13) return false;
  const groups = written.split(/\D+/).filter((group) => group !== '');
  if (groups.length === 1) return digits.length === 10 || digits.length === 11 || digits.startsWith('0');
  return (
    groups.every((group) => group.length > 1) || (groups.every((group) => group.length === 1) && digits.length > 9)
  );
}

const beforeOf = (text: string, at: number): string => text.slice(Math.max(0, at - CALL_REACH), at);

function readChinese(text: string): readonly Reading[] {
  const readings: Reading[] = [];
  for (const match of text.matchAll(CHINESE)) {
    if (/^\d+$/.test(match[0])) continue;
    const digits = [...match[0]].map((digit) => CHINESE_DIGITS[digit] ?? digit).join('');
    if (MOBILE_CN.test(digits) || CALL.test(beforeOf(text, match.index))) {
      readings.push({ kind: 'phone', start: match.index, end: match.index + match[0].length });
    }
  }
  return readings;
}

export function readPhones(view: TextView): readonly Reading[] {
  const { text } = view;
  const readings: Reading[] = [];
  for (const match of text.matchAll(NUMBER)) {
    if (!isPhone(match[0], beforeOf(text, match.index))) continue;
    readings.push({ kind: 'phone', start: match.index, end: match.index + match[0].length });
  }
  return [...readings, ...readChinese(text)];
}
