import { describe, expect, it } from 'vitest';
import type { PersonRow, QueueRow, Restriction, Rights } from '../../../src/ports/review.js';
import type { Role } from '../../../src/ports/store.js';
import { readRoles, roleFor } from '../../../src/usecases/review/openid.js';
import { obstacleTo, sightOf } from '../../../src/usecases/review/sight.js';
import { strikesOf } from '../../../src/usecases/review/strikes.js';

const person = (role: Role, rights: Partial<Rights> = {}): PersonRow => ({
  userId: 'usr_1',
  login: 'ada',
  role,
  disabled: false,
  rights: { languages: null, regions: null, categories: null, desks: ['general'], ...rights },
  signInBy: 'password',
  createdAt: '2026-11-20T12:00:00.000Z',
});
const row = (change: Partial<QueueRow> = {}): QueueRow =>
  ({
    desk: 'general',
    excluded: [],
    nativeSpeaker: false,
    language: 'zh-Hans',
    regions: ['de', 'us'],
    category: 'fraud.scam',
    ...change,
  }) as QueueRow;

describe('sight', () => {
  it('gives admins and auditors every desk, seniors their own, reviewers what is written', () => {
    expect(sightOf(person('admin')).desks).toContain('child_safety');
    expect(sightOf(person('auditor', { languages: ['de'] })).languages).toBeNull();
    expect(sightOf(person('senior')).desks).toEqual(['general', 'senior']);
    expect(sightOf(person('reviewer', { desks: ['legal'] })).desks).toEqual(['legal']);
  });

  it.each([
    ['reviewer', {}, {}, null],
    ['auditor', {}, {}, 'role'],
    ['policy_author', {}, {}, 'role'],
    ['reviewer', {}, { desk: 'senior' }, 'desk'],
    ['senior', {}, { desk: 'child_safety' }, 'desk'],
    ['reviewer', {}, { excluded: ['usr_1'] }, 'was_first'],
    ['reviewer', { languages: ['zh'] }, {}, null],
    ['reviewer', { languages: ['de'] }, {}, 'language'],
    ['reviewer', { languages: ['de'] }, { language: null }, null],
    ['reviewer', {}, { nativeSpeaker: true }, 'native_speaker'],
    ['reviewer', { languages: ['zh-Hans'] }, { nativeSpeaker: true }, null],
    ['reviewer', { regions: ['us'] }, {}, null],
    ['reviewer', { regions: ['jp'] }, {}, 'region'],
    ['reviewer', { categories: ['ip.copyright'] }, {}, 'category'],
    ['reviewer', { categories: ['ip.copyright'] }, { category: null }, null],
  ] as const)('a %s with %o and a case of %o: %s', (role, rights, change, obstacle) => {
    expect(obstacleTo(sightOf(person(role, rights)), row(change))).toBe(obstacle);
  });
});

describe('strikes', () => {
  const NOW = Date.parse('2026-11-20T12:00:00Z');
  const days = (count: number): string => new Date(NOW - count * 86_400_000).toISOString();
  const restriction = (change: Partial<Restriction> = {}): Restriction => ({
    decisionId: 'dec_1',
    noteId: 'note_1',
    category: 'fraud.scam',
    action: 'remove',
    severity: 2,
    at: days(1),
    ...change,
  });
  it('lapse after 90 days, grave ones after a year', () => {
    expect(strikesOf([restriction({ at: days(89) })], NOW)).toMatchObject([{ weight: 1 }]);
    expect(strikesOf([restriction({ at: days(91) })], NOW)).toEqual([]);
    expect(strikesOf([restriction({ at: days(300), severity: 3 })], NOW)).toMatchObject([{ weight: 2 }]);
  });
  it('spare calls for help, edits, labels and holds, and count a note once', () => {
    const spared = [
      restriction({ category: 'selfharm.risk', severity: 3 }),
      restriction({ action: 'require_edit' }),
      restriction({ action: 'hold' }),
      restriction({ action: 'label' }),
      restriction({ severity: 1 }),
    ];
    expect(strikesOf(spared, NOW)).toEqual([]);
    expect(strikesOf([restriction(), restriction({ decisionId: 'dec_2', severity: 3 })], NOW)).toMatchObject([
      { decisionId: 'dec_2' },
    ]);
  });
});

describe('roles of an issuer', () => {
  it('are read in order, and the first that fits counts', () => {
    const mapping = readRoles('admin=cn=admins,reviewer=team a');
    expect(roleFor(mapping, ['team a', 'cn=admins'])).toBe('admin');
    expect(roleFor(mapping, ['team a'])).toBe('reviewer');
    expect(roleFor(mapping, [])).toBeNull();
    expect(readRoles(' ')).toEqual([]);
  });
  it.each(['boss=x', 'admin', '=x', 'admin='])('refuse %s', (text) => {
    expect(() => readRoles(text)).toThrowError(expect.objectContaining({ code: 'config_invalid' }));
  });
});
