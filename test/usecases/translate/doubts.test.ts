import { expect, test } from 'vitest';
import { confidenceOf, doubtsOf } from '../../../src/usecases/translate/doubts.js';

const of = (original: string, translated: string, lost = 0) => doubtsOf({ original, translated, lost });

test('signs of a bad translation', () => {
  expect(of('今天天气很好，我们去公园吧', 'The weather is fine today, let us go to the park')).toEqual([]);
  expect(of('hola', 'hi')).toEqual([]);
  expect(of('Esto es una prueba larga', 'Esto es una prueba larga')).toEqual(['unchanged']);
  expect(of('Esto es una prueba larga', 'x')).toEqual(['length']);
  expect(of('Esto es una prueba larga', 'This is a long test', 1)).toEqual(['lost_piece']);
  expect(of('Esto es una prueba larga', 'go go go go go go go go go')).toEqual(['repeats']);
  expect(of('jajajajajajajajaja qué risa', 'hahahahahahahahaha how funny')).toEqual([]);
});

test('a doubt outweighs what the engine says of itself', () => {
  expect(confidenceOf(0.9, [])).toBe(0.9);
  expect(confidenceOf(null, [])).toBeNull();
  expect(confidenceOf(0.9, ['length'])).toBe(0.3);
  expect(confidenceOf(0.1, ['length'])).toBe(0.1);
  expect(confidenceOf(null, ['repeats'])).toBe(0.3);
});
