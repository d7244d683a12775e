import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkContentType, MAX_JSON_DEPTH, parseJsonBytes } from '../../src/api/json-body.js';
import { codeOf } from '../../src/errors.js';

const codeFor = (text: string | Buffer): string => {
  try {
    parseJsonBytes(Buffer.from(text));
    return 'taken';
  } catch (error) {
    return codeOf(error);
  }
};
const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

describe('parseJsonBytes', () => {
  it('gives what JSON.parse gives, for every value that is not too deep', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        fc.pre(depthOf(value) <= MAX_JSON_DEPTH && !JSON.stringify(value).includes('__proto__'));
        const text = JSON.stringify(value);
        expect(parseJsonBytes(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });
  it('takes brackets and quotes inside strings for text', () => {
    expect(parseJsonBytes(Buffer.from('{"a":"[[[[[[[[[[{{{{\\"\\\\","b":"\\\\"}'))).toEqual({
      a: '[[[[[[[[[[{{{{"\\',
      b: '\\',
    });
  });
  it('refuses the first level that is too deep and takes the last that is not', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(codeFor(nested(MAX_JSON_DEPTH))).toBe('taken');
    expect(codeFor(nested(MAX_JSON_DEPTH + 1))).toBe('json_too_deep');
    expect(codeFor(nested(5_000))).toBe('json_too_deep');
    expect(codeFor(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`)).toBe('json_too_deep');
    expect(codeFor('['.repeat(1_000_000))).toBe('json_too_deep');
  });
  it.each([
    ['a key twice', '{"a":1,"b":2,"a":3}'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":3}'],
    ['a key twice below', '{"x":[{"a":1,"a":3}]}'],
    ['the prototype', '{"__proto__":{}}'],
    ['the prototype, escaped', '{"\\u005f_proto__":{}}'],
    ['a string that never ends', '{"a":"b'],
    ['text after the value', '{} x'],
    ['nothing but space', '  '],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['a surrogate encoded in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['a byte order mark of UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
  ])('refuses %s', (_name, text) => {
    expect(codeFor(text)).toBe('json_invalid');
  });
  it('takes one key in two objects', () => {
    expect(codeFor('[{"a":1},{"a":2,"b":{"a":3}}]')).toBe('taken');
  });
});

describe('checkContentType', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset="UTF8"'])(
    'takes %s',
    (type) => {
      expect(() => checkContentType(type, undefined)).not.toThrow();
      expect(() => checkContentType(type, 'identity')).not.toThrow();
    },
  );
  it('refuses another charset and compressed bytes', () => {
    expect(() => checkContentType('application/json; charset=iso-8859-1', undefined)).toThrow(/UTF-8/);
    expect(() => checkContentType('application/json', 'gzip')).toThrow(/Compressed/);
  });
});
