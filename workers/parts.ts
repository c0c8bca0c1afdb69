import { createMatchIndex } from './readers/match-index.ts';
import { createSearchIndexReader } from './readers/search-index.ts';
import { createRegistry } from './registry.ts';
import { scheduledJobs } from './schedules.ts';
import type { WorkerParts } from './start-workers.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** Everything that Duijie's workers do. */
export function workerParts(deps: WorkerDeps): WorkerParts {
  const { index, reader } = createMatchIndex(deps);
  return { registry: createRegistry(index), scheduledJobs, readers: [createSearchIndexReader(deps), reader] };
}
