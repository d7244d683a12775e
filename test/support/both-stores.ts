/** The store in memory and the real one, for suites that both must pass: the fake may not be kinder. */
import type { FullStore } from '../../src/ports/review.js';
import { openTestStore } from './store.js';
import { storeMemory } from './store-memory.js';

export const BOTH_STORES = [
  ['in memory', async (): Promise<FullStore> => storeMemory()],
  ['on PostgreSQL', () => openTestStore()],
] as const;
