import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { seedCommand } from '../../src/cli/seed.js';
import type { WithStore } from '../../src/cli/store.js';
import { storeMemory } from '../support/store-memory.js';

function bench() {
  const store = storeMemory();
  let counter = 0;
  const ids = { next: (prefix: string) => `${prefix}_${++counter}`, secret: () => 'x' };
  const withStore: WithStore = (use) => use({ store, ids, clock: { now: () => Date.parse('2026-11-20T12:00:00Z') } });
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
  return { store, withStore, io: { stdin: Readable.from([]), stdout: sink, stderr: sink } };
}

describe('seed', () => {
  it('stores so many notes, each its own', async () => {
    const { store, withStore, io } = bench();
    const key = { sourceName: 'default', label: '', scopes: [], secretHash: 'x', expiresAt: null };
    const { sourceId } = await store.access.createKey(key, 0);
    expect(await seedCommand(['--cases', '60'], io, withStore)).toBe(0);
    const { items } = await store.notes.list(sourceId, {}, null, 200);
    expect(items).toHaveLength(60);
    const texts = await Promise.all(
      items.map(async ({ noteId }) => (await store.notes.get(null, noteId))?.revisions[0]?.note?.body),
    );
    expect(new Set(texts).size).toBe(60);
  });
  it.each([[[]], [['--cases', '0']], [['--cases', 'many']], [['--cases', '20001']], [['--cases', '1', 'more']]])(
    'refuses %o',
    async (args) => {
      const { withStore, io } = bench();
      await expect(seedCommand(args, io, withStore)).rejects.toMatchObject({ code: 'usage' });
    },
  );
  it('asks for a source that exists', async () => {
    const { withStore, io } = bench();
    await expect(seedCommand(['--cases', '1'], io, withStore)).rejects.toMatchObject({ code: 'not_found' });
  });
});
