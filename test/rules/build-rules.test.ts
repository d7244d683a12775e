/** Private banks load beside the shipped ones, and the version of the stage names them: no bundle holds them. */
import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openLog } from '../../src/adapters/log-pino.js';
import { composeOffline } from '../../src/compose.js';
import { readConfig } from '../../src/config.js';
import { noteOfTest } from '../../src/policy/rule-tests.js';
import { compileBanks } from '../../src/stages/match/matcher.js';

vi.mock('../../src/stages/match/matcher.js', { spy: true });

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'banks-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const BANK = `language: en
terms:
  - { id: en.private.0a1b2c, patterns: [flibbertigibbet], category: harass.bully, severity: 2, source: test }
`;

async function matched(env: Readonly<Record<string, string>>) {
  const offline = await composeOffline(readConfig(env), { model: false, log: openLog('silent', 'test') });
  try {
    const note = noteOfTest({ text: 'What a flibbertigibbet.', expect: 'match' }, 'us', Date.now());
    const { evidence } = await offline.moderate(note, { regions: ['us'] }, new AbortController().signal);
    if (evidence.match.status !== 'found') throw new Error('nothing was matched');
    const { value, version } = evidence.match;
    return { found: value.findings.map(({ detector }) => detector), version, hash: offline.rules.bundle().hash };
  } finally {
    await offline.close();
  }
}

it('finds the words of a private bank, and says in the evidence that there was one', async () => {
  await writeFile(path.join(dir, 'en-own.yaml'), BANK);
  const [without, withBank] = [await matched({}), await matched({ TERMS_DIR: dir })];
  expect(without.found).toEqual([]);
  expect(withBank.found).toEqual(['en.private.0a1b2c']);
  expect(withBank.version).toMatch(new RegExp(`^${without.version}\\+[0-9a-f]{12}$`));
  expect(withBank.hash).toBe(without.hash);
});

it('a bad private bank stops the start, as a shipped one does', async () => {
  await writeFile(path.join(dir, 'en-own.yaml'), BANK.replace('harass.bully', 'harass.buly'));
  await expect(matched({ TERMS_DIR: dir })).rejects.toThrow('did you mean "harass.bully"?');
});

it('a folder of private banks that is not there stops the start: its words would be missed in silence', async () => {
  await expect(matched({ TERMS_DIR: path.join(dir, 'elsewhere') })).rejects.toThrow('TERMS_DIR: there is no folder');
});

it('compiles the words anew when a word has changed, and not for an edited rule', async () => {
  const policies = path.join(dir, 'policies');
  await cp(path.resolve(import.meta.dirname, '../../policies'), policies, { recursive: true });
  const compiled = async (): Promise<number> => {
    vi.mocked(compileBanks).mockClear();
    await matched({ POLICIES_DIR: policies });
    return vi.mocked(compileBanks).mock.calls.length;
  };
  await compiled();
  await appendFile(path.join(policies, 'regions/de.yaml'), '\n# a remark\n');
  expect(await compiled()).toBe(0);
  await appendFile(path.join(policies, 'terms/de.yaml'), '\n# a remark\n');
  expect(await compiled()).toBe(1);
});
