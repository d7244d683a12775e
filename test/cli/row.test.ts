import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRow } from '../../src/cli/moderate/row.js';

const limits = { now: Date.UTC(2026, 0, 1), textLimitChars: 1_000, baseDir: '/some/folder' };
const read = (row: unknown) =>
  readRow({ text: typeof row === 'string' ? row : JSON.stringify(row), bytes: 1, tooLong: false }, limits);

describe('readRow', () => {
  it('takes text for body, ids of any kind, and what other tools write beside', () => {
    expect(read({ id: 7, text: 'hello', label: 1, scores: { a: 2 } })).toMatchObject({
      ok: true,
      id: 7,
      note: { title: '', body: 'hello', regions: [], kind: 'note' },
    });
  });
  it('takes an empty text', () => {
    expect(read({ id: 'a', text: '' })).toMatchObject({ ok: true, note: { body: '' } });
    expect(read({ id: 'a', title: 'x', text: null })).toMatchObject({ ok: true, note: { body: '' } });
  });
  it('takes a note as the API takes it, and answers under its id', () => {
    expect(read({ externalId: 'a', body: 'x' })).toMatchObject({ ok: true, id: 'a', note: { body: 'x' } });
    expect(read({ externalId: 'a', id: 'b', body: 'x' })).toMatchObject({ ok: true, id: 'b' });
  });
  it('takes an author by id or in full', () => {
    expect(read({ id: 'a', text: 'x', author: 'u1' })).toMatchObject({ note: { author: { id: 'u1' } } });
    expect(read({ id: 'a', text: 'x', author: { id: 'u1', region: 'DE' } })).toMatchObject({
      note: { author: { region: 'de' } },
    });
  });
  it('finds images beside the input file', () => {
    expect(read({ id: 'a', images: ['pictures/1.png'] })).toMatchObject({
      note: { images: [{ index: 0, path: path.join('/some/folder', 'pictures/1.png') }] },
    });
  });
  it("leaves out a hint of the platform's own or of no language, which names none that is known here", () => {
    const hinted = (languageHint: string) => read({ id: 'a', text: 'x', languageHint });
    for (const tag of ['x-slang', 'X-a-B1', 'und', 'und-Latn'])
      expect(hinted(tag)).toMatchObject({ note: { languageHint: undefined } });
    expect(hinted('de-x-slang')).toMatchObject({ note: { languageHint: 'de-x-slang' } });
    expect(hinted('x-')).toMatchObject({ code: 'language_unknown' });
  });
  it('offers the tag of a language that is hinted at by its name', () => {
    const hinted = (languageHint: string) => read({ id: 'a', text: 'x', languageHint });
    expect(hinted('english')).toMatchObject({
      code: 'language_unknown',
      message: 'Not a BCP 47 tag; did you mean "en" (English)?',
    });
    expect(hinted('eng')).toMatchObject({ note: { languageHint: 'en' } });
  });
  it('says that characters were replaced', () => {
    expect(read('{"id":"a","text":"x\\u0000\\ud800"}')).toMatchObject({ ok: true, repaired: true });
  });
  it.each([
    ['not JSON', '{', 'json_invalid', null],
    ['no object', '[1]', 'input_row_invalid', null],
    ['a number for text', { id: 'a', text: 5 }, 'input_row_invalid', 'a'],
    ['two bodies', { id: 'a', text: 'x', body: 'y' }, 'input_row_invalid', 'a'],
    ['a misspelt key in place of the text', { id: 'a', boddy: 'x' }, 'input_row_invalid', 'a'],
    ['no such region', { id: 'a', text: 'x', regions: ['atlantis'] }, 'region_unknown', 'a'],
    ['no such language', { id: 'a', text: 'x', languageHint: '!!' }, 'language_unknown', 'a'],
    [
      'an author from the future',
      { id: 'a', text: 'x', author: { id: 'u', createdAt: '2030-01-01T00:00:00Z' } },
      'date_invalid',
      'a',
    ],
    ['a text over the limit', { id: 'a', text: 'x'.repeat(2_000) }, 'body_invalid', 'a'],
    ['5,000 levels', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'input_row_invalid', null],
  ])('answers %s in place', (_name, row, code, id) => {
    expect(read(row)).toMatchObject({ ok: false, code, id });
  });
  it('answers broken UTF-8 and long rows in place', () => {
    expect(readRow({ text: null, bytes: 1, tooLong: false }, limits)).toMatchObject({
      ok: false,
      code: 'json_invalid',
    });
    expect(readRow({ text: null, bytes: 1, tooLong: true }, limits)).toMatchObject({
      ok: false,
      code: 'body_too_large',
    });
  });
});
