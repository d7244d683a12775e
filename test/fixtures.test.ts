/** What the labelled notes promise: enough of them, well formed, in the API's own shape, with a reason each. */

import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type NamedFixture, readFixtures, toBody } from '../src/cli/demo/fixture.js';
import { FIXTURES_DIR, PICTURES_DIR } from '../src/paths.js';
import { sniffImage } from '../src/stages/images/sniff.js';
import { NoteInput, readNote } from '../src/usecases/note-input.js';

let fixtures: readonly NamedFixture[] = [];
beforeAll(async () => {
  fixtures = await readFixtures(FIXTURES_DIR);
});

const NOW = Date.parse('2026-12-01T00:00:00Z');
const SEPARATORS = /[\u200b\s]/g;

describe('fixtures/notes', () => {
  test('are many, in many languages', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(80);
    expect(new Set(fixtures.map((fixture) => fixture.language)).size).toBeGreaterThanOrEqual(20);
  });
  test('have ids of their own', () => {
    const ids = fixtures.map((fixture) => fixture.externalId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { externalId, language } of fixtures) expect(externalId.startsWith(language.toLowerCase())).toBe(true);
  });
  test('lie in files named by a canonical language tag', () => {
    for (const { language } of fixtures) expect(Intl.getCanonicalLocales(language)).toEqual([language]);
  });
  test('are bodies that the API takes as they are', () => {
    for (const fixture of fixtures) {
      const read = readNote(NoteInput.parse(toBody(fixture, NOW)), { now: NOW, textLimitChars: 65_536 });
      expect(read.note.regions).toEqual(fixture.regions);
      expect(read.repaired).toBe(false);
    }
  });
  test.each([
    'mixed',
    'cloaked',
    'tempting',
    'rtl',
    'romanised',
    'emoji',
    'disclosed',
    'selfharm',
    'unread',
    'campaign',
  ])('hold notes tagged %s', (tag) => {
    expect(fixtures.some((fixture) => fixture.tags.includes(tag))).toBe(true);
  });
  test('expect allow of what is tagged plain or tempting', () => {
    const benign = fixtures.filter(({ tags }) => tags.includes('plain') || tags.includes('tempting'));
    for (const { externalId, expect: wanted } of benign) {
      expect({ externalId, actions: [...new Set(Object.values(wanted))] }).toEqual({ externalId, actions: ['allow'] });
    }
  });
  test('never punish a person at risk', () => {
    const actions = fixtures
      .filter(({ tags }) => tags.includes('selfharm'))
      .flatMap((row) => Object.values(row.expect));
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) expect(['remove', 'geo_withhold', 'limit', 'require_edit']).not.toContain(action);
  });
  test('cloaked notes do not hold the plain word', () => {
    const zeroWidth = fixtures.find(({ tags }) => tags.includes('zero-width'));
    expect(zeroWidth?.body).not.toContain('WhatsApp');
    expect(zeroWidth?.body.replace(SEPARATORS, '')).toContain('WhatsApp');
  });
  test('name only reserved sites and invented numbers', () => {
    for (const { externalId, body } of fixtures) {
      for (const [, host = ''] of body.matchAll(/https?:\/\/([^/\s]+)/g)) {
        expect({ externalId, reserved: host.endsWith('.example') }).toEqual({ externalId, reserved: true });
      }
    }
  });
});

describe('toBody', () => {
  test('leaves the labels out and keeps a young account young', () => {
    const young = fixtures.find((fixture) => fixture.authorAgeDays !== undefined);
    if (young === undefined) throw new Error('no fixture with an account age');
    const body = toBody(young, NOW) as { readonly author: { readonly createdAt: string } };
    const ageMs = NOW - Date.parse(body.author.createdAt);
    expect(ageMs).toBe((young.authorAgeDays ?? 0) * 86_400_000);
    for (const label of ['expect', 'reason', 'tags', 'authorAgeDays']) expect(body).not.toHaveProperty(label);
  });
});

describe('fixtures/images', () => {
  test('are small pictures with expected actions, in eight scripts and more', async () => {
    const pictured = await readFixtures(path.join(PICTURES_DIR, 'notes'));
    expect(pictured.length).toBeGreaterThanOrEqual(12);
    expect(new Set(pictured.map(({ language }) => language)).size).toBeGreaterThanOrEqual(8);
    for (const fixture of pictured) {
      const read = readNote(NoteInput.parse(toBody(fixture, NOW)), { now: NOW, textLimitChars: 65_536 });
      expect(read.note.images.length).toBe(fixture.images?.length);
      for (const { data } of read.note.images) {
        const bytes = Buffer.from(data ?? '', 'base64');
        expect(bytes.length).toBeLessThan(60_000);
        expect(() => sniffImage(bytes)).not.toThrow();
      }
    }
  });
});
