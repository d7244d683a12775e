/** The languages of the interface. One JSON file per namespace and language; a language is one chunk, loaded when chosen. */
import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { primaryOf } from '../../domain.js';
import type { Bundle } from './bundle.js';

interface Tongue {
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  readonly load: () => Promise<{ readonly texts: Bundle }>;
}
export const TONGUES = {
  en: { name: 'English', dir: 'ltr', load: () => import('./bundles/en.js') },
  'zh-Hans': { name: '简体中文', dir: 'ltr', load: () => import('./bundles/zh-Hans.js') },
  es: { name: 'Español', dir: 'ltr', load: () => import('./bundles/es.js') },
  de: { name: 'Deutsch', dir: 'ltr', load: () => import('./bundles/de.js') },
  ar: { name: 'العربية', dir: 'rtl', load: () => import('./bundles/ar.js') },
} as const satisfies Record<string, Tongue>;
export type TongueTag = keyof typeof TONGUES;
export const TONGUE_TAGS = Object.keys(TONGUES) as readonly TongueTag[];

const KEPT_AT = 'polywarden-language';
const isTongue = (tag: string | null): tag is TongueTag => tag !== null && tag in TONGUES;

export function firstTongue(): TongueTag {
  const kept = localStorage.getItem(KEPT_AT);
  if (isTongue(kept)) return kept;
  for (const wanted of navigator.languages) {
    const primary = primaryOf(wanted);
    const found = TONGUE_TAGS.find((tag) => primaryOf(tag) === primary);
    if (found !== undefined) return found;
  }
  return 'en';
}

export const dirOf = (tag: string): 'ltr' | 'rtl' => (isTongue(tag) ? TONGUES[tag].dir : 'ltr');

export async function speak(tag: TongueTag): Promise<void> {
  if (!i18next.hasResourceBundle(tag, 'common')) {
    const { texts } = await TONGUES[tag].load();
    for (const [path, entries] of Object.entries(texts)) {
      const namespace = path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
      i18next.addResourceBundle(tag, namespace, entries);
    }
  }
  localStorage.setItem(KEPT_AT, tag);
  document.documentElement.lang = tag;
  await i18next.changeLanguage(tag);
}

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';
/** `bundle 9dcc` before a date would otherwise trade places with it in an Arabic line. */
const isolated = (value: string): string =>
  dirOf(i18next.language) === 'rtl' ? `${FIRST_STRONG_ISOLATE}${value}${POP_ISOLATE}` : value;

export async function startI18n(): Promise<i18n> {
  await i18next.use(initReactI18next).init({
    lng: 'none',
    fallbackLng: false,
    resources: {},
    defaultNS: 'common',
    // Keys are flat: `nav.queue` is one name.
    keySeparator: false,
    pluralSeparator: '|',
    // React escapes what it shows; here a value only keeps its own direction among the words of a sentence.
    interpolation: { escapeValue: true, escape: isolated },
    saveMissing: true,
    missingKeyHandler: (languages, namespace, key) =>
      console.error(`no text for ${namespace}:${key} in ${languages.join(', ')}`),
  });
  await speak(firstTongue());
  return i18next;
}
