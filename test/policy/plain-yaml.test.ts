import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPolicyFiles } from '../../src/adapters/policy-folder.js';
import { InvalidInputError } from '../../src/errors.js';
import { readPlainYaml } from '../../src/policy/plain-yaml.js';
import { parseFully } from '../../src/policy/yaml.js';

const files = [...(await readPolicyFiles(path.resolve('policies')))];

const fully = (text: string): unknown => {
  try {
    return { value: parseFully(text, 'a.yaml').value };
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
};

test('all shipped files are plain, and read the same', () => {
  const plain = files.filter(([, text]) => readPlainYaml(text) !== null);
  for (const [, text] of plain) expect(readPlainYaml(text)).toStrictEqual(fully(text));
  expect(plain.length / files.length).toBe(1);
});

describe('reads', () => {
  test.each([
    ['a: 1\nb: -2.5\nc: 007 x\nd: ~\ne: true\nf: 2026-01-01\ng: NO\n'],
    ['a:\n- 1\n- b: x\n  c:\n  - y\n-\nd: "e\\n\\"f"\n'],
    ["a: 'it''s' # why\nb: # below\n  c: [x, { y: 'z' }, []]\n"],
    ['- {}\n- []\n- a: { 0: x, "*": y }\n'],
    ['a: x, y [z] {w}#v\n'],
    ['a:\n  { b: 1 }\nc:\n  d e # f\n'],
    ['a: >-\n  b "c" # d\n  - e: f\nb: 1\n'],
    ['- a: >-\n     x\n     y\n\n  b: >-\n   z\n# why\n- >-\n  v\n'],
    ['a:\n  b: >-\n    x\n\n\n'],
  ])('%j', (text) => {
    expect(readPlainYaml(text)).not.toBeNull();
    expect(readPlainYaml(text)).toStrictEqual(fully(text));
  });
});

test.each([
  ['a: 1\na: 2\n'],
  ['a: |\n  x\n'],
  ['a: >\n  x\n'],
  ['a: >-\n  x\n\n  y\n'],
  ['a: >-\n  x\n    y\n'],
  ['a: >-\n  x\n  # y\n'],
  ['a: >-\n\n  x\n'],
  ['a: >-\nb: x\n'],
  ['a: >-\n  x \n'],
  ['a:\n  b: >-\n   x\n  y\n'],
  [`a: ${'['.repeat(20)}${']'.repeat(20)}\n`],
  [Array.from({ length: 70 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ['a: {b: 1}\nc: {: 1}\n'],
  ['a: [\n'],
  ['a: >-'],
  ['a: x\n  y\n'],
  ['a: &b x\n'],
  ['a: *b\n'],
  ['a: !!str x\n'],
  ['a: [x\n'],
  ['a: [b[c], d]\n'],
  ['a: [b #c, d]\n'],
  ['a: { b: [1 }\n'],
  ['a: [1}\n'],
  ['a: [x] y\n'],
  ['a: "x" y\n'],
  ['a: b: c\n'],
  ['a: 0x1f\n'],
  ['a: 1e3\n'],
  ['a: True\n'],
  ['? a\n: b\n'],
  ['a: 1\n---\nb: 2\n'],
  ['a: 1\r\n'],
  ['null: 1\n'],
  ['__proto__: 1\n'],
  ['just words\n'],
  ['- - a\n'],
  [''],
])('leaves %j to the full reader', (text) => {
  expect(readPlainYaml(text)).toBeNull();
});

/** A file with one to three slips of the keyboard; most such texts are wrong in some way. */
const slips = fc.record({
  file: fc.integer({ min: 0, max: files.length - 1 }),
  start: fc.double({ min: 0, max: 1, noNaN: true }),
  edits: fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.integer({ min: 0, max: 3 }),
      put: fc
        .constantFrom(
          '',
          ' ',
          '  ',
          '\n',
          '>-\n  ',
          ': ',
          ':',
          '- ',
          '-',
          '#',
          ' #',
          '"',
          "'",
          '[',
          ']',
          '{',
          '}',
          ', ',
          ',',
        )
        .chain((a) =>
          fc.constantFrom('', ' ', '\n', 'x', '1', '0', '~', '&', '*', '!', '|', '>', '?', '.').map((b) => a + b),
        ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

test('whatever it reads, the full reader reads the same', () => {
  let read = 0;
  fc.assert(
    fc.property(slips, ({ file, start, edits }) => {
      const lines = (files[file]?.[1] ?? '').split('\n');
      const first = Math.floor(start * lines.length);
      let text = `${lines.slice(first, first + 12).join('\n')}\n`;
      for (const { at, cut, put } of edits) {
        const place = Math.floor(at * text.length);
        text = text.slice(0, place) + put + text.slice(place + cut);
      }
      const plain = readPlainYaml(text);
      if (plain === null) return;
      read += 1;
      expect(plain).toStrictEqual(fully(text));
    }),
    { numRuns: 3_000 },
  );
  expect(read).toBeGreaterThan(200);
});

const token = fc.constantFrom(
  'a',
  'b',
  ': ',
  ':',
  '\n',
  '\n  ',
  '\n    ',
  '- ',
  '-',
  '[',
  ']',
  '{',
  '}',
  ', ',
  ',',
  '"',
  "'",
  '#',
  ' #',
  ' ',
  '1',
  '0',
  '.5',
  '1.5',
  'true',
  'null',
  '~',
  '\\n',
  '\\',
  '|',
  '>',
  ': >-\n  ',
  '>-',
  '&',
  '*',
  '!',
  '?',
  'é',
  '\u00a0',
  '中',
);
test('so it is with texts that nobody would write', () => {
  fc.assert(
    fc.property(fc.array(token, { maxLength: 14 }), (tokens) => {
      const text = `${tokens.join('')}\n`;
      const plain = readPlainYaml(text);
      if (plain !== null) expect(plain).toStrictEqual(fully(text));
    }),
    { numRuns: 20_000 },
  );
});
