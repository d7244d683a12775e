/** `polywarden terms` as an author uses it: a list in, a private bank out, and what both banks cover. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPrivateTerms } from '../../src/adapters/policy-folder.js';
import type { TermsIo } from '../../src/cli/terms/terms-io.js';
import { termsCommand } from '../../src/cli/terms.js';
import { compileBanks } from '../../src/stages/match/matcher.js';
import { parseTermBanks } from '../../src/stages/match/term-bank.js';
import { normaliseText } from '../../src/stages/normalise/text.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'terms-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function run(args: readonly string[], over: Partial<TermsIo> = {}) {
  let [out, err] = ['', ''];
  const streams = { stdin: Readable.from([]), stdout: new PassThrough(), stderr: new PassThrough() };
  const code = await termsCommand(args, streams, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    policiesDir: path.resolve('policies'),
    termsDir: null,
    ...over,
  });
  return { code, out: out + (streams.stdout.read() ?? ''), err };
}
const IMPORT = ['import', '--format', 'ldnoobw', '--lang', 'en'] as const;

describe('import', () => {
  const LIST = 'flibbertigibbet\nzz top secret\nFLIBBERTIGIBBET\nx\n{odd}\nreturns guaranteed\n';

  test('keeps what is new and long enough, and tells of every other line without spelling it', async () => {
    const input = path.join(dir, 'list.txt');
    const output = path.join(dir, 'private');
    await writeFile(input, LIST);
    const { code, out, err } = await run([...IMPORT, '--output', output, input]);
    expect(code).toBe(0);
    expect(out).toContain('2 entries kept, licence CC-BY-4.0, source LDNOOBW/');
    expect(out).toContain('1 said before in the list (lines 3)');
    expect(out).toContain('1 in the shipped banks already (lines 6)');
    expect(out).toContain('1 too short\n  line 4: has 1 letters; a word needs at least 2');
    expect(out).toContain('1 not read\n  line 5: braces have a meaning in banks');
    expect(out).not.toContain('flibber');
    expect(err).toContain(`Set TERMS_DIR=${output}`);
    expect(await readdir(output)).toEqual(['en-ldnoobw.yaml']);
    expect((await stat(path.join(output, 'en-ldnoobw.yaml'))).mode & 0o077).toBe(0);
  });

  test('a shorter list leaves no part of a longer one behind, and no bank of another name is touched', async () => {
    const input = path.join(dir, 'list.txt');
    const output = path.join(dir, 'private');
    await mkdir(output);
    for (const file of ['en-ldnoobw-2.yaml', 'en-ldnoobw-3.yaml', 'en-ldnoobw-own.yaml', 'de-ldnoobw-2.yaml']) {
      await writeFile(path.join(output, file), '');
    }
    await writeFile(input, LIST);
    await run([...IMPORT, '--output', output, input]);
    expect(await readdir(output)).toEqual(['de-ldnoobw-2.yaml', 'en-ldnoobw-own.yaml', 'en-ldnoobw.yaml']);
  });

  test('what it writes loads beside the shipped banks and finds its words under ids that spell nothing', async () => {
    const input = path.join(dir, 'list.txt');
    await writeFile(input, LIST);
    await run([...IMPORT, '--output', dir, '--category', 'harass.bully', '--severity', '2', input]);
    const [bank] = parseTermBanks(await readPrivateTerms(dir));
    expect(bank).toMatchObject({ language: 'en', licence: 'CC-BY-4.0', file: 'private/en-ldnoobw.yaml' });
    if (bank === undefined) throw new Error('no bank');
    const text = normaliseText('What a FLIBBERTIGIBBET!');
    const [finding] = compileBanks([bank]).scan({ part: 'body', text });
    expect(finding).toMatchObject({ category: 'harass.bully', severity: 2, source: 'term' });
    expect(finding?.detector).toMatch(/^en\.private\.[0-9a-f]{12}$/);
  });

  test('the same list gives the same ids again, and data with --json; a list may come by pipe', async () => {
    const stdin = (): Readable => Readable.from([Buffer.from('term,category\nquick riches,fraud.scam\n')]);
    const args = ['import', '--format', 'csv', '--lang', 'en', '--output', dir, '--json', '--name', 'own', '-'];
    const first = await run(args, { stdin: stdin() });
    expect(JSON.parse(first.out)).toMatchObject({
      files: ['en-own.yaml'],
      kept: 1,
      duplicates: [],
      licence: 'unknown; name it with --licence',
    });
    const before = await readFile(path.join(dir, 'en-own.yaml'), 'utf8');
    await run(args, { stdin: stdin() });
    expect(await readFile(path.join(dir, 'en-own.yaml'), 'utf8')).toBe(before);
  });

  test('a folder inside a repository is refused', async () => {
    await mkdir(path.join(dir, '.git'));
    const input = path.join(dir, 'list.txt');
    await writeFile(input, 'darn\n');
    const refused = run([...IMPORT, '--output', path.join(dir, 'a', 'b'), input]);
    await expect(refused).rejects.toThrow('belongs outside git');
    await expect(readdir(path.join(dir, 'a'))).rejects.toThrow();
  });

  test.each<[string, readonly string[], string]>([
    ['no list', [...IMPORT, '--output', 'x'], 'Name one list'],
    ['a format that is none', ['import', '--format', 'xml', '--lang', 'en', 'f'], '--format is one of'],
    ['a language that is none', ['import', '--format', 'csv', '--lang', 'english', 'f'], '--lang "english"'],
    ['no folder', [...IMPORT, 'f'], 'Name a folder with --output'],
    ['an unknown category', [...IMPORT, '--output', 'x', '--category', 'fraud.scan', 'f'], 'mean "fraud.scam"'],
    ['a severity beyond 4', [...IMPORT, '--output', 'x', '--severity', '5', 'f'], 'is not 0 to 4'],
    ['a boundary that is none', [...IMPORT, '--output', 'x', '--boundary', 'edge', 'f'], '--boundary is one of'],
    ['a name that is a path', [...IMPORT, '--output', 'x', '--name', '../up', 'f'], '--name is lower-case'],
    ['an unknown command', ['export'], 'There is no command terms export'],
  ])('%s', async (_, args, message) => {
    await expect(run(args)).rejects.toThrow(message);
  });

  test('a list that is not there, and one that holds nothing', async () => {
    await expect(run([...IMPORT, '--output', dir, path.join(dir, 'none')])).rejects.toMatchObject({
      code: 'file_unreadable',
    });
    const input = path.join(dir, 'empty.txt');
    await writeFile(input, '# nothing\n');
    const { code, err } = await run([...IMPORT, '--output', path.join(dir, 'out'), input]);
    expect(code).toBe(1);
    expect(err).toContain('Nothing to keep');
  });
});

describe('coverage', () => {
  test('counts the shipped banks, says what they are, and what their words find alone', async () => {
    const { code, out } = await run(['coverage']);
    expect(code).toBe(0);
    expect(out).toContain('mild on purpose');
    expect(out).toMatch(/shipped: words alone find \d+ of \d+ notes to act on/);
    expect(out).toContain('no private banks');
    const languages = out.split('\n').filter((line) => /^[a-z]{2,3}(-\w+)? +\d/.test(line));
    expect(languages.length).toBeGreaterThanOrEqual(15);
  });

  test('with private banks both are measured', async () => {
    const input = path.join(dir, 'list.txt');
    await writeFile(input, 'farmers market\n');
    const output = path.join(dir, 'own');
    await run([...IMPORT, '--output', output, input]);
    const { out } = await run(['coverage', '--json'], { termsDir: output });
    const figures = JSON.parse(out) as {
      all: { shipped: { entries: number }; private: { entries: number; bySource: Record<string, number> } };
      hits: { both: { benignHits: { entry: string; note: string }[] }; shipped: { benignHits: unknown[] } };
    };
    expect(figures.all.private.entries).toBe(1);
    expect(figures.all.shipped.entries).toBeGreaterThan(300);
    const more = figures.hits.both.benignHits.length - figures.hits.shipped.benignHits.length;
    expect(more).toBeGreaterThan(0);
    expect(figures.hits.both.benignHits.some(({ entry }) => entry.startsWith('en.private.'))).toBe(true);
  });
});
