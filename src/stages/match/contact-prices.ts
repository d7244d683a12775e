/** Prices with their currency, and discount codes. */
import type { TextView } from '../../domain.js';
import { type Reading, readAll } from './contact-reading.js';

const AMOUNT = '\\d[\\d.,]{0,14}';
const BEFORE = new RegExp(
  `(?<![a-z0-9])(?:(?:us|r|hk|nt|a|c|s|mx|cl)?\\$|[€£¥₩₹₽₺₫฿₴₪₱₦]|(?:usd|eur|gbp|rs\\.?|inr|rp\\.?|idr|aed|sar|rm|rmb|cny|php|chf|brl|vnd|jpy|krw) ?) ?${AMOUNT}`,
  'gu',
);
const AFTER = new RegExp(
  `(?<![a-z0-9.,])${AMOUNT} ?(?:[€$£₽₺₫฿₴₪₩₹円元원]|块钱|块|บาท` +
    '|(?:euros?|eur|usd|dollars?|bucks|gbp|pounds?|quid|chf|rmb|cny|yen|jpy|won|krw|baht|thb|vnd|dong|rupiah|idr|rupees?|inr|pesos?|mxn|reais|brl|zl|pln|tl|lira|lei|kr|kc|aed|sar' +
    '|руб(?:лей|ля|ль)?|грн|гривень|тенге|ريال|درهم|جنيه|ليره|دينار|تومان|שח|שקל|שקלים|रुपये|रुपए|रु)(?![\\p{L}\\p{N}]))',
  'gu',
);

const KEYWORD =
  /(?<!\p{L})(?:promo ?code|discount ?code|coupon ?code|voucher ?code|coupon|voucher|promo|code promo|code|rabattcode|gutscheincode|gutschein|c[oó]digo(?: de descuento| promocional)?|cup[oó]n|cupom|codice(?: sconto)?|kortingscode|kod rabatowy|kod|indirim kodu|промо-?код|کد تخفیف|كود(?: خصم)?|קוד(?: קופון)?|कूपन(?: कोड)?|kode(?: promo)?|mã(?: giảm giá)?|โค้ด(?:ส่วนลด)?|รหัส)|优惠码|優惠碼|折扣码|折扣碼|兑换码|口令|クーポン(?:コード)?|コード|할인 ?코드|쿠폰 ?(?:코드|번호)?/giu;
/** The code itself is told by its capitals or digits, so case must not be folded. */
const CODE = /^(?:[ :"'“”„«「『【=-]|is |est |lautet |es |é |è ){0,4}([A-Z0-9][A-Z0-9_-]{3,19})(?![A-Za-z0-9])/;
const OTHER_CODE = /(?:error|zip|postal|post|area|country|dress|source|bar|qr|building|penal|civil)[ -]?$/i;

function readCodes(text: string): readonly Reading[] {
  const readings: Reading[] = [];
  for (const match of text.matchAll(KEYWORD)) {
    if (OTHER_CODE.test(text.slice(Math.max(0, match.index - 10), match.index))) continue;
    const end = match.index + match[0].length;
    const found = CODE.exec(text.slice(end, end + 40));
    const code = found?.[1];
    if (found === null || code === undefined || !/[A-Z]/.test(code)) continue;
    readings.push({ kind: 'code', start: end + found[0].length - code.length, end: end + found[0].length });
  }
  return readings;
}

/** Reads the folded view for prices. */
export const readPrices = (view: TextView): readonly Reading[] =>
  /\d/.test(view.text) ? [...readAll(view.text, BEFORE, 'price'), ...readAll(view.text, AFTER, 'price')] : [];

/** Reads a view that keeps case. */
export const readDiscountCodes = (view: TextView): readonly Reading[] =>
  /[A-Z]/.test(view.text) ? readCodes(view.text) : [];
