/** What a candidate changes, as the person who approves it reads it. */
import { describe, expect, test } from 'vitest';
import { bundleDifference, judgesAlike, noDifference } from '../../src/policy/bundle-diff.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { normaliseText } from '../../src/stages/normalise/text.js';
import { bundleOf, GLOBAL_HEAD, global, region, rule } from './bench-files.js';

const { evidence } = testInput({ expect: 'match' }, 0);
const grave = { severity: '3', when: 'reaches("hate.attack", "remove")' };
const before = bundleOf({
  'global.yaml': global(rule({ id: 'same' }), rule({ id: 'goes' }), rule({ id: 'turns', ...grave })),
  'regions/de.yaml': region('de'),
  'terms/en.yaml': 'language: en\nterms:\n  - { id: en.one, severity: 2 }\n  - { id: en.two, severity: 1 }\n',
});

describe('whether notes of some regions meet the same', () => {
  const files = { 'global.yaml': global(rule({ id: 'same' })), 'regions/de.yaml': region('de') };
  const [was, is] = [files, { ...files, 'regions/de.yaml': region('de', "ladder: { '1': hold }\n") }].map((all) =>
    bundleOf(all),
  );

  test.each([
    [['fr', 'us'], true],
    [['us', 'de'], false],
  ] as const)('%j after the file of one country has changed: %s', (regions, alike) => {
    if (was === undefined || is === undefined) throw new Error('no bundles');
    expect(judgesAlike(was, is, regions)).toBe(alike);
  });

  test('other words are another matter everywhere, unless the note is known to have none of them', () => {
    const term = `language: en\nterms:\n  - { id: en.spam.shoe, category: authentic.spam, severity: 1, source: a test, patterns: [red shoes] }\n`;
    const [one, other] = [bundleOf(files), bundleOf({ ...files, 'terms/en.yaml': term })];
    expect(judgesAlike(one, other, ['fr'])).toBe(false);
    const note = (body: string) => ({ texts: [{ part: 'body' as const, text: normaliseText(body) }], evidence });
    expect(judgesAlike(one, other, ['fr'], note('A walk in blue shoes.'))).toBe(true);
    expect(judgesAlike(one, other, ['fr'], note('Rouge: red shoes.'))).toBe(false);
  });
});

describe('the difference of two bundles', () => {
  test('is nothing between equal ones', () => expect(bundleDifference(before, before)).toEqual(noDifference));

  test('names files, rules with fields and regions, terms, and the gravest severity of them', () => {
    const after = bundleOf({
      'global.yaml': global(
        rule({ id: 'same', owner: 'others', message: 'Said in other words.' }),
        rule({ id: 'turns', ...grave, mode: 'shadow' }),
        rule({ id: 'comes', severity: '1' }),
      ),
      'terms/en.yaml': 'language: en\nterms:\n  - { id: en.one, severity: 4 }\n  - { id: en.three, severity: 1 }\n',
      'regions/fr.yaml': region('fr'),
    });
    const found = bundleDifference(before, after);
    expect(found.files).toEqual([
      { file: 'global.yaml', kind: 'changed' },
      { file: 'regions/de.yaml', kind: 'removed' },
      { file: 'regions/fr.yaml', kind: 'added' },
      { file: 'terms/en.yaml', kind: 'changed' },
    ]);
    const everywhere = found.rules.filter(({ regions }) => regions.includes('global'));
    expect(everywhere.toSorted((a, b) => (a.rule < b.rule ? -1 : 1))).toEqual([
      { rule: 'comes', severity: 1, kind: 'added', regions: ['de', 'fr', 'global'], fields: [] },
      { rule: 'goes', severity: 2, kind: 'removed', regions: ['de', 'fr', 'global'], fields: [] },
      { rule: 'turns', severity: 3, kind: 'changed', regions: ['de', 'fr', 'global'], fields: ['mode'] },
    ]);
    // Owner and words for reviewers meet no note.
    expect(found.rules.some(({ rule: id, kind }) => id === 'same' && kind === 'changed')).toBe(false);
    expect(found.terms.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: 'en.one', severity: 4 },
      { id: 'en.three', severity: 1 },
      { id: 'en.two', severity: 1 },
    ]);
    expect(found.settings.filter(({ region: id }) => id === 'fr')).toEqual([
      { region: 'fr', names: ['name', 'extends'] },
    ]);
    expect(found.severity).toBe(4);
  });

  test('of a country that gets a file of its own, or loses it, is what differs from the file that spoke for it', () => {
    const one = { 'global.yaml': global(rule({ id: 'grave', ...grave })) };
    const own = `rules:\n${rule({ id: 'own', severity: '1' })}`;
    const [without, withFile] = [bundleOf(one), bundleOf({ ...one, 'regions/it.yaml': region('it', own) })];
    const added = bundleDifference(without, withFile);
    expect(added.rules).toEqual([{ rule: 'own', severity: 1, kind: 'added', regions: ['it'], fields: [] }]);
    expect(added.severity).toBe(1);
    expect(bundleDifference(withFile, without).rules).toMatchObject([{ rule: 'own', kind: 'removed' }]);
    const bold = region('it', "ladder: { '1': hold }\n");
    expect(bundleDifference(without, bundleOf({ ...one, 'regions/it.yaml': bold })).severity).toBe(4);
    const kept = region(
      'it',
      "grounds: { l1: { law: Act 1, article: s. 2, url: 'https://example.org/l1', known: memory } }\npreserve: { own: { categories: [fraud.scam], days: 30, starts: decided, ground: l1 } }\n",
    );
    expect(bundleDifference(without, bundleOf({ ...one, 'regions/it.yaml': kept })).severity).toBe(4);
  });

  test('counts a threshold with the rule that asks it, and names settings', () => {
    const eased = GLOBAL_HEAD.replace('review: 0.6', 'review: 0.7').replace('hold_hours: 72', 'hold_hours: 24');
    const after = bundleOf({
      'global.yaml': `${eased}rules:\n${rule({ id: 'same' })}${rule({ id: 'goes' })}${rule({ id: 'turns', ...grave })}`,
      'regions/de.yaml': region('de'),
      'terms/en.yaml': 'language: en\nterms: none\n',
    });
    const found = bundleDifference(before, after);
    expect(found.rules.map(({ rule: id, fields }) => [id, fields])).toEqual([
      ['goes', ['thresholds']],
      ['same', ['thresholds']],
    ]);
    expect(found.settings).toContainEqual({ region: 'global', names: ['thresholds', 'evidence'] });
    // What follows when a stage failed is no smaller matter than the gravest rule.
    expect(found.severity).toBe(4);
    const named = bundleOf({
      'global.yaml': `${GLOBAL_HEAD.replace(/^name: .*$/m, 'name: Another')}rules:\n${rule({ id: 'same' })}`,
      'regions/de.yaml': region('de'),
    });
    const same = bundleOf({ 'global.yaml': global(rule({ id: 'same' })), 'regions/de.yaml': region('de') });
    expect(bundleDifference(same, named)).toMatchObject({
      severity: 0,
      settings: [{ region: 'global', names: ['name'] }],
    });
    // A file that lists no terms has lost those that it had.
    expect(found.terms.map(({ id }) => id)).toEqual(['en.one', 'en.two']);
  });

  test('reads terms that are not there, and files that hold none', () => {
    const terms = (text: string | null) =>
      bundleOf({ 'global.yaml': global(rule({ id: 'same' })), ...(text === null ? {} : { 'terms/en.yaml': text }) });
    const one = terms('language: en\nterms:\n  - { id: en.one }\n');
    expect(bundleDifference(terms(null), one).terms).toEqual([{ id: 'en.one', severity: 0 }]);
    expect(bundleDifference(one, terms(null)).terms).toEqual([{ id: 'en.one', severity: 0 }]);
    expect(bundleDifference(terms('just words'), terms('other words')).terms).toEqual([]);
  });
});
