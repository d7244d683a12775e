/** Translations, asked of the store in memory and of the real one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FullStore } from '../../src/ports/review.js';
import type { StoredTranslation } from '../../src/ports/translation.js';
import { BOTH_STORES } from '../support/both-stores.js';
import { acceptInput, decision, record, sourceOf, testIds } from '../support/store.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const ACTOR = { kind: 'system', id: 'test' } as const;
const OF = { to: 'en', model: 'local:tiny@1' } as const;

describe.each(BOTH_STORES)('translations %s', (_name, open) => {
  let store: FullStore;
  let source = '';
  beforeAll(async () => {
    store = await open();
    source = await sourceOf(store, 'translated');
  });
  afterAll(() => store.close());

  const accept = async (action: 'allow' | 'hold' = 'hold') => {
    const accepted = await store.notes.accept(acceptInput(source, { externalId: testIds.next('ext'), now: NOW }));
    if (!('noteId' in accepted)) throw new Error(accepted.kind);
    const claim = await store.work.claim(accepted.revisionId, 1_000, NOW);
    if (claim === null) throw new Error('nothing to claim');
    await store.work.complete(claim, record({ decisions: [decision({ action })] }), NOW);
    return accepted;
  };
  const row = (
    of: { readonly noteId: string; readonly revisionId: string },
    change: Partial<StoredTranslation> = {},
  ): StoredTranslation => ({
    sourceId: source,
    contentHash: testIds.next('hash'),
    from: 'es',
    to: 'en',
    model: OF.model,
    glossary: 'v1',
    noteId: of.noteId,
    revisionId: of.revisionId,
    segments: [{ span: { start: 0, end: 4 }, text: 'so so', confidence: 0.5, doubts: ['length'] }],
    ...change,
  });

  it('gives back what was stored, for exactly the same key, and keeps what came first', async () => {
    const stored = row(await accept());
    expect(await store.translations.save([stored], NOW)).toBe(true);
    expect(await store.translations.find([stored])).toEqual([stored]);
    for (const change of [
      { from: 'pt' },
      { to: 'fr' },
      { model: 'other' },
      { glossary: 'v2' },
      { contentHash: 'x' },
      { sourceId: 'someone else' },
    ]) {
      expect(await store.translations.find([{ ...stored, ...change }])).toEqual([]);
    }
    await store.translations.save([{ ...stored, segments: [] }], NOW);
    expect(await store.translations.find([stored])).toEqual([stored]);
    expect(await store.translations.find([])).toEqual([]);
  });

  it('goes with an erased note, and nothing is stored for one', async () => {
    const accepted = await accept();
    const stored = row(accepted);
    await store.translations.save([stored], NOW);
    await store.notes.erase(source, accepted.noteId, ACTOR, NOW);
    expect(await store.translations.find([stored])).toEqual([]);
    expect(await store.translations.save([row(accepted)], NOW)).toBe(false);
    const gone = row({ noteId: 'note_none', revisionId: 'rev_none' });
    expect(await store.translations.save([gone], NOW)).toBe(false);
  });

  it('names open cases until they are done or have failed three times', async () => {
    const [waiting, failing, calm] = [await accept(), await accept(), await accept('allow')];
    const ids = async () => (await store.translations.untranslated(OF, 1_000)).map(({ revisionId }) => revisionId);
    expect(await ids()).toEqual(expect.arrayContaining([waiting.revisionId, failing.revisionId]));
    expect(await ids()).not.toContain(calm.revisionId);
    const [first] = (await store.translations.untranslated(OF, 1_000)).filter((one) => one.noteId === waiting.noteId);
    expect(first).toMatchObject({ sourceId: source, regions: ['de', 'us'], note: { title: 'A quiet walk' } });
    await store.translations.recordTry({ ...waiting, ...OF, done: true }, NOW);
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await ids()).toContain(failing.revisionId);
      await store.translations.recordTry({ ...failing, ...OF, done: false }, NOW);
    }
    expect(await ids()).not.toContain(failing.revisionId);
    expect(await ids()).not.toContain(waiting.revisionId);
    const other = await store.translations.untranslated({ ...OF, model: 'another' }, 1_000);
    expect(other.map(({ revisionId }) => revisionId)).toContain(waiting.revisionId);
  });
});
