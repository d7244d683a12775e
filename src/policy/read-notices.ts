/** Files of notices: what they say, and whether every language says the same. */
import type { CompiledRegion, Notices } from './model.js';
import { didYouMean } from './nearest.js';
import { faultAt, type NoticesFile, type Report } from './sources.js';

export function readNotices(files: readonly NoticesFile[], report: Report): ReadonlyMap<string, Notices> {
  const notices = new Map<string, Notices>();
  for (const file of files) {
    const { language, name, direction, sentences, clauses = {} } = file.source;
    const wanted = file.file.replace(/^notices\//, '').replace(/\.yaml$/, '');
    if (wanted !== language) {
      report(
        faultAt(
          file,
          ['language'],
          'file-name',
          `the language is "${language}", the file is named "${wanted}"; make them the same`,
        ),
      );
      continue;
    }
    const [texts, titles] = [new Map(Object.entries(sentences)), new Map(Object.entries(clauses))];
    notices.set(language, { language, name, direction, sentences: texts, clauses: titles });
  }
  checkPlaceholders(files, notices.get('en'), report);
  return notices;
}

const PLACEHOLDER = /\{[a-z_]+\}/g;
const placeholders = (text: string): string => [...new Set(text.match(PLACEHOLDER) ?? [])].sort().join(' ');

/** A sentence must carry the same facts in every language. */
function checkPlaceholders(files: readonly NoticesFile[], english: Notices | undefined, report: Report): void {
  if (english === undefined) return;
  for (const file of files) {
    for (const [key, text] of Object.entries(file.source.sentences)) {
      const wanted = english.sentences.get(key);
      if (wanted === undefined) {
        const hint = didYouMean(key, english.sentences.keys());
        report(
          faultAt(
            file,
            ['sentences', key],
            'unknown-sentence',
            `the sentence "${key}" is not in notices/en.yaml${hint}`,
          ),
        );
      } else if (placeholders(wanted) !== placeholders(text)) {
        const message = `the sentence "${key}" has the blanks ${placeholders(text) || 'none'}, English has ${placeholders(wanted) || 'none'}`;
        report(faultAt(file, ['sentences', key], 'blanks', message));
      }
    }
  }
}

/** Region files are written in English; who reads another language would meet the titles of their clauses in it. */
export function checkClauses(files: readonly NoticesFile[], regions: readonly CompiledRegion[], report: Report): void {
  const terms = regions.flatMap(({ settings }) =>
    Object.entries(settings.terms).flatMap(([key, clause]) => (clause === null ? [] : [key])),
  );
  const known = new Set(terms);
  for (const file of files) {
    const { language, clauses = {} } = file.source;
    for (const key of Object.keys(clauses)) {
      if (known.has(key)) continue;
      const message = `no region file has a clause "${key}" in its terms${didYouMean(key, known)}`;
      report(faultAt(file, ['clauses', key], 'unknown-clause', message));
    }
    const missing = [...known].filter((key) => !Object.hasOwn(clauses, key));
    if (language === 'en' || missing.length === 0) continue;
    const message = `no title in this language for ${missing.join(', ')}: authors would read the one of the region file`;
    report(faultAt(file, ['clauses'], 'clause-title', message));
  }
}
