/** What is personal in a text, by its shape. */

/** Digits of any script, as `\p{Nd}`, so that Arabic or Devanagari numbers are no way round. */
const DIGIT = '\\p{Nd}';
const GAP = '[ \\u00a0.\\-\\u2010-\\u2015/()_~\\u00b7\\u2022]{0,2}';
const digits = (least: number, most: number): string => `${DIGIT}(?:${GAP}${DIGIT}){${least - 1},${most - 1}}`;

const LOCAL = '[\\p{L}\\p{M}\\p{N}._%+\\-]{1,64}';
const LABEL = '[\\p{L}\\p{M}\\p{N}\\-]{1,63}';
/** Brackets around the sign, as people write it for programs not to see. */
const AT = '(?:\\s?@\\s?|\\s?[[({<]\\s?(?:at|@)\\s?[\\])}>]\\s?)';
const DOT = '(?:[.\\u3002]|\\s?[[({<]\\s?(?:dot|\\.)\\s?[\\])}>]\\s?)';
const FILE_ENDS = 'jpe?g|png|gif|webp|heic|pdf|docx?|xlsx?|pptx?|odt|txt|csv|zip|mp[34]|mov|wav|m4a';

/** The order matters: what is told apart best comes first. Bounded repeats: growth stays linear. */
export const KINDS: readonly (readonly [name: string, pattern: RegExp, fits?: (match: string) => boolean])[] = [
  ['email', new RegExp(`${LOCAL}${AT}${LABEL}(?:${DOT}${LABEL}){1,4}`, 'giu')],
  ['email', new RegExp(`(?<![\\p{L}\\p{N}])${LOCAL}\\sat\\s${LABEL}(?:\\sdot\\s${LABEL}){1,3}`, 'giu')],
  ['file', new RegExp(`(?<![\\p{L}\\p{N}])[\\p{L}\\p{M}\\p{N}_\\-]{1,80}\\.(?:${FILE_ENDS})(?![\\p{L}\\p{N}])`, 'giu')],
  ['iban', /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/giu, isIban],
  ['card', new RegExp(digits(13, 19), 'gu'), (match) => isLuhn(digitsOf(match))],
  // Resident ids of China: 17 digits and a check letter.
  ['id', /(?<!\p{Nd})\p{Nd}{17}[\p{Nd}Xx](?![\p{Nd}\p{L}])/gu],
  // What looks like a document: capitals and six or more digits together.
  ['id', /(?<![\p{L}\p{N}])(?:[A-Z]{1,3}-?\p{Nd}{6,20}(?:-?[A-Z]{1,2})?|\p{Nd}{6,20}-?[A-Z]{1,2})(?![\p{L}\p{N}])/gu],
  [
    'id',
    /(?<![\p{L}\p{N}])(?=[A-Z\p{Nd}]{0,13}[A-Z])[A-Z\p{Nd}]{7,14}(?![\p{L}\p{N}])/gu,
    (match) => digitsOf(match).length >= 6,
  ],
  ['id', /(?<!\p{Nd})\p{Nd}{16,64}(?!\p{Nd})/gu],
  ['phone', new RegExp(`(?:[+\\uff0b]${GAP})?[(]?(?<!\\p{Nd})${digits(7, 15)}(?!\\p{Nd})`, 'gu'), isPhone],
  ['phone', /[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{7,18}/gu],
];

/** Written small, or with spaces elsewhere, only with the right check digits. */
function isIban(match: string): boolean {
  const bare = match.replace(/ /g, '').toUpperCase();
  if (match === match.toUpperCase()) return bare.replace(/\D/g, '').length >= 6;
  const turned = (bare.slice(4) + bare.slice(0, 4)).replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return [...turned].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}

/** By Unicode, the digits of a script lie in one row from its zero. */
function digitsOf(text: string): string {
  return [...text]
    .filter((char) => /\p{Nd}/u.test(char))
    .map((char) => {
      let zero = char.codePointAt(0) ?? 0;
      let value = 0;
      while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) {
        zero -= 1;
        value += 1;
      }
      return String(value);
    })
    .join('');
}

function isLuhn(number: string): boolean {
  if (number.length < 13 || number.length > 19) return false;
  const sum = [...number].reverse().reduce((total, char, index) => {
    const digit = Number(char) * (index % 2 === 1 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return sum % 10 === 0;
}

/** Dates, prices and years are short or have a form of their own. */
function isPhone(match: string): boolean {
  const count = digitsOf(match).length;
  const isDate = /^(?:\p{Nd}{4}[-./]\p{Nd}{1,2}[-./]\p{Nd}{1,2}|\p{Nd}{1,2}[-./]\p{Nd}{1,2}[-./]\p{Nd}{4})$/u.test(
    match.trim(),
  );
  return count >= 7 && count <= 15 && !isDate;
}
