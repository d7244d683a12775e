/** Links, mail addresses, mentions, hashtags and accounts elsewhere. */
import type { TextView } from '../../domain.js';
import { type Reading, readAll, trimEnd } from './contact-reading.js';

const TLDS =
  'com|net|org|info|biz|shop|store|online|site|club|vip|live|link|xyz|top|app|dev|io|co|tv|cc|gg|ly|ai|eu|uk|de|fr|es|pt|nl|pl|ru|ua|tr|cn|tw|hk|jp|kr|vn|th|id|ph|br|mx|ar|cl|ir|il|ae|sa|eg|au|nz|ca|us|ch|se|dk|fi|cz|hu|ro|gr|sg|my|pk|bd|ng|za|рф|укр';
/** Endings that are words of a language too: counted only with a path behind them or as a known short link. */
const WORD_TLDS = 'it|in|me|to|at|be|no|is|so|am|la|st';
const SHORT_LINKS =
  '(?:t|wa|m|ig|line|lin)\\.(?:me|ee)|is\\.gd|goo\\.gl|bit\\.ly|t\\.cn|url\\.cn|vk\\.cc|tinyurl\\.com';

const EXPLICIT = /(?<![a-z0-9])(?:https?:\/\/|www\.)[^\s<>"'`\u3001-\u303f\u{ff01}-\u{ff0f}]{2,2048}/gu;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const PATH = '\\/[^\\s<>"\'`\\u3001-\\u303f]{1,512}';
const BARE = new RegExp(
  `(?<![a-z0-9@._/-])(?:(?:${SHORT_LINKS})(?:${PATH})?` +
    `|${LABEL}(?:\\.${LABEL}){0,4}\\.(?:${TLDS})(?![a-z0-9-]|\\.[a-z0-9])(?:${PATH})?` +
    `|${LABEL}\\.(?:${WORD_TLDS})${PATH})`,
  'gu',
);
/** `name dot com`, `name [.] com`, `name 点 com`. */
const SPELLED = new RegExp(
  `(?<![a-z0-9-])(?!(?:the|this|that|from|dot|and)\\b)[a-z0-9][a-z0-9-]{2,62}` +
    `(?: ?[([{<]? ?(?:dot|punto|ponto|punkt|kropka|nokta|titik|точка|крапка|点|點|ドット|닷|نقطه) ?[)\\]}>]? ?| ?[([{<]\\.[)\\]}>] ?| \\. ?|。)` +
    `(?:com|net|org|info|shop|xyz|top|vip|club|site|online|ru|cn)(?![a-z0-9])`,
  'gu',
);
const SPELLED_MAIL =
  /(?<![a-z0-9._-])[a-z0-9][a-z0-9._-]{1,62} ?[([{<] ?(?:at|arroba|chez|собака|собачка) ?[)\]}>] ?[a-z0-9-]{2,62} ?[([{<]? ?(?:dot|\.|punto|ponto|точка) ?[)\]}>]? ?[a-z]{2,12}(?![a-z0-9])/gu;
const HASHTAG = /(?<![\p{L}\p{N}/&#])#(?=[\p{N}_]{0,99}\p{L})[\p{L}\p{M}\p{N}_]{1,100}/gu;
const HANDLE =
  /(?<![\p{L}\p{N}])(ig|insta|instagram|tiktok|tik tok|snap|snapchat|twitter|facebook|fb|youtube|yt|douyin|抖音|快手|weibo|微博|小红书|xhs|threads|vk|onlyfans|twitch)(?: ?(?:id|号|account))? ?[:@=] ?@?[a-z0-9_][a-z0-9._]{2,29}/gu;

const MAIL_LEFT = /[a-z0-9._%+-]/;
const MAIL_RIGHT = /[a-z0-9.-]/;
const NAME = /[\p{L}\p{M}\p{N}_.-]/u;

function runBack(text: string, at: number, allowed: RegExp, limit: number): number {
  let from = at;
  while (from > 0 && at - from < limit && allowed.test(text.charAt(from - 1))) from -= 1;
  return from;
}
function runOn(text: string, at: number, allowed: RegExp, limit: number): number {
  let to = at;
  while (to < text.length && to - at < limit && allowed.test(text.charAt(to))) to += 1;
  return to;
}

/** Every `@` is a mail address, a mention or nothing. */
function readAts(text: string): readonly Reading[] {
  const readings: Reading[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const from = runBack(text, at, MAIL_LEFT, 64);
    if (from < at) {
      const to = trimEnd(text, at + 1, runOn(text, at + 1, MAIL_RIGHT, 253));
      if (/\.[a-z]{2,24}$/.test(text.slice(Math.max(at + 1, to - 26), to)))
        readings.push({ kind: 'email', start: from, end: to });
      continue;
    }
    const to = trimEnd(text, at + 1, runOn(text, at + 1, NAME, 60));
    if (to - at > 2) readings.push({ kind: 'mention', start: at, end: to });
  }
  return readings;
}

function readHandles(text: string): readonly Reading[] {
  const readings: Reading[] = [];
  for (const match of text.matchAll(HANDLE)) {
    const end = trimEnd(text, match.index, match.index + match[0].length);
    readings.push({ kind: 'handle', detail: match[1], start: match.index, end });
  }
  return readings;
}

export function readLinks(view: TextView): readonly Reading[] {
  const { text } = view;
  const dotted = text.includes('.') || text.includes('://');
  return [
    ...(dotted ? readAll(text, EXPLICIT, 'url') : []),
    ...readHandles(text),
    ...readAts(text),
    ...(dotted ? readAll(text, BARE, 'url') : []),
    ...readAll(text, SPELLED_MAIL, 'email'),
    ...readAll(text, SPELLED, 'url'),
    ...(text.includes('#') ? readAll(text, HASHTAG, 'hashtag') : []),
  ];
}
