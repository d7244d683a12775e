import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyIo } from '../../src/cli/policy/policy-io.js';
import { runPolicy } from '../../src/cli/policy.js';
import { compileBundle } from '../../src/policy/bundle.js';
import { testInput } from '../../src/policy/test-evidence.js';
import type { ModerateNow } from '../../src/usecases/moderate.js';
import { global, NOTICE, rule } from '../policy/bench-files.js';
import { acceptInput, decision, noteOf, record } from '../support/store.js';
import { storeMemory } from '../support/store-memory.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const DAY_MS = 86_400_000;
const run = promisify(execFile);
let root: string;
let policies: string;
let fixtures: string;
const store = storeMemory();

/** What the harmful word of these notes stands for. */
const evidence = (harmful: boolean) =>
  testInput({ expect: 'match', scores: { 'hate.attack': harmful ? 0.7 : 0.1 } }, NOW).evidence;
const moderate: ModerateNow = async (note) => ({
  evidence: evidence(note.body.includes('harm')),
  evaluation: { pending: false, decisions: [], bundleHash: '' },
  texts: [],
  ms: 1,
});

const quiet = (): ReturnType<ModerateNow> => moderate({ ...noteOf(), body: '' }, {}, new AbortController().signal);

async function git(...args: readonly string[]): Promise<void> {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  await run('git', ['-C', root, ...who, ...args]);
}

async function keep(body: string, at: number): Promise<void> {
  const input = acceptInput('source-1', { externalId: `${body} ${at}`, note: noteOf({ body }), now: at });
  const accepted = await store.notes.accept(input);
  if (!('revisionId' in accepted)) throw new Error(accepted.kind);
  const claim = await store.work.claim(accepted.revisionId, 1_000, at);
  if (claim === null) throw new Error('nothing to claim');
  const harmful = body.includes('harm');
  const decisions = [decision({ regions: ['de', 'us'], action: harmful ? 'limit' : 'allow' })];
  await store.work.complete(claim, record({ evidence: evidence(harmful), decisions }), at);
}

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'policy-notes-'));
  policies = path.join(root, 'policies');
  fixtures = path.join(root, 'fixtures');
  await mkdir(path.join(policies, 'notices'), { recursive: true });
  await mkdir(fixtures);
  const author = { id: 'a1', region: 'de', createdAt: '2026-01-01T00:00:00Z' };
  const rest = { kind: 'note', title: '', author, regions: ['de'], reason: 'a test', tags: ['plain'] };
  const rows = ['a quiet day', 'some harm'].map((body, index) =>
    JSON.stringify({ externalId: `en-${index}`, body, expect: { de: 'allow' }, ...rest }),
  );
  await writeFile(path.join(fixtures, 'en.jsonl'), `${rows.join('\n')}\n`);
  await writeFile(path.join(policies, 'notices', 'en.yaml'), NOTICE);
  await writeFile(path.join(policies, 'global.yaml'), global(rule({ id: 'r1' })));
  await git('init', '-q');
  await git('add', '.');
  await git('commit', '-qm', 'rules');
  await writeFile(path.join(policies, 'global.yaml'), global(rule({ id: 'r1', mode: 'shadow' })));
  await keep('a quiet day', NOW - 2 * DAY_MS);
  await keep('some harm', NOW - 3 * DAY_MS);
  await keep('old harm', NOW - 40 * DAY_MS);
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function policy(...args: readonly string[]) {
  const said = { out: '', err: '' };
  const io: PolicyIo = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    moderate: () => Promise.reject(new Error('the pipeline of the folder is not asked')),
    // Words of the second side find nothing any more.
    moderateWith: async (files) => (files.has('terms/en.yaml') ? async () => quiet() : moderate),
    withStore: (use) => use(store),
    now: () => NOW,
    policiesDir: policies,
    fixturesDir: fixtures,
    today: '2026-06-01',
    isTerminal: true,
    untilStopped: () => AbortSignal.abort(),
  };
  return { code: await runPolicy(args, io), ...said };
}
const refused = async (...args: readonly string[]) =>
  policy(...args).then(
    () => 'done',
    (error: { code: string; message: string }) => `${error.code} ${error.message.split('\n')[0]}`,
  );

describe('policy diff', () => {
  test('between a revision and a folder, over the labelled notes', async () => {
    const { out, err } = await policy('diff', 'HEAD', policies);
    expect(out).toContain('1 of 2 notes change action, 1 of 2 answers');
    expect(out).toContain('limit -> allow: 1');
    expect(out).toContain('  en-1 global en limit -> allow -r1');
    expect(out).not.toContain('some harm');
    expect(err).toContain('2/2 labelled notes');
    expect((await policy('diff', 'HEAD', policies, '--text')).out).toContain('some harm');
  });
  test('over stored notes, as data', async () => {
    const { out } = await policy(
      'diff',
      'HEAD',
      policies,
      '--since',
      '30d',
      '--no-fixtures',
      '--json',
      '--samples',
      '1',
    );
    const result = JSON.parse(out) as { samples: { id: string; text?: string }[] };
    expect(result).toMatchObject({
      before: { name: 'HEAD' },
      termsDiffer: false,
      notes: 2,
      notesChanged: 1,
      byRegion: { de: { answers: 2, changed: 1 }, us: { answers: 2, changed: 1 } },
      samples: [{ before: 'limit', after: 'allow' }],
    });
    expect(result.samples).toHaveLength(1);
    expect(out).not.toContain('some harm');
  });
  test('judges the labelled notes with the words of each side, where those differ', async () => {
    const other = path.join(root, 'other');
    await mkdir(path.join(other, 'terms'), { recursive: true });
    await mkdir(path.join(other, 'notices'));
    await writeFile(path.join(other, 'global.yaml'), global(rule({ id: 'r1' })));
    await writeFile(path.join(other, 'notices', 'en.yaml'), NOTICE);
    await writeFile(path.join(other, 'terms', 'en.yaml'), 'language: en\n');
    const { out, err } = await policy('diff', 'HEAD', other);
    expect(out).toContain('1 of 2 notes change action');
    expect(err).not.toContain('The term banks differ too');
    expect((await policy('diff', 'HEAD', other, '--since', '30d')).err).toContain('The term banks differ too');
  });
  describe('from anywhere', () => {
    let elsewhere: string;
    const here = process.cwd();
    beforeAll(async () => {
      elsewhere = await mkdtemp(path.join(tmpdir(), 'policy-elsewhere-'));
      process.chdir(elsewhere);
    });
    afterAll(async () => {
      process.chdir(here);
      await rm(elsewhere, { recursive: true, force: true });
    });
    test('names are those of the project, where there are no such folders here', async () => {
      expect((await policy('diff', 'HEAD', 'policies')).out).toContain('1 of 2 notes change action');
      expect((await policy('diff', 'HEAD', root)).out).toContain('1 of 2 notes change action');
    });
    test('a folder that is called like a branch is no bundle', async () => {
      await git('branch', '-f', 'kept');
      await mkdir(path.join(elsewhere, 'kept'), { recursive: true });
      expect((await policy('diff', 'kept', policies)).out).toContain('1 of 2 notes change action');
    });
    test('git looks where the policies are, also when git started us', async () => {
      process.env['GIT_DIR'] = path.join(elsewhere, '.git');
      try {
        expect((await policy('diff', 'HEAD', policies)).out).toContain('1 of 2 notes change action');
      } finally {
        delete process.env['GIT_DIR'];
      }
    });
    test('policies that no repository keeps say so', async () => {
      const kept = policies;
      policies = path.join(elsewhere, 'loose');
      await mkdir(policies);
      const said = await refused('diff', 'HEAD', kept);
      policies = kept;
      expect(said).toContain('lies in no git repository (--policies DIR names another)');
    });
  });
  test('refuses what it does not understand', async () => {
    expect(await refused('diff', 'HEAD')).toBe('usage Two bundles: policy diff <rev|dir> <rev|dir>');
    expect(await refused('diff', 'HEAD', 'no-such-thing')).toBe(
      `not_found "no-such-thing" is no folder with a global.yaml, and no revision: the repository of ${policies} knows no such name`,
    );
    expect(await refused('diff', 'HEAD', '--', '--exec=x')).toContain('not_found');
    expect(await refused('diff', 'HEAD', 'HEAD', '--since', 'yesterday')).toContain('usage --since "yesterday"');
    expect(await refused('diff', 'HEAD', 'HEAD', '--samples', 'x')).toContain('usage --samples');
    expect(await refused('diff', 'HEAD', 'HEAD', '--no-fixtures')).toContain('usage Without the labelled notes');
    expect(await refused('diff', 'HEAD', fixtures)).toContain('is no folder with a global.yaml');
    const there = fixtures;
    fixtures = path.join(root, 'nowhere');
    expect(await refused('diff', 'HEAD', 'HEAD')).toContain('file_unreadable The labelled notes at');
    fixtures = there;
    expect((await policy('diff', '--help')).code).toBe(0);
  });
});

describe('policy explain of a stored note', () => {
  const noteId = (body: string): string => {
    const found = [...store.tables.notes.values()].find((note) => note.revisions.at(-1)?.note?.body === body);
    if (found === undefined) throw new Error(`no note says ${body}`);
    return found.noteId;
  };

  test('by the files as they are, from the evidence that was stored', async () => {
    const { out, code } = await policy('explain', noteId('some harm'));
    expect(code).toBe(0);
    // The file has turned the rule to shadow since.
    expect(out).toContain('de, us: allow (policy global)');
    expect(out).toMatch(/ s r1 \(hate\.attack 2, shadow\)/);
    const json = JSON.parse((await policy('explain', noteId('a quiet day'), '--json', '--region', 'de')).out);
    expect(json).toMatchObject({ evaluation: { decisions: [{ regions: ['de'], action: 'allow' }] } });
  });

  test('with the overrides that stand, and by the rules and overrides of its time', async () => {
    const bundle = compileBundle(
      new Map([
        ['global.yaml', global(rule({ id: 'r1' }))],
        ['notices/en.yaml', NOTICE],
      ]),
    );
    const diff = { files: [], rules: [], settings: [], terms: [], severity: 0 };
    await store.policy.propose(
      { hash: bundle.hash, content: bundle.content, author: 'ana', diff, needsApproval: false, replace: false },
      NOW,
    );
    const order = { rule: 'r1', region: '*', mode: 'enforce', why: 'a wave', until: null };
    await store.policy.setOverride(order, { kind: 'user', id: 'ana' }, NOW);
    const { version } = (await store.policy.inForce()) ?? { version: 0 };
    const harm = noteId('some harm');
    expect((await policy('explain', harm, '--overrides')).out).toContain('de, us: limit (policy global, hate.attack)');

    const off = { ...order, mode: 'disabled', why: 'wrong too often' };
    await store.policy.setOverride(off, { kind: 'user', id: 'ana' }, NOW);
    expect((await policy('explain', harm, '--overrides', '--all')).out).toMatch(/ o r1 /);
    // The decision names its version: the kill switch came later.
    const note = store.tables.notes.get(harm);
    const [made] = note?.decisions ?? [];
    if (note === undefined || made === undefined) throw new Error('no decision');
    note.decisions[0] = { ...made, bundleHash: bundle.hash, policyVersion: version };
    expect((await policy('explain', harm, '--as-decided')).out).toContain('de, us: limit');
    expect((await policy('backtest', '--since', '30d', '--overrides', '--against', 'HEAD')).out).toContain(
      '2 notes, 4 answers; 2 differ from HEAD',
    );
  });

  test('refuses what it does not understand', async () => {
    expect(await refused('explain', 'note_99999999')).toBe('not_found There is no note note_99999999');
    expect(await refused('explain', 'words', '--as-decided')).toContain('usage --as-decided needs the id of a note');
    expect(await refused('explain', noteId('a quiet day'), '--as-decided')).toContain('not_found The bundle of that');
  });
});

describe('policy backtest', () => {
  test('says plainly that nobody has reviewed anything', async () => {
    const { out, err, code } = await policy('backtest', '--since', '30d');
    expect(code).toBe(0);
    expect(out).toContain('2 notes, 4 answers; 2 differ from what was decided then');
    expect(out).toContain('No person has decided about any of them');
    expect(out).toMatch(/ note\S+ {2}some harm \d+ {2}de: limit -> allow\n/);
    expect(err).toMatch(/\d+ notes per second and core/);
  });
  test('against a revision, and with what people decided, as data', async () => {
    for (const note of store.tables.notes.values()) {
      const [first] = note.decisions;
      if (first?.action !== 'limit') continue;
      note.decisions.push({ ...first, decisionId: 'by-hand', action: 'remove', by: { kind: 'person', id: 'user-1' } });
    }
    const { out } = await policy('backtest', '--since', '2026-05-01', '--against', 'HEAD', '--json');
    expect(JSON.parse(out)).toMatchObject({
      notes: 2,
      all: { answers: 4, changed: 2, upheld: 2, overturned: 0, neverReviewed: 2, wronglyAllowed: 2 },
      byRegion: { de: { upheld: 1 } },
      firstChanged: [
        { externalId: expect.stringContaining('some harm') as unknown, region: 'de' },
        { region: 'us', before: 'limit', after: 'allow' },
      ],
    });
    expect((await policy('backtest', '--since', '48h', '--against', 'HEAD')).out).toContain('differ from HEAD');
    const text = (await policy('backtest', '--since', '30d')).out;
    expect(text).toContain('2 answers were reviewed (50 %): 2 upheld, 0 overturned; 2 never reviewed.');
  });
  test('refuses what it does not understand', async () => {
    expect(await refused('backtest')).toContain('usage Say from when');
    expect(await refused('backtest', '--since', '1w')).toContain('usage --since "1w"');
    expect(await refused('backtest', '--since', '1d', 'more')).toContain('usage Unexpected argument more');
    expect(await refused('backtest', '--since', '1d', '--against', 'nowhere')).toContain('not_found');
    expect((await policy('backtest', '--help')).code).toBe(0);
  });
});
