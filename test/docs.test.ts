/** What the pages name exists: files, sections, commands, metrics. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '../src/adapters/metrics.js';
import { PAUSES_MS } from '../src/usecases/deliver.js';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'policies/README.md', 'training/README.md'];
const inDocs = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' });
pages.push(...inDocs.filter((name) => name.endsWith('.md')).map((name) => path.join('docs', name)));

/** As the repository's host names the sections of a page. */
const sectionsOf = (page: string): ReadonlySet<string> =>
  new Set(
    [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );

describe.each(pages)('%s', (page) => {
  const text = read(page);

  it('links to pages and sections that exist', () => {
    const targets = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = targets.filter((target) => {
      const [file = '', section] = target.split('#');
      const named = file === '' ? page : path.join(path.dirname(page), file);
      if (!existsSync(path.join(root, named))) return true;
      return section !== undefined && !sectionsOf(named).has(section);
    });
    expect(broken).toEqual([]);
  });

  it('names scripts and files that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const named = [...text.matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const files = [...text.matchAll(/`((?:src|test|docs|scripts|policies|prisma|prompts|bench)\/[\w./-]+)`/g)];
    expect(files.map(([, file = '']) => file).filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });
});

describe('README.md', () => {
  const rowOf = (title: string): readonly string[] => {
    const row =
      read('README.md')
        .split('\n')
        .find((line) => line.startsWith(`| ${title} |`)) ?? '';
    return [...row.matchAll(/`([a-z]{2}(?:-[A-Z][a-z]+)?)`/g)].map(([, code = '']) => code);
  };

  it.each([
    ['Term banks', 'terms'],
    ['Regions with a file of their own', 'regions'],
  ])('names every one: %s', (title, folder) => {
    const files = readdirSync(path.join(root, 'policies', folder)).map((name) => name.replace('.yaml', ''));
    expect([...rowOf(title)].toSorted()).toEqual(files.toSorted());
  });

  it('names the languages in which the text model is believed', () => {
    const { languages } = JSON.parse(read('models/polywarden-text/competence.json')) as {
      readonly languages: Readonly<Record<string, { readonly toxicity?: string }>>;
    };
    const known = Object.keys(languages).filter((tag) =>
      ['validated', 'weak'].includes(languages[tag]?.toxicity ?? ''),
    );
    const byName = [...rowOf('Text model')].toSorted();
    expect(byName).toEqual(known.toSorted());
  });
});

describe('docs/api.md', () => {
  it('names the languages in which the text model assesses a category of moderations', () => {
    const { languages } = JSON.parse(read('models/polywarden-text/competence.json')) as {
      readonly languages: Readonly<Record<string, Readonly<Record<string, string>>>>;
    };
    const measured = (head: string) => Object.keys(languages).filter((tag) => languages[tag]?.[head] !== 'none');
    const listed = (category: string) =>
      new RegExp(`\`${category}\` in ((?:\`[\\w-]+\` ?)+)`).exec(read('docs/api.md'))?.[1]?.match(/[\w-]+/g);
    expect(listed('hate')).toEqual(measured('hate.attack').toSorted());
    expect(listed('harassment')).toEqual(measured('harass.bully').toSorted());
    for (const head of ['violence.threat', 'selfharm.risk', 'sexual.explicit']) expect(measured(head)).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  const page = read('docs/operations.md');

  it('lists every metric with its kind and labels, and asks alerts of no other', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (counter|histogram|gauge) \| (.*?) ?\|/gm)];
    const listed = rows.map(([, name, kind, labels = '']) => [name, kind, labels.replaceAll('`', '')]);
    const known = Object.entries(METRICS).map(([name, { type, labels }]) => [name, type, labels.join(', ')]);
    expect(listed).toEqual(known);
    const asked = [...page.matchAll(/polywarden_(\w+)/g)].map(([, name = '']) => name);
    expect(asked.filter((name) => !(name in METRICS))).toEqual([]);
  });

  it('says the pauses between webhook attempts', () => {
    const say = (ms: number): string =>
      ms < 60_000 ? `${ms / 1_000} s` : ms < 3_600_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`;
    const words = PAUSES_MS.map(say);
    expect(page).toContain(`${words.slice(0, -1).join(', ')} and ${words.at(-1)}`);
  });
});

describe('the image', () => {
  it('leaves out what git leaves out, data and secrets first', () => {
    const bare = (name: string): string => name.replaceAll(/^\/|\/$|^\*\*\//g, '');
    const linesOf = (file: string) =>
      read(file)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
    const ignored = linesOf('.dockerignore').map(bare);
    expect(
      linesOf('.gitignore')
        .map(bare)
        .filter((name) => !ignored.includes(name)),
    ).toEqual([]);
  });

  it('keeps the originals of pictures on a volume', () => {
    const { services, volumes } = parse(read('compose.yaml')) as {
      readonly services: Readonly<Record<string, { readonly volumes: readonly string[] }>>;
      readonly volumes: Readonly<Record<string, unknown>>;
    };
    const [name = '', folder] = services['polywarden']?.volumes[0]?.split(':') ?? [];
    expect(folder).toBe('/app/.data');
    expect(volumes).toHaveProperty(name);
  });
});
