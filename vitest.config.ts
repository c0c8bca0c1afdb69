import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // `unit` needs no service and runs in `npm run verify`; `matching` ranks the whole sample; `service` has a real
    // PostgreSQL, and Redis where it is installed.
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['tests/unit/**/*.test.ts'],
          // Pure functions have no state to keep apart: what they import is loaded once, not for every file.
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'matching',
          sequence: { groupOrder: 1 },
          include: ['tests/matching/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'service',
          sequence: { groupOrder: 2 },
          include: ['tests/{db,api,workers,search,contract,journeys}/**/*.test.ts'],
          globalSetup: ['tests/setup/global.ts'],
          // Each file has a database and an application of its own; loading the program anew for each costs 3 to 4 s of a
          // core besides. What a file changes in the process (a stubbed variable, a false clock) it puts back.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          // On a shared machine real processes meet in orders that a developer's does not show. What is asked again is
          // printed as retried; a developer gets no second chance.
          retry: process.env.CI ? 1 : 0,
        },
      },
    ],
  },
});
