import { beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../../src/adapters/policy-folder.js';
import type { CategoryId } from '../../../src/categories.js';
import { ACTIONS } from '../../../src/domain.js';
import type { Bundle } from '../../../src/policy/bundle.js';
import { policyOf } from '../../../src/policy/regions.js';
import {
  actionsFor,
  checkVerdicts,
  clausesOf,
  suggestionsOf,
  type VerdictInput,
} from '../../../src/usecases/review/choices.js';
import { noticesOf } from '../../../src/usecases/review/notice.js';
import { must } from '../../support/store.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const ABOUT = { category: 'fraud.scam', severity: 3 } as const;
let bundle: Bundle;
beforeAll(async () => {
  bundle = await loadBundle('policies');
});
const verdict = (change: Partial<VerdictInput> = {}): VerdictInput => ({
  regions: ['de'],
  action: 'remove',
  category: 'fraud.scam',
  clause: 'terms:honesty-1',
  notice: null,
  ...change,
});
const checked = (change: Partial<VerdictInput> = {}) => {
  const [only] = checkVerdicts([verdict(change)], { bundle, about: ABOUT, isFinal: false, now: NOW });
  if (only === undefined) throw new Error('nothing checked');
  return only;
};

describe('actions', () => {
  it('follow the ladder, give people the last word on severity 4, and never ask for another person', () => {
    for (const region of bundle.regions.values()) {
      for (const severity of [0, 1, 2, 3, 4] as const) {
        const actions = actionsFor(region, severity);
        const top = severity === 4 ? 'remove' : region.settings.ladder[`${severity}`];
        expect(actions).not.toContain('review');
        expect(actions).toContain('allow');
        expect(actions.every((action) => ACTIONS.indexOf(action) <= ACTIONS.indexOf(top))).toBe(true);
      }
    }
  });
});

describe('clauses and suggestions', () => {
  it('are the laws and terms of the region, inherited ones too, and every suggestion names one of them', () => {
    for (const region of bundle.regions.values()) {
      const ids = new Set(clausesOf(region).map(({ id }) => id));
      expect(ids.has('terms:safety-1')).toBe(true);
      for (const { clause } of suggestionsOf(region)) expect(clause === null || ids.has(clause)).toBe(true);
    }
    expect(clausesOf(policyOf(bundle, 'de', NOW)).map(({ id }) => id)).toContain('law:stgb.86a');
    expect(clausesOf(policyOf(bundle, 'us', NOW)).map(({ id }) => id)).not.toContain('law:stgb.86a');
    // Without a file of its own the group speaks.
    expect(policyOf(bundle, 'at', NOW).id).toBe('eu');
    // A file that is not in force yet leaves the word to the one that it extends, as it does for rules.
    const german = policyOf(bundle, 'de', NOW);
    const later = { ...bundle, regions: new Map(bundle.regions).set('de', { ...german, from: NOW + 1 }) };
    expect([policyOf(later, 'de', NOW).id, policyOf(later, 'de', NOW + 1).id]).toEqual(['eu', 'de']);
  });
});

describe('a verdict', () => {
  it('carries the ground, the sentence of the category, and the time to appeal', () => {
    expect(checked()).toMatchObject({
      policy: 'de',
      action: 'remove',
      severity: 3,
      ground: { kind: 'terms', ref: 'honesty-1' },
      notice: 'scam',
      end: null,
      appealDeadline: new Date(NOW + 184 * 86_400_000).toISOString(),
    });
    expect(checked({ action: 'hold' }).end).toBe(new Date(NOW + 72 * 3_600_000).toISOString());
    const us = must(bundle.regions.get('us'));
    const hasty = { ...us, settings: { ...us.settings, evidence: { ...us.settings.evidence, hold_hours: 24 } } };
    const scene = {
      bundle: { ...bundle, regions: new Map(bundle.regions).set('us', hasty) },
      about: ABOUT,
      isFinal: false,
      now: NOW,
    };
    const [held] = checkVerdicts([verdict({ action: 'hold', regions: ['de', 'us'] })], scene);
    expect(held?.end).toBe(new Date(NOW + 24 * 3_600_000).toISOString());
    expect(checked({ action: 'allow', category: null, clause: null })).toMatchObject({
      severity: 0,
      ground: null,
      appealDeadline: null,
    });
  });

  it('is refused with a pointer to each fault', () => {
    const bad = [
      verdict({ clause: 'law:stgb.86a', regions: ['us'] }),
      verdict({ category: null, clause: null }),
      verdict({ notice: 'nothing' }),
    ];
    try {
      checkVerdicts(bad, { bundle, about: ABOUT, isFinal: false, now: NOW });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'verdict_invalid',
        faults: [
          { pointer: '/verdicts/0/clause' },
          { pointer: '/verdicts/1/category' },
          { pointer: '/verdicts/1/clause' },
          { pointer: '/verdicts/1/action' },
          { pointer: '/verdicts/2/notice' },
        ],
      });
    }
  });
});

describe('the notice', () => {
  const noticeOf = (...asked: Parameters<typeof noticesOf>) => must(noticesOf(...asked)[0]);
  const scene = (language: string | null, appealUrl: string | null = null) => ({
    bundle,
    language,
    found: 'systems' as const,
    decided: 'person' as const,
    appealUrl,
    now: NOW,
  });

  it('is written in every language that there are sentences in, without an open blank but the link', () => {
    for (const [tag, notices] of bundle.notices) {
      for (const action of ['remove', 'hold', 'limit', 'label', 'require_edit', 'warn'] as const) {
        const notice = noticeOf(checked({ action, regions: ['de', 'us'] }), scene(tag));
        expect(notice).toMatchObject({
          language: tag,
          direction: notices.direction,
          inAuthorsLanguage: true,
          silent: false,
        });
        expect(
          notice.openSlots.filter((slot) => !slot.endsWith('link')),
          `${tag} ${action}`,
        ).toEqual([]);
        expect(notice.sentences.length).toBeGreaterThan(2);
        expect(
          notice.sentences.some(({ text }) => /\{(?!(removal_|help_)?link\})/.test(text)),
          `${tag} ${action}`,
        ).toBe(false);
      }
    }
  });
  it('names every clause of the terms in the language that it is written in', () => {
    const terms = Object.entries(bundle.regions.get('de')?.settings.terms ?? {});
    expect(terms.length).toBeGreaterThan(10);
    for (const tag of bundle.notices.keys()) {
      for (const [key, clause] of terms) {
        const notice = noticeOf(checked({ clause: `terms:${key}` }), scene(tag));
        const why = notice.sentences.find((sentence) => sentence.key === 'why_terms')?.text ?? '';
        expect(why, `${tag} ${key}`).not.toContain(key);
        expect(why.includes(clause?.title ?? key), `${tag} ${key}: ${why}`).toBe(tag === 'en');
      }
    }
  });
  it('names places in the words of the language, and the end of the time to appeal', () => {
    const german = noticeOf(checked({ regions: ['de', 'at'] }), scene('de-AT', 'https://app.example/appeal'));
    const text = german.sentences.map((one) => one.text).join(' ');
    expect(text).toContain('Deutschland und Österreich');
    expect(text).toContain('23. Mai 2027');
    expect(text).toContain('https://app.example/appeal');
    expect(german.openSlots).toEqual([]);
    expect(noticeOf(checked({ regions: ['de'] }), scene('zh-Hant')).language).toBe('zh-Hans');
  });
  it('has a blank of its own for each address, so that nobody who needs help is sent to the appeals', () => {
    for (const tag of bundle.notices.keys()) {
      const held = checked({ regions: ['us'], notice: 'selfharm_help', category: 'sexual.ncii' });
      const notice = noticeOf(held, scene(tag, 'https://app.example/appeal'));
      expect(notice.openSlots, tag).toEqual(['help_link', 'removal_link']);
      const told = notice.sentences.filter(({ text }) => text.includes('https://app.example/appeal'));
      expect(told.map(({ key }) => key)).toEqual(['redress']);
    }
  });
  it('speaks of intimate pictures only where the notice is about such things', () => {
    const keys = (category: CategoryId) =>
      noticeOf(checked({ regions: ['us'], category }), scene('en')).sentences.map(({ key }) => key);
    expect(keys('sexual.explicit')).toContain('ncii_page');
    expect(keys('fraud.scam')).not.toContain('ncii_page');
  });
  it('parts words of Chinese and Japanese by no blanks', () => {
    for (const tag of ['zh-Hans', 'ja']) {
      const notice = noticeOf(checked({ regions: ['jp', 'cn'], clause: 'terms:safety-1' }), scene(tag));
      expect(notice.sentences.map(({ text }) => text).join(''), tag).not.toMatch(/[\p{sc=Han}\p{sc=Hira}] /u);
    }
  });
  it('tells the people of each region their own time to appeal and their own ways to complain', () => {
    const all = noticesOf(checked({ regions: ['us', 'de', 'at'] }), scene('en', 'https://app.example/appeal'));
    expect(all.map(({ regions }) => regions)).toEqual([['us'], ['de', 'at']]);
    const [american, european] = all.map(({ sentences }) => sentences.map(({ text }) => text).join(' '));
    expect(american).toContain('February 18, 2027');
    expect(american).not.toContain('out-of-court');
    expect(european).toContain('May 23, 2027');
    expect(european).toContain('out-of-court');
  });
  it('falls back to the region, and says so; allow is silent', () => {
    expect(noticeOf(checked(), scene('yo'))).toMatchObject({ language: 'de', inAuthorsLanguage: false });
    expect(noticeOf(checked(), scene(null))).toMatchObject({ language: 'de', inAuthorsLanguage: false });
    const quiet = noticeOf(checked({ action: 'allow', category: null, clause: null }), scene('de'));
    expect(quiet).toMatchObject({ silent: true, sentences: [] });
  });
});
