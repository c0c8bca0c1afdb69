import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Two projects: `unit` needs no service and runs in `npm run verify`; `service` has a real PostgreSQL (and Redis).
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts', 'tests/matching/**/*.test.ts'] } },
      {
        test: {
          name: 'service',
          include: ['tests/{db,api,workers,search,contract,journeys}/**/*.test.ts'],
          globalSetup: ['tests/setup/global.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
