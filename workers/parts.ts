import type { MatchIndex } from '../src/matches/service.ts';
import { createOutgoing } from '../src/webhooks/service.ts';
import { createAuditSealer } from './readers/audit-sealer.ts';
import { createMatchIndex } from './readers/match-index.ts';
import { createSearchIndexReaders } from './readers/search-index.ts';
import { createRegistry } from './registry.ts';
import { scheduledJobsOf } from './schedules.ts';
import type { WorkerParts } from './start-workers.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** Everything that Duijie's workers do, with the index that they lend to an API in their process. */
export function workerParts(deps: WorkerDeps): WorkerParts & { matchIndex: MatchIndex } {
  const { index, reader } = createMatchIndex(deps);
  return {
    registry: createRegistry(index, createOutgoing({ allowPrivate: deps.config.webhookAllowPrivate })),
    scheduledJobs: scheduledJobsOf(deps),
    readers: [...createSearchIndexReaders(deps), reader, createAuditSealer(deps)],
    matchIndex: index,
  };
}
