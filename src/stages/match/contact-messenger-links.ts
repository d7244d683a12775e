/** Addresses that open a conversation in a messenger, as their makers document them. The link is reported as a link too. */
import type { TextView } from '../../domain.js';
import { type Reading, trimEnd } from './contact-reading.js';

const HOSTS: Readonly<Record<string, string>> = {
  whatsapp: 'wa\\.me|api\\.whatsapp\\.com|chat\\.whatsapp\\.com',
  telegram: 't\\.me|telegram\\.me|telegram\\.dog',
  line: 'line\\.me|lin\\.ee',
  wechat: 'u\\.wechat\\.com|weixin\\.qq\\.com',
  kakaotalk: 'open\\.kakao\\.com|pf\\.kakao\\.com',
  qq: 'qm\\.qq\\.com',
  zalo: 'zalo\\.me',
  viber: 'chats\\.viber\\.com|invite\\.viber\\.com',
  signal: 'signal\\.me|signal\\.group',
  snapchat: 'snapchat\\.com/add',
  discord: 'discord\\.gg',
  messenger: 'm\\.me',
};
const SCHEMES: Readonly<Record<string, string>> = {
  whatsapp: 'whatsapp',
  telegram: 'tg',
  wechat: 'weixin|wechat',
  line: 'line',
  viber: 'viber',
  qq: 'mqqapi',
};
const REST = `[^\\s<>"'\`\\u3001-\\u303f]{1,512}`;

const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ...Object.entries(HOSTS).map(
    ([service, hosts]) => [service, new RegExp(`(?<![a-z0-9._-])(?:${hosts})/${REST}`, 'gu')] as const,
  ),
  ...Object.entries(SCHEMES).map(
    ([service, names]) => [service, new RegExp(`(?<![a-z0-9])(?:${names})://${REST}`, 'gu')] as const,
  ),
];

export const readMessengerLinks = ({ text }: TextView): readonly Reading[] =>
  PATTERNS.flatMap(([service, pattern]) =>
    [...text.matchAll(pattern)].map(({ index, 0: found }) => ({
      kind: 'messenger' as const,
      detail: service,
      start: index,
      end: trimEnd(text, index, index + found.length),
    })),
  );
