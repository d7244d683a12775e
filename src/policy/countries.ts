/** Codes of regions, and what people write for them. */
import { nearest } from './nearest.js';

/** ISO 3166-1 alpha-2, lower case: the 249 officially assigned codes. */
export const COUNTRY_CODES: ReadonlySet<string> = new Set(
  `ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz
  ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk fm fo fr
  ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp
  ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt
  mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw
  sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz
  ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw`.split(/\s+/),
);

/** Policy ids that are not countries. */
const GROUP_IDS: ReadonlySet<string> = new Set(['global', 'eu']);

const REGION_CODES: ReadonlySet<string> = new Set([...COUNTRY_CODES, ...GROUP_IDS]);
export const isRegionCode = (code: string): boolean => REGION_CODES.has(code);

/** Of their languages or their habits, not of ISO 3166-1. */
const TAKEN_FOR: ReadonlyMap<string, string> = new Map([
  ['uk', 'gb'],
  ['en', 'gb'],
  ['el', 'gr'],
  ['usa', 'us'],
  ['uae', 'ae'],
  ['europe', 'eu'],
]);

export const NO_REGION = 'Neither an ISO 3166-1 country nor a policy region';
export const unknownRegionWord = (word: string): string => `${NO_REGION}${regionHint(word)}`;

/** Made when first asked for: most processes never are. */
const names = new Map<string, string>();
function namesOfCodes(): ReadonlyMap<string, string> {
  if (names.size > 0) return names;
  const known = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  for (const code of REGION_CODES) names.set(code, code.length === 2 ? (known.of(code.toUpperCase()) ?? code) : code);
  return names;
}

/** The code that somebody meant who wrote `UK`, `Italy` or `dee`. */
export function regionHint(word: string): string {
  const wanted = word
    .trim()
    .toLowerCase()
    .replace(/\.yaml$/, '');
  const nameOf = namesOfCodes();
  const words = new Map(
    [...nameOf].flatMap(([code, name]) => [[code, code] as const, [name.toLowerCase(), code] as const]),
  );
  const code = TAKEN_FOR.get(wanted) ?? words.get(nearest(wanted, words.keys()) ?? '');
  return code === undefined ? '' : `; did you mean "${code}" (${nameOf.get(code)})?`;
}
