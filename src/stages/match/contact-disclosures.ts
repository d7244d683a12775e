/** Wordings that declare an advertisement, by language. Ambiguous tags (#sp, #collab, #thanks, #gifted) are not here. */
import { type NormalisedText, primaryOf, type TextView } from '../../domain.js';
import { normaliseText } from '../normalise/text.js';
import { type Automaton, buildAutomaton } from './automaton.js';
import { endsWord, startsWord } from './boundary.js';
import type { Reading } from './contact-reading.js';

interface Wordings {
  /** A declaration only as a hashtag, in brackets or alone at the head or on a line of its own. */
  readonly labels: string;
  /** A declaration wherever it stands. */
  readonly phrases: string;
}
const WORDINGS: Readonly<Record<string, Wordings>> = {
  en: {
    labels: 'ad|advert|advertisement|sponsored|paid ad|paidad|paidpartnership|sponsoredpost|advertorial',
    phrases: 'paid partnership|paid promotion|sponsored by|this is an ad|this post is sponsored',
  },
  de: {
    labels: 'werbung|anzeige|bezahltewerbung|gesponsert',
    phrases: 'bezahlte partnerschaft|bezahlte werbung|enthält werbung|unbezahlte werbung',
  },
  fr: {
    labels: 'publicité|sponsorisé|commandité|collaborationcommerciale|partenariatrémunéré',
    phrases: 'collaboration commerciale|partenariat rémunéré|contenu sponsorisé',
  },
  es: {
    labels: 'publicidad|publi|patrocinado|anuncio',
    phrases: 'colaboración pagada|contenido patrocinado|publicidad pagada',
  },
  pt: {
    labels: 'publicidade|publi|publipost|patrocinado|anúncio',
    phrases: 'parceria paga|conteúdo pago|conteúdo patrocinado',
  },
  it: {
    labels: 'pubblicità|adv|sponsorizzato|advertising',
    phrases: 'collaborazione pubblicitaria|contenuto sponsorizzato|prodotto fornito da',
  },
  nl: { labels: 'reclame|advertentie|gesponsord|spon', phrases: 'betaalde samenwerking|betaald partnerschap' },
  pl: {
    labels: 'reklama|sponsorowane',
    phrases: 'współpraca reklamowa|materiał reklamowy|materiał sponsorowany|płatna współpraca',
  },
  tr: { labels: 'reklam|sponsorlu', phrases: 'ücretli ortaklık|sponsorlu içerik|reklam içerir' },
  sv: { labels: 'reklam|annons', phrases: 'betalt samarbete|reklam för' },
  ru: { labels: 'реклама', phrases: 'на правах рекламы|рекламная публикация|erid' },
  uk: { labels: 'реклама', phrases: 'на правах реклами|рекламна інтеграція' },
  ar: { labels: 'إعلان|اعلان|إعلان مدفوع', phrases: 'شراكة مدفوعة|محتوى إعلاني|إعلان ممول' },
  he: { labels: 'פרסומת|ממומן', phrases: 'תוכן שיווקי|שיתוף פעולה בתשלום' },
  fa: { labels: 'تبلیغ|تبلیغات|آگهی', phrases: 'همکاری تبلیغاتی' },
  hi: { labels: 'विज्ञापन|प्रायोजित', phrases: 'पेड प्रमोशन|प्रायोजित पोस्ट' },
  id: { labels: 'iklan', phrases: 'konten berbayar|kerja sama berbayar|kemitraan berbayar' },
  vi: { labels: 'quảng cáo|quangcao', phrases: 'hợp tác trả phí|bài viết được tài trợ' },
  th: { labels: 'โฆษณา|สปอนเซอร์', phrases: 'ได้รับการสนับสนุนจาก|โพสต์นี้เป็นโฆษณา' },
  zh: { labels: '广告|廣告|商业推广', phrases: '本文为广告|这是广告|本笔记为广告|含广告' },
  ja: { labels: 'pr|広告|プロモーション|タイアップ', phrases: '広告を含みます|プロモーションを含みます' },
  ko: { labels: '광고|유료광고|협찬', phrases: '유료 광고 포함|광고를 포함|협찬을 받아|소정의 원고료' },
};

interface Wording {
  readonly language: string;
  readonly label: boolean;
  readonly text: string;
}
interface Bench {
  readonly wordings: readonly Wording[];
  readonly automaton: Automaton;
}
let bench: Bench | null = null;

function buildBench(): Bench {
  const spell = (text: string): string => normaliseText(text).view('folded').text;
  const wordings = Object.entries(WORDINGS).flatMap(([language, { labels, phrases }]) => [
    ...labels.split('|').map((label) => ({ language, label: true, text: spell(label) })),
    ...phrases.split('|').map((phrase) => ({ language, label: false, text: spell(phrase) })),
  ]);
  return { wordings, automaton: buildAutomaton(wordings.map((wording) => wording.text)) };
}

const OPENING = '【［[(（「『<《〔';
const CLOSING = '】］])）」』>》〕';
const AFTER_HEAD = ':：|｜/-–—·•.,。，、!！\n\r*';

/** First character on this side that is neither a space nor an emphasis mark; '' at the edge of the text. */
function neighbour(raw: string, at: number, step: 1 | -1): string {
  for (let i = step === 1 ? at : at - 1; i >= 0 && i < raw.length; i += step) {
    const unit = raw.charAt(i);
    if (!' \t\u3000*_'.includes(unit)) return unit;
  }
  return '';
}

const isLineEdge = (unit: string): boolean => unit === '' || unit === '\n' || unit === '\r';

function standsAsLabel(raw: string, start: number, end: number): boolean {
  const before = neighbour(raw, start, -1);
  const after = neighbour(raw, end, 1);
  const tagged = raw.charAt(start - 1) === '#' || raw.charAt(start - 1) === '＃';
  if (tagged || (before !== '' && OPENING.includes(before) && after !== '' && CLOSING.includes(after))) return true;
  return isLineEdge(before) && (after === '' || AFTER_HEAD.includes(after));
}

/** Reads the folded view. */
export function readDisclosures(view: TextView, text: NormalisedText): readonly Reading[] {
  bench ??= buildBench();
  const { wordings, automaton } = bench;
  const readings: Reading[] = [];
  automaton.scan(view.text, (index, end) => {
    const wording = wordings[index];
    if (wording === undefined) return;
    const span = { start: end - wording.text.length, end };
    if (!startsWord(view.text, span.start) || !endsWord(view.text, span.end)) return;
    const raw = view.toRaw(span);
    if (wording.label && !standsAsLabel(text.raw, raw.start, raw.end)) return;
    readings.push({ kind: 'disclosure', detail: wording.language, ...span });
  });
  return readings;
}

/** Whether a note of these words alone would count as declared in the language. */
export function isDisclosure(wording: string, language: string): boolean {
  const text = normaliseText(wording);
  const root = primaryOf(language);
  return readDisclosures(text.view('folded'), text).some(({ detail = '' }) => primaryOf(detail) === root);
}
