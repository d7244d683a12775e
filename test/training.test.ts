/** The model card and the training steps say what the shipped files are. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const card = read('models/polywarden-text/README.md');
const steps = readdirSync(path.join(root, 'training')).filter((name) => name.endsWith('.py'));

describe('the model card', () => {
  it('is about the calibration that ships', () => {
    const { version } = JSON.parse(read('models/polywarden-text/calibration.json')) as { readonly version: string };
    expect(card).toContain(`polywarden-text@${version}\``);
  });

  it('gives the checksums of the files', () => {
    const named = [...card.matchAll(/^- `(polywarden-[^`]+)`: SHA-256 `([0-9a-f]{64})`$/gm)];
    expect(named).toHaveLength(3);
    for (const [, file = '', sum] of named) {
      const bytes = readFileSync(path.join(root, 'models', file));
      expect(createHash('sha256').update(bytes).digest('hex'), file).toBe(sum);
    }
  });

  it('counts and names the validated pairs of the table', () => {
    const table = JSON.parse(read('models/polywarden-text/competence.json')) as {
      readonly validatedPairs: number;
      readonly languages: Readonly<Record<string, Readonly<Record<string, string>>>>;
    };
    const pairs = Object.entries(table.languages)
      .flatMap(([tag, heads]) => Object.entries(heads).map(([key, level]) => ({ name: `${tag} ${key}`, level })))
      .filter(({ level }) => level === 'validated')
      .map(({ name }) => name)
      .toSorted();
    expect(table.validatedPairs).toBe(pairs.length);
    expect(card).toContain(`${pairs.length} validated pairs: ${pairs.join(', ')}.`);
    const others = /would count as well: ([^\n]+)/.exec(card)?.[1]?.split(', ') ?? [];
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter((name) => pairs.includes(name))).toEqual([]);
  });

  it('holds no blank of its template, and every source with a commit, a licence and whom to thank', () => {
    expect(card).not.toMatch(/\{\{|\bNaN\b/);
    const rows = [...card.matchAll(/^\| (\w+) \| ([\w.-]+\/[\w.-]+ @ [0-9a-f]{12}) \| ([^|]+) \| ([^|]+) \|/gm)];
    expect(rows.length).toBeGreaterThan(60);
    const out = ['bengali_hate_bn', 'paradetox_en', 'ethos_en', 'toxicr_en', 'tgspam_zh', 'tgspam_hant_zh'];
    expect(rows.map(([, name]) => name).filter((name) => out.includes(name ?? ''))).toEqual([]);
    const left = /^Left out: (.+)\.$/m
      .exec(card)?.[1]
      ?.split(', ')
      .map((named) => named.split(' ')[0]);
    expect(left?.sort()).toEqual(out.sort());
  });

  it('tells the languages of its plot apart', () => {
    const plot = read('models/polywarden-text/precision-recall.svg');
    const styles = [...plot.matchAll(/style="[^"]*stroke-width: 0\.9[^"]*"/g)].map(([style]) => style);
    const table = card.slice(card.indexOf('### toxicity'), card.indexOf('### hate.attack'));
    const languages = table.match(/^\| (?!language)[a-z]{2}\S* \|/gm)?.length ?? 0;
    // Twice each: the curve and its place in the legend.
    expect(styles).toHaveLength(2 * languages);
    expect(new Set(styles).size).toBe(languages);
  });

  it('is of weights within the limit of 40 MB', () => {
    const files = ['polywarden-text/onnx/model_quantized.onnx', 'polywarden-ngrams/weights.bin'];
    const bytes = files.reduce((sum, file) => sum + statSync(path.join(root, 'models', file)).size, 0);
    expect(bytes).toBeLessThanOrEqual(40e6);
  });
});

describe('the training steps', () => {
  const commands = steps.filter((name) => /__name__ == "__main__"|options\(__doc__\)/.test(read(`training/${name}`)));

  // A step without options would take --help for its data folder and overwrite its results with nothing.
  it.each(commands.filter((name) => !name.startsWith('tiny_')))('%s reads its options', (name) => {
    expect(read(`training/${name}`)).toContain('options(__doc__)');
  });

  it('are all named in the guide', () => {
    const guide = read('training/README.md');
    const named = commands.filter((name) => !name.startsWith('tiny_') && !guide.includes(name));
    expect(named).toEqual([]);
  });

  it('read none of the sets that are for evaluation elsewhere', () => {
    const sets = /hate_?check|mhc\b|toxic_?chat|text_?detox|toxi_?ben|toxicn/i;
    expect(steps.filter((name) => sets.test(read(`training/${name}`)))).toEqual([]);
  });
});
