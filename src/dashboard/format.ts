/** Times, counts and names of languages in the language of the interface. */
import { useTranslation } from 'react-i18next';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain.js';

const kept = new Map<string, unknown>();
/** Making an Intl object costs far more than using it. */
function once<T>(key: string, make: () => T): T {
  const found = kept.get(key);
  if (found !== undefined) return found as T;
  const made = make();
  kept.set(key, made);
  return made;
}

function languageName(tag: string, locale: string): string {
  const names = once(`names ${locale}`, () => new Intl.DisplayNames(locale, { type: 'language', fallback: 'code' }));
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

function regionName(code: string, locale: string): string | null {
  const names = once(`regions ${locale}`, () => new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' }));
  return names.of(code) ?? null;
}

function span(ms: number, locale: string): string {
  const short = (unit: string, value: number) =>
    once(
      `unit ${unit} ${locale}`,
      () => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }),
    ).format(value);
  const size = Math.abs(ms);
  if (size < MINUTE_MS) return short('second', Math.round(size / 1_000));
  if (size < HOUR_MS) return short('minute', Math.floor(size / MINUTE_MS));
  if (size < 2 * DAY_MS) return short('hour', Math.floor(size / HOUR_MS));
  return short('day', Math.floor(size / DAY_MS));
}

export function useFormat() {
  const { t, i18n } = useTranslation();
  const locale = i18n.language;
  const dates = (key: string, options: Intl.DateTimeFormatOptions) =>
    once(`${key} ${locale}`, () => new Intl.DateTimeFormat(locale, options));
  return {
    locale,
    moment: (at: string) => dates('moment', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at)),
    hour: (at: string) => dates('hour', { weekday: 'short', hour: 'numeric' }).format(new Date(at)),
    day: (at: string) => dates('day', { month: 'short', day: 'numeric' }).format(new Date(at)),
    /** A day as a file names it, which is the same everywhere. */
    date: (day: string) => dates('date', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day)),
    count: (value: number) => once(`count ${locale}`, () => new Intl.NumberFormat(locale)).format(value),
    decimal: (value: number) =>
      once(`decimal ${locale}`, () => new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })).format(value),
    /** A score or a confidence, 0 to 1: two digits always, so that a column of them can be read down. */
    score: (value: number) =>
      once(
        `score ${locale}`,
        () => new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
      ).format(value),
    /** `5 min`, `3 days`; the size alone. */
    span: (ms: number) => span(ms, locale),
    language: (tag: string | null) =>
      tag === null || tag === 'und' ? t('common:undetermined') : languageName(tag, locale),
    /** The name of a country or of a policy file; null where only its own file names it. */
    region: (id: string): string | null => {
      if (id === 'global') return t('common:everywhere');
      return /^[a-z]{2}$/i.test(id) ? regionName(id.toUpperCase(), locale) : null;
    },
    regions: (regions: readonly string[]) => regions.map((region) => region.toUpperCase()).join(', '),
  };
}
