/** The lists are made again from their sources: what OpenCC changes, less what the other side's own standard has. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { SIMPLIFIED_ONLY, TRADITIONAL_ONLY } from '../../../src/stages/language/chinese-letters.js';

const load = createRequire(import.meta.url);
const { Converter: toSimplified } = load('opencc-js/t2cn') as typeof import('opencc-js/t2cn');
const { Converter: toTraditional } = load('opencc-js/cn2t') as typeof import('opencc-js/cn2t');

const range = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);
const HAN = range(0x4e00, 0x9fff).map((point) => String.fromCodePoint(point));
const FORMS = ['hk', 'tw', 't'] as const;

/** A letter a line, so that no word is changed as a whole. */
const each = (convert: (text: string) => string, letters: readonly string[]) => convert(letters.join('\n')).split('\n');

function lettersOf(encoding: string, leads: readonly number[], trails: readonly number[]): ReadonlySet<string> {
  const decoder = new TextDecoder(encoding);
  return new Set(leads.flatMap((lead) => trails.map((trail) => decoder.decode(Uint8Array.of(lead, trail)))));
}
const GB_2312 = lettersOf('gbk', range(0xb0, 0xf7), range(0xa1, 0xfe));
const BIG5_COMMON = lettersOf('big5', range(0xa4, 0xc6), [...range(0x40, 0x7e), ...range(0xa1, 0xfe)]);

const OWN = [...'後於妳牠祂嘅冇咗哋喺嚟啲嗰嘢攞瞓啱'];

test('traditional letters are those that OpenCC simplifies and GB 2312 lacks, and the named ones', () => {
  const simple = FORMS.reduce((letters, from) => each(toSimplified({ from, to: 'cn' }), letters), HAN);
  const found = HAN.filter((letter, at) => simple[at] !== letter && !GB_2312.has(letter) && !OWN.includes(letter));
  expect([...TRADITIONAL_ONLY].sort()).toEqual([...found, ...OWN].sort());
});

test('simplified letters are those of GB 2312 that OpenCC changes for every traditional norm and Big5 has not', () => {
  const forms = FORMS.map((to) => each(toTraditional({ from: 'cn', to }), HAN));
  const isChanged = (letter: string, at: number) => forms.every((form) => form[at] !== letter);
  const found = HAN.filter((letter, at) => isChanged(letter, at) && GB_2312.has(letter) && !BIG5_COMMON.has(letter));
  expect([...SIMPLIFIED_ONLY].sort()).toEqual([...found].sort());
});

test('no letter is in both, none is there twice', () => {
  const all = [...SIMPLIFIED_ONLY, ...TRADITIONAL_ONLY];
  expect(new Set(all).size).toBe(all.length);
});
