import { expect, test } from 'vitest';
import { viewsOf } from '../../../src/stages/classify/views-of.js';
import { textOf } from './fake-model.js';

test('a plain text is read once; a disguised one again in the view that undoes it', async () => {
  expect(viewsOf(textOf('A fine Day in Zürich'))).toEqual(['raw']);
  expect(viewsOf(textOf('r u d e'))).toEqual(['raw', 'squeezed']);
  expect(viewsOf(textOf('ru\u200bde'))).toEqual(['raw', 'folded']);
  expect(viewsOf(textOf('pаypаl'))).toEqual(['raw', 'skeleton']);
});

test('letters struck through, stretched, split by what nobody sees or vocalised are read again without it', () => {
  for (const raw of [
    's\u0336t\u0336r\u0336u\u0336c\u0336k\u0336',
    'sta\u20e3mped',
    'so\u00adft hyphen',
    'le\u200eft',
    'sel\ufe0fector',
    'جمـيـل',
    'وَأَجْمَلُ',
    'שָׁלוֹם',
  ])
    expect(viewsOf(textOf(raw)), raw).toEqual(['raw', 'folded']);
});

test('ordinary spelling is read once', () => {
  for (const raw of [
    'شكراً جزيلاً جدّاً',
    'أحمد'.normalize('NFD'),
    'می‌خواهم',
    'Việt Nam đẹp lắm',
    'ẹ̀ẹ́kẹ́',
    'Краси́вый',
    'I ❤️ it, 1️⃣ of 3',
    'שלום\u200e 12',
    'מַה שלומך',
    'ครับ เดี๋ยว',
    'हिन्दी में',
  ])
    expect(viewsOf(textOf(raw)), raw).toEqual(['raw']);
});
