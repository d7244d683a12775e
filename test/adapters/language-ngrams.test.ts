import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { loadLanguageModel } from '../../src/adapters/language-ngrams.js';
import { UnavailableError } from '../../src/errors.js';

const SHIPPED = 'models/language/language.bin.gz';
const folder = mkdtempSync(join(tmpdir(), 'language-'));
afterAll(() => rmSync(folder, { recursive: true }));

const codeOfLoading = (file: string): string => {
  try {
    loadLanguageModel(file);
    return 'loaded';
  } catch (error) {
    return error instanceof UnavailableError ? error.code : String(error);
  }
};
const written = (name: string, bytes: Buffer): string => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
};

test('the shipped model reads and ranks', () => {
  const guesses = loadLanguageModel(SHIPPED).guess('das wetter ist heute schön');
  expect(guesses[0]?.tag).toBe('de');
  expect(guesses.reduce((sum, guess) => sum + guess.confidence, 0)).toBeLessThanOrEqual(1.0001);
});

test('scripts without a table give no guess', () => {
  const model = loadLanguageModel(SHIPPED);
  expect(model.guess('안녕하세요')).toEqual([]);
  expect(model.guess('')).toEqual([]);
});

test("a long text in a language beyond the model is franc's to name", () => {
  const malagasy =
    'Teraka afaka sy mitovy zo sy fahamendrehana ny olombelona rehetra. Samy manan-tsaina sy fieritreretana ka tokony hifampitondra.';
  expect(loadLanguageModel(SHIPPED).guess(malagasy)[0]?.tag).toBe('mg');
});

test('a word gives the same guesses whether it was met before or not', () => {
  const [first, second] = [loadLanguageModel(SHIPPED), loadLanguageModel(SHIPPED)];
  first.guess('garten');
  expect(first.guess('garten haus')).toEqual(second.guess('garten haus'));
});

test('a missing, cut or foreign file says model_missing', () => {
  const whole = gunzipSync(readFileSync(SHIPPED));
  expect(codeOfLoading(join(folder, 'none.gz'))).toBe('model_missing');
  expect(codeOfLoading(written('cut.gz', gzipSync(whole.subarray(0, whole.length - 5))))).toBe('model_missing');
  expect(codeOfLoading(written('foreign.gz', gzipSync(Buffer.from('no model at all'))))).toBe('model_missing');
  expect(codeOfLoading(written('plain.gz', Buffer.from('no gzip')))).toBe('model_missing');
});
