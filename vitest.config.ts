import { defineConfig } from 'vitest/config';

const shared = { testTimeout: 30_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          // Of two cores vitest would leave one to itself. The others have services and a screen to themselves, and come after.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/flows/**', 'test/contracts/**', 'test/browser/**', 'test/faults/**'],
        },
      },
      {
        test: {
          ...shared,
          name: 'flows',
          sequence: { groupOrder: 1 },
          include: ['test/flows/**/*.test.ts', 'test/contracts/**/*.test.ts'],
          globalSetup: ['test/support/services.ts'],
          fileParallelism: false,
          // Each file has a database of its own; loading every module anew for each would take a minute.
          isolate: false,
        },
      },
      {
        test: {
          ...shared,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          name: 'browser',
          sequence: { groupOrder: 1 },
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/browser/support/build.ts'],
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'faults',
          sequence: { groupOrder: 1 },
          include: ['test/faults/**/*.fault.ts'],
          globalSetup: ['test/browser/support/build.ts'],
          fileParallelism: false,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/stages/**', 'src/policy/**'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
