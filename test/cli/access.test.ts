import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { eraseCommand } from '../../src/cli/erase.js';
import { explainCommand } from '../../src/cli/explain.js';
import { keyCommand } from '../../src/cli/key.js';
import type { WithStore } from '../../src/cli/store.js';
import { userCommand } from '../../src/cli/user.js';
import { readConfig } from '../../src/config.js';
import { DAY_MS } from '../../src/domain.js';
import { parseKey } from '../../src/usecases/keys.js';
import { storeMemory } from '../support/store-memory.js';

function bench() {
  const store = storeMemory();
  let counter = 0;
  const ids = {
    next: (prefix: string) => `${prefix}_${++counter}`,
    secret: (bytes: number) => Buffer.alloc(bytes, ++counter).toString('base64url'),
  };
  const withStore: WithStore = (use) => use({ store, ids, clock: { now: () => 1_000_000 } });
  let stdout = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      stdout += String(chunk);
      done();
    },
  });
  const io = { stdin: Readable.from([]), stdout: sink, stderr: sink };
  const hasher = {
    hash: async (word: string) => `#${word}`,
    verify: async (hash: string, word: string) => hash === `#${word}`,
  };
  return { store, withStore, io, hasher, said: () => stdout };
}

it('only making a person or a key may begin a system, since both come before the first start', async () => {
  const { withStore, io, hasher } = bench();
  const folders: unknown[] = [];
  const noted: WithStore = (use, folder) => {
    folders.push(folder);
    return withStore(use);
  };
  await userCommand(['create', '--login', 'ada'], io, noted, hasher);
  await keyCommand(['create'], io, noted);
  for (const command of [['password', '--login', 'ada'], ['list']]) await userCommand(command, io, noted, hasher);
  await keyCommand(['list'], io, noted);
  await expect(eraseCommand(['--note', 'note_none'], io, noted)).rejects.toMatchObject({ code: 'not_found' });
  expect(folders.slice(0, 2)).toEqual(['may be new', 'may be new']);
  expect(new Set(folders.slice(2).map((folder) => folder ?? 'is there'))).toEqual(new Set(['is there']));
});

describe('user', () => {
  it('gives rights, checked as the dashboard checks them', async () => {
    const { store, withStore, io, hasher } = bench();
    const create = (...options: readonly string[]) =>
      userCommand(['create', '--login', 'ada', ...options], io, withStore, hasher);
    await expect(create('--regions', 'UK')).rejects.toThrow('did you mean "gb" (United Kingdom)?');
    await expect(create('--languages', 'de,German')).rejects.toMatchObject({ code: 'language_unknown' });
    await expect(create('--categories', 'hate.atack')).rejects.toThrow('did you mean "hate.attack"?');
    await expect(create('--desks', 'legl')).rejects.toThrow('did you mean "legal"?');
    await expect(create('--desks', ' ')).rejects.toThrow('--desks names nothing');
    await expect(userCommand(['list', '--regions', 'de'], io, withStore, hasher)).rejects.toThrow('with user create');
    const lists = ['--languages', 'de, hi-Latn', '--regions', 'DE,eu', '--categories', 'hate.attack'];
    expect(await create(...lists, '--desks', 'general,legal')).toBe(0);
    expect((await store.people.people())[0]?.rights).toEqual({
      languages: ['de', 'hi-Latn'],
      regions: ['de', 'eu'],
      categories: ['hate.attack'],
      desks: ['general', 'legal'],
    });
  });
  it('creates a person with a made password, and sets another', async () => {
    const { store, withStore, io, hasher, said } = bench();
    expect(await userCommand(['create', '--login', 'ada', '--role', 'admin'], io, withStore, hasher)).toBe(0);
    const password = /password (\S+)/u.exec(said())?.[1] ?? '';
    const made = await store.access.findUser('ada');
    expect(made).toMatchObject({ role: 'admin', passwordHash: `#${password}` });
    await userCommand(['password', '--login', 'ada', '--password', 'another long word'], io, withStore, hasher);
    expect((await store.access.findUser('ada'))?.passwordHash).toBe('#another long word');
    expect(said()).not.toContain('another long word');
  });
  it('reads a password from standard input, where no list of processes shows it', async () => {
    const { store, withStore, io, hasher, said } = bench();
    const from = (text: string) => ({ ...io, stdin: Readable.from([text]) });
    const create = (text: string, ...more: string[]) =>
      userCommand(['create', '--login', 'ada', '--password-stdin', ...more], from(text), withStore, hasher);
    for (const text of ['', 'short\n', 'a long first line\nanother\n']) {
      await expect(create(text)).rejects.toMatchObject({ code: 'usage' });
    }
    await expect(create('a long password', '--password', 'a long password')).rejects.toMatchObject({ code: 'usage' });
    await create(' a long password\n');
    expect((await store.access.findUser('ada'))?.passwordHash).toBe('# a long password');
    expect(said()).toBe('login ada\n');
  });
  it('lists people and their rights, as rows and as data, without their passwords', async () => {
    const { store, withStore, io, hasher, said } = bench();
    const run = (...words: string[]) => userCommand(words, io, withStore, hasher);
    await run('create', '--login', 'ada', '--role', 'admin', '--password', 'a long password');
    await run(
      'create',
      '--login',
      'bo',
      '--languages',
      'de,hi-Latn',
      '--desks',
      'general,legal',
      '--password',
      'another long one',
    );
    const [ada, bo] = (await store.people.people()).map(({ userId }) => userId);
    expect(await run('list')).toBe(0);
    const rows = `${ada}\tada\tadmin\tactive\tdesks=general,senior,legal,child_safety\n${bo}\tbo\treviewer\tactive\tlanguages=de,hi-Latn desks=general,legal\n`;
    expect(said()).toBe(`login ada\nlogin bo\n${rows}`);
    await run('list', '--json');
    const data = JSON.parse(said().split('legal\n')[1] ?? '') as readonly object[];
    expect(data).toEqual(await store.people.people());
    expect(data).toMatchObject([
      { login: 'ada' },
      { login: 'bo', rights: { languages: ['de', 'hi-Latn'], regions: null } },
    ]);
  });
  it('refuses a second person of that name and an unknown one', async () => {
    const { withStore, io, hasher } = bench();
    await userCommand(['create', '--login', 'ada'], io, withStore, hasher);
    await expect(userCommand(['create', '--login', 'ada'], io, withStore, hasher)).rejects.toMatchObject({
      code: 'name_taken',
    });
    await expect(userCommand(['password', '--login', 'eve'], io, withStore, hasher)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('key', () => {
  it('creates, lists and revokes', async () => {
    const { store, withStore, io, said } = bench();
    await keyCommand(['create', '--source', 'shop', '--scopes', 'notes:read', '--days', '2'], io, withStore);
    const text = /key {4}(\S+)/u.exec(said())?.[1] ?? '';
    const keyId = parseKey(text)?.keyId ?? '';
    expect(await store.access.findKey(keyId)).toMatchObject({
      sourceName: 'shop',
      scopes: ['notes:read'],
      revokedAt: null,
    });
    await keyCommand(['list'], io, withStore);
    expect(said()).toContain(`${keyId}\tshop`);
    await keyCommand(['revoke', keyId], io, withStore);
    expect((await store.access.findKey(keyId))?.revokedAt).not.toBeNull();
    await expect(keyCommand(['revoke', 'key_x'], io, withStore)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tells keys that count from those that no longer do, also as data', async () => {
    const { store, withStore, io, said } = bench();
    for (const days of ['1', '2']) await keyCommand(['create', '--days', days], io, withStore);
    const [first, second] = (await store.access.listKeys()).map(({ keyId }) => keyId);
    const later: WithStore = (use) =>
      withStore((ports) => use({ ...ports, clock: { now: () => ports.clock.now() + 1.5 * DAY_MS } }));
    const from = said().length;
    await keyCommand(['list'], io, later);
    expect(said().slice(from)).toMatch(
      new RegExp(`${first}\tdefault\texpired[^]*${second}\tdefault\tuntil 1970-01-03`),
    );
    const between = said().length;
    await keyCommand(['list', '--json'], io, later);
    expect(JSON.parse(said().slice(between))).toMatchObject([
      { keyId: first, state: 'expired', scopes: expect.arrayContaining(['notes:read']) },
      { keyId: second, state: 'valid', expiresAt: expect.stringMatching(/^1970-01-03/) },
    ]);
    expect(said().slice(between)).not.toContain('secret');
  });

  it.each(['0', '1.5', 'x', '1000000000'])('refuses --days %s', async (days) => {
    const { withStore, io } = bench();
    await expect(keyCommand(['create', '--days', days], io, withStore)).rejects.toMatchObject({ code: 'usage' });
  });
});

it('a key for scripts is printed alone', async () => {
  const { withStore, io, said } = bench();
  await keyCommand(['create', '--plain'], io, withStore);
  expect(parseKey(said().trimEnd())).not.toBeNull();
});

describe('explain', () => {
  it('takes a mistyped id for an id, not for a text to judge', async () => {
    const { withStore, io } = bench();
    const asked = explainCommand(['note_01m7yq2b1z'], io, readConfig({}), withStore);
    await expect(asked).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('erase', () => {
  it('erases a note of any source and says when there is none', async () => {
    const { store, withStore, io, said } = bench();
    const note = { kind: 'note', title: '', body: 'x', regions: [], context: {}, images: [] } as const;
    const input = {
      sourceId: 's',
      externalId: 'e',
      note,
      contentHash: 'h',
      repaired: false,
      idempotency: null,
      now: 1,
    };
    const accepted = await store.notes.accept(input);
    const noteId = 'noteId' in accepted ? accepted.noteId : '';
    expect(await eraseCommand(['--note', noteId], io, withStore)).toBe(0);
    expect(said()).toContain(`erased ${noteId}`);
    await expect(eraseCommand(['--note', 'note_x'], io, withStore)).rejects.toMatchObject({ code: 'not_found' });
    const unknown = ['--author', 'a', '--source', 'nobody'];
    await expect(eraseCommand(unknown, io, withStore)).rejects.toMatchObject({ code: 'not_found' });
  });
});
