import { createMatchIndex } from './readers/match-index.ts';
import { createSearchIndexReaders } from './readers/search-index.ts';
import { createRegistry } from './registry.ts';
import { scheduledJobsOf } from './schedules.ts';
import type { WorkerParts } from './start-workers.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** Everything that Duijie's workers do. */
export function workerParts(deps: WorkerDeps): WorkerParts {
  const { index, reader } = createMatchIndex(deps);
  return {
    registry: createRegistry(index),
    scheduledJobs: scheduledJobsOf(deps),
    readers: [...createSearchIndexReaders(deps), reader],
  };
}
