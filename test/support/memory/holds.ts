/** Nothing is held in memory: holds and seals are functions of PostgreSQL, and their suite runs there alone. */
import type { HoldsStore } from '../../../src/ports/store.js';

export const memoryHolds = (check: () => Promise<void>): HoldsStore => ({
  of: async () => {
    await check();
    return [];
  },
  order: async () => {
    await check();
    return null;
  },
  reported: async () => {
    await check();
    return null;
  },
  release: async () => {
    await check();
    return null;
  },
  readSealed: async () => {
    await check();
    return null;
  },
});
