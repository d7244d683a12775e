/** Messenger services with an id or a call to get in touch; the bare name of a service is no contact. */
import type { NormalisedText, TextView, ViewName } from '../../domain.js';
import { normaliseText } from '../normalise/text.js';
import { type Automaton, buildAutomaton } from './automaton.js';
import { endsWord, startsWord } from './boundary.js';
import type { Reading } from './contact-reading.js';

interface Names {
  /** Names of nothing else. */
  readonly strong: string;
  /** Short or double-meaning names: only with an id behind them. */
  readonly weak: string;
}
const SERVICES: Readonly<Record<string, Names>> = {
  wechat: {
    strong: 'wechat|we chat|weixin|微信|위챗|вичат|вичате|ウィーチャット|وي تشات',
    weak: 'vx|wx|v信|v❤|微❤|威信|薇信|薇心|徽信|微x|加v|加微|+v|+vx|+微',
  },
  whatsapp: {
    strong:
      'whatsapp|whats app|watsapp|wasap|wasapp|ватсап|вотсап|вацап|ватсапп|واتساب|واتس اب|واتس|וואטסאפ|왓츠앱|व्हाट्सएप|व्हाट्सऐप',
    weak: 'wa|zap|zapzap|whats',
  },
  telegram: {
    strong: 'telegram|телеграм|телеграме|телеграмм|تلغرام|تليجرام|تلگرام|טלגרם|텔레그램|テレグラム|टेलीग्राम|电报群',
    weak: 'tg|тг|телега|tele|电报|飞机|纸飞机|텔레',
  },
  line: { strong: 'line id|lineid|ไลน์|ไลน|line官方', weak: 'line|ライン|라인' },
  kakaotalk: { strong: 'kakaotalk|kakao talk|카카오톡|카톡|カカオトーク', weak: 'kakao|카카오|ㅋㅌ' },
  qq: { strong: 'qq群|qq号|扣扣|扣群', weak: 'qq|q群|企鹅|抠抠|蔻蔻' },
  zalo: { strong: 'zalo', weak: '' },
  viber: { strong: 'viber|вайбер|вайбере|فايبر', weak: '' },
  signal: { strong: 'signal app', weak: 'signal|сигнал' },
  snapchat: { strong: 'snapchat|سناب شات|سناب', weak: 'snap' },
  skype: { strong: 'skype|скайп', weak: '' },
  discord: { strong: 'discord|дискорд', weak: '' },
  messenger: { strong: '', weak: 'messenger|мессенджер' },
};

/** Words that ask to get in touch. */
const ASK_WORDS =
  'add me|add my|dm me|text me|message me|msg me|contact|write me|write to|hit me up|reach me|find me|join my|join our|ping me|schreib|kontakt|melde|adde|ajoute|contacte|écris|ecrivez|agrega|escribe|escríbeme|contacta|háblame|chama|me chame|adicion|aggiung|scriv|contatt|voeg|stuur|dodaj|napisz|ekle|yaz|ulaş|напиши|пиши|добавь|добавляй|связь|связаться|пишите|додай|تواصل|راسل|أضف|ضيف|אווט|שלחו|כתבו|संपर्क|जोड़ें|मैसेज|hubungi|tambah|chat ke|kết bạn|liên hệ|nhắn|แอด|ทัก|ติดต่อ|加我|加一下|私我|私信|联系|聯繫|找我|扫码|+我|追加|連絡|友達|추가|연락|문의|친추';
const ASK_REACH = 28;
/** `add` right before the name. */
const ADD_SIGNS = ['加', '+', '➕'];
const ID_REACH = 48;
/** Homophones of 微信 in Chinese characters count only beside one of these. */
const HOMOPHONE_ASK = /[加私领聊找扫+➕＋]/u;
const HOMOPHONE = 'wei xin';

/** An id that is announced, or one that holds digits right behind the name. */
const ANNOUNCED =
  /^ ?(?:id|号|號|号码|帐号|账号|number|nr|no|номер|رقم|아이디|(?:my )?id is)? ?[:=@➡→] ?@?[a-z0-9_+][a-z0-9_.+-]{2,29}|^ ?(?:id|号|號|아이디) ?[a-z0-9_][a-z0-9_.-]{3,29}|^ ?@[a-z0-9_][a-z0-9_.]{2,29}/u;
const WITH_DIGITS =
  /^(?: is| me| us| at| on|:|=)? ?\+?(?=[a-z_.-]{0,20}\d)[a-z0-9_.-]{5,24}(?![a-z0-9])|^[:=]? ?\+?\d[\d -]{5,16}\d/u;

interface Name {
  readonly service: string;
  readonly strong: boolean;
  readonly text: string;
}
interface Bench {
  readonly names: readonly Name[];
  readonly automaton: Automaton;
  readonly asks: readonly string[];
}

const split = (list: string): readonly string[] => list.split('|').filter((name) => name !== '');

function buildBench(view: ViewName): Bench {
  const spell = (text: string): string => normaliseText(text).view(view).text.trim();
  const names = Object.entries(SERVICES).flatMap(([service, { strong, weak }]) => [
    ...split(strong).map((name) => ({ service, strong: true, text: spell(name) })),
    ...split(weak).map((name) => ({ service, strong: false, text: spell(name) })),
  ]);
  return { names, automaton: buildAutomaton(names.map((name) => name.text)), asks: split(ASK_WORDS).map(spell) };
}

const benches = new Map<ViewName, Bench>();
function benchOf(view: ViewName): Bench {
  const kept = benches.get(view);
  if (kept !== undefined) return kept;
  const made = buildBench(view);
  benches.set(view, made);
  return made;
}

function asksNear(text: string, start: number, end: number, asks: readonly string[]): boolean {
  if (ADD_SIGNS.includes(text.charAt(start - 1))) return true;
  const before = text.slice(Math.max(0, start - ASK_REACH), start);
  const after = text.slice(end, end + ASK_REACH);
  return asks.some((ask) => before.includes(ask) || after.includes(ask));
}

/** Length of the id behind the name, 0 when there is none. */
function idLength(after: string): number {
  const found = ANNOUNCED.exec(after) ?? WITH_DIGITS.exec(after);
  return found === null ? 0 : found[0].length;
}

function readNamed(view: TextView): readonly Reading[] {
  const { text } = view;
  const bench = benchOf(view.name);
  const readings: Reading[] = [];
  bench.automaton.scan(text, (index, end) => {
    const name = bench.names[index];
    if (name === undefined) return;
    const start = end - name.text.length;
    if (!startsWord(text, start)) return;
    const length = idLength(text.slice(end, end + ID_REACH));
    const glued = length > 0 && !name.strong ? /\d/.test(text.charAt(end)) : false;
    if (!endsWord(text, end) && !glued) return;
    if (length > 0 || (name.strong && asksNear(text, start, end, bench.asks))) {
      readings.push({ kind: 'messenger', detail: name.service, start, end: end + length });
    }
  });
  return readings;
}

/** 薇心, 威信 and others that sound like 微信: only beside a call to get in touch, since some are words. */
function readHomophones(view: TextView): readonly Reading[] {
  const { text } = view;
  const readings: Reading[] = [];
  for (let at = text.indexOf(HOMOPHONE); at >= 0; at = text.indexOf(HOMOPHONE, at + 1)) {
    const end = at + HOMOPHONE.length;
    if (startsWord(text, at) && endsWord(text, end))
      readings.push({ kind: 'messenger', detail: 'wechat', start: at, end });
  }
  return readings;
}

const HOMOPHONE_REACH = 6;

export function readMessengers(view: TextView, text: NormalisedText): readonly Reading[] {
  if (view.name !== 'pinyin') return readNamed(view);
  return readHomophones(view).filter((reading) => {
    const raw = view.toRaw(reading);
    const around = text.raw.slice(Math.max(0, raw.start - HOMOPHONE_REACH), raw.end + HOMOPHONE_REACH);
    return HOMOPHONE_ASK.test(around);
  });
}
