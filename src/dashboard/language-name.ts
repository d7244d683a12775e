const names = new Intl.DisplayNames(undefined, { type: 'language', fallback: 'code' });

export function languageName(tag: string): string {
  if (tag === 'und') return 'undetermined';
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
