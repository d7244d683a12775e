import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf, ERROR_CODES, InvalidInputError, sayError, UnavailableError } from '../src/errors.js';

const page = await readFile(path.resolve(import.meta.dirname, '../docs/errors.md'), 'utf8');
/** Cells may be padded by the formatter. */
const rows = [...page.matchAll(/^\| `(\w+)` +\| (\d+) +\| (yes|no) +\| (.+?) +\| (.+?) +\|$/gm)];

describe('docs/errors.md', () => {
  it('holds every code of src/errors.ts, in its words, and no other', () => {
    const written = rows.map(([, code, status, retry, title]) => [code, Number(status), retry === 'yes', title]);
    const table = Object.entries(ERROR_CODES).map(([code, entry]) => [code, entry.status, entry.retry, entry.title]);
    expect(written).toEqual(table);
  });
  it('says what to do about each', () => {
    for (const [, code, , , , advice] of rows) expect(advice?.length, code).toBeGreaterThan(10);
  });
});

describe('codeOf', () => {
  it('knows the two kinds of error; everything else is a defect', () => {
    expect(codeOf(new InvalidInputError('date_invalid', 'x'))).toBe('date_invalid');
    expect(codeOf(new UnavailableError('store_unavailable', 'x'))).toBe('store_unavailable');
    expect(codeOf(new Error('x'))).toBe('internal');
    expect(codeOf({ code: 'forbidden' })).toBe('internal');
  });
});

describe('sayError', () => {
  it('joins sentences without their full stops', () => {
    const cause = new Error('EACCES: permission denied');
    expect(sayError(new Error('The folder cannot be written. Set DATA_DIR.', { cause }))).toBe(
      'The folder cannot be written. Set DATA_DIR: EACCES: permission denied',
    );
    expect(sayError(new Error('Set DATA_DIR.'))).toBe('Set DATA_DIR.');
  });
  it('names every cause once, also when an error repeats the message of its cause', () => {
    const cause = new Error('en.yaml:4:1: no such key');
    expect(sayError(new Error('The files are not valid: en.yaml:4:1: no such key', { cause }))).toBe(
      'The files are not valid: en.yaml:4:1: no such key',
    );
    expect(sayError(new Error('The file cannot be read', { cause }))).toBe(
      'The file cannot be read: en.yaml:4:1: no such key',
    );
  });
});
