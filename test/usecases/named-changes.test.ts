import { expect, it } from 'vitest';
import { namedChanges } from '../../src/usecases/policy/named-changes.js';
import { acceptInput } from '../support/store.js';
import { storeMemory } from '../support/store-memory.js';

it('names notes by the ids of the platform, and those that were erased since no longer', async () => {
  const { notes } = storeMemory();
  const ids: string[] = [];
  for (const externalId of ['stays', 'goes']) {
    const accepted = await notes.accept(acceptInput('source-1', { externalId }));
    if ('noteId' in accepted) ids.push(accepted.noteId);
  }
  const change = (noteId: string) => ({ noteId, region: 'de', before: 'allow', after: 'hold' }) as const;
  await notes.erase(null, ids[1] ?? '', { kind: 'system', id: 'test' }, 0);
  const firstChanged = [...ids, 'note_unknown'].map(change);
  expect(await namedChanges(notes, { firstChanged })).toEqual([{ ...change(ids[0] ?? ''), externalId: 'stays' }]);
  expect(await namedChanges(notes, {})).toEqual([]);
});
