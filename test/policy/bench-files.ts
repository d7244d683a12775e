/** Small policy files for tests: one global file, sentences in English, and whatever a test adds. */
import { type CheckedBundle, checkBundle, compileBundle } from '../../src/policy/bundle.js';
import { formatFault } from '../../src/policy/faults.js';
import type { Bundle } from '../../src/policy/model.js';

export const GLOBAL_HEAD = `id: global
name: Everywhere
extends: null
owner: tests
effective_from: 2026-01-01
review_by: 2027-01-01
notice_languages: [en]
notice_blocks: []
restrictions_need_notice: true
age: { min: 13, adult: 18 }
appeal: { days: 184, open_to: [author] }
disclosure: { en: ['Advertisement'] }
ladder: { '0': warn, '1': require_edit, '2': remove, '3': remove, '4': hold }
model_alone: { weak: review, none: review }
unread: { min_chars: 10, review_score: 0.5, sample_percent: 5 }
unseen: { categories: [], sample_percent: 0 }
thresholds:
  hate.attack: { flag: 0.5, review: 0.6, remove: 0.9 }
evidence:
  deadline_minutes: 15
  hold_hours: 72
  stages:
    normalise: { required: true, failed: review, overdue: review, skipped: { default: review, no_text: ignore } }
    language: { required: true, failed: review, overdue: review, skipped: { default: review, no_text: ignore } }
    match: { required: true, failed: review, overdue: review, skipped: { default: review, no_text: ignore } }
    classify: { required: true, failed: hold, overdue: hold, skipped: { default: review, no_text: ignore } }
    images: { required: true, failed: review, overdue: review, skipped: { default: review, no_images: ignore } }
    campaign: { required: false, failed: allow, overdue: allow, skipped: { default: allow, not_needed: ignore } }
    deliberate: { required: false, failed: review, overdue: review, skipped: { default: ignore } }
terms:
  t1: { title: A clause, url: 'https://example.org/t1', version: '1' }
`;

export const NOTICE = `language: en
name: English
direction: ltr
reviewed_by: null
sentences:
  told: "We limited your note on {date}."
`;

export interface RuleText {
  readonly id: string;
  readonly [field: string]: string;
}
/** A complete rule; every field may be replaced by YAML text (`does` is written as `then`). */
export function rule({ id, ...fields }: RuleText): string {
  const all: Readonly<Record<string, string>> = {
    id,
    category: 'hate.attack',
    severity: '2',
    mode: 'enforce',
    when: 'reaches("hate.attack", "review")',
    does: '{ action: limit }',
    ground: '{ terms: t1 }',
    notice: 'told',
    message: 'Seen.',
    owner: 'tests',
    ...fields,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== '');
  return lines
    .map(([key, value], index) => `${index === 0 ? '  - ' : '    '}${key === 'does' ? 'then' : key}: ${value}\n`)
    .join('');
}
/** A rule with the least number of tests. */
export const tested = (id: string, fields: Readonly<Record<string, string>> = {}): string =>
  rule({
    id,
    ...fields,
    tests: '\n      - { expect: match }\n      - { expect: no_match }\n      - { expect: no_match }',
  });
export const rules = (...texts: readonly string[]): string => `rules:\n${texts.join('')}`;
export const global = (...texts: readonly string[]): string =>
  texts.length === 0 ? GLOBAL_HEAD : `${GLOBAL_HEAD}${rules(...texts)}`;

export const region = (id: string, rest = '', parent = 'global'): string =>
  `id: ${id}\nname: Region ${id}\nextends: ${parent}\n${rest}`;

export const filesOf = (files: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries({ 'notices/en.yaml': NOTICE, 'global.yaml': GLOBAL_HEAD, ...files }));

export const bundleOf = (files: Readonly<Record<string, string>>): Bundle => compileBundle(filesOf(files));
export const checked = (files: Readonly<Record<string, string>>, today?: string): CheckedBundle =>
  checkBundle(filesOf(files), today === undefined ? {} : { today });
export const faultLines = (files: Readonly<Record<string, string>>, today?: string): readonly string[] =>
  checked(files, today).faults.map(formatFault);
/** Line of the first occurrence, from 1. */
export const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;
