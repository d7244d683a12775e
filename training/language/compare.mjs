// Detectors alone, and each as a second voice beside the model, at the weight that suits it best (so in its favour).
//   npm run build && node training/language/compare.mjs eval.jsonl
import { readFileSync } from 'node:fs';
import { eld } from 'eld/large';
import { francAll } from 'franc';
import { detectAll } from 'tinyld/heavy';
import { loadLanguageModel } from '../../dist/src/adapters/language-ngrams.js';
import { readLanguages } from '../../dist/src/stages/language/index.js';

const LARGE = 'en zh hi es fr ar bn pt ru ur id de ja mr te tr ta ko vi it'.split(' ');
const ISO3 = Object.fromEntries(
  'eng en cmn zh hin hi spa es fra fr arb ar ben bn por pt rus ru urd ur ind id deu de jpn ja mar mr tel te tur tr tam ta kor ko vie vi ita it'
    .split(' ')
    .flatMap((code, index, all) => (index % 2 === 0 ? [[code, all[index + 1]]] : [])),
);
const model = loadLanguageModel('models/language/language.bin.gz');
const logistic = (score) => (25 * score) / (1 - Math.min(score, 0.999));

/** Each gives {language: score}; eld's Malay also speaks for Indonesian. */
const VOICES = {
  eld: (text) => {
    const scores = Object.entries(eld.detect(text).getScores()).map(([tag, score]) => [tag, logistic(score)]);
    const grams = Math.sqrt(Math.max(1, text.length / 3)) / 50;
    const found = Object.fromEntries(scores.map(([tag, score]) => [tag, score * grams]));
    return found.ms === undefined ? found : { id: found.ms, ...found };
  },
  tinyld: (text) =>
    Object.fromEntries(detectAll(text).map(({ lang, accuracy }) => [lang, Math.log1p(accuracy * 1000)])),
  franc: (text) =>
    Object.fromEntries(francAll(text, { minLength: 2 }).map(([code, score]) => [ISO3[code] ?? code, score])),
};
const WEIGHTS = [0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5];

const best = (scores) => Object.entries(scores).reduce((a, b) => (b[1] > a[1] ? b : a), ['und', -Infinity])[0];
const alone = {
  eld: (text) => eld.detect(text).language,
  tinyld: (text) => detectAll(text)[0]?.lang,
  franc: (text) => ISO3[francAll(text, { minLength: 2 })[0]?.[0]],
};
const primary = (tag) => tag.split('-')[0];
const own = (text) => {
  const { guesses } = readLanguages({ raw: text }, undefined, model);
  const logs = {};
  for (const { tag, confidence } of guesses) {
    const key = tag.endsWith('-Latn') ? tag : primary(tag);
    logs[key] = Math.log(Math.exp(logs[key] ?? -Infinity) + Math.max(confidence, 1e-6));
  }
  return logs;
};

const rows = readFileSync(process.argv[2], 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const large = rows.filter((row) => LARGE.includes(primary(row.lang)));
const kinds = ['word', 'pair', 'sentence'];
const accuracy = (kind, detect) => {
  const mine = large.filter((row) => row.kind === kind);
  return mine.filter((row) => primary(detect(row) ?? 'und') === primary(row.lang)).length / mine.length;
};

const figures = {};
for (const [name, detect] of Object.entries(alone)) {
  const began = process.cpuUsage();
  figures[`${name} alone`] = Object.fromEntries(kinds.map((kind) => [kind, accuracy(kind, (row) => detect(row.text))]));
  const used = process.cpuUsage(began);
  figures[`${name} alone`].microsPerText = (used.user + used.system) / large.length;
}
const ownLogs = new Map(large.map((row) => [row, own(row.text)]));
figures['model, without und'] = Object.fromEntries(
  kinds.map((kind) => [kind, accuracy(kind, (row) => best(ownLogs.get(row)))]),
);
for (const [name, voice] of Object.entries(VOICES)) {
  const heard = new Map(large.map((row) => [row, voice(row.text)]));
  const together = (weight) => (row) => {
    const logs = ownLogs.get(row);
    const second = heard.get(row);
    const tags = Object.keys(logs);
    return best(Object.fromEntries(tags.map((tag) => [tag, logs[tag] + weight * (second[tag] ?? 0)])));
  };
  figures[`model and ${name}`] = Object.fromEntries(
    kinds.map((kind) => [kind, Math.max(...WEIGHTS.map((weight) => accuracy(kind, together(weight))))]),
  );
}
console.table(
  Object.fromEntries(
    Object.entries(figures).map(([name, row]) => [
      name,
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, Number(value.toFixed(key === 'microsPerText' ? 0 : 3))]),
      ),
    ]),
  ),
);
