import type pg from 'pg';
import type { Database } from '../db/client.ts';
import type { Config } from '../src/config.ts';
import type { Clock } from '../src/core/clock.ts';
import type { Ctx, Log } from '../src/core/ctx.ts';
import type { DeliveryMeter } from '../src/core/delivery-meter.ts';
import type { FileStore } from '../src/core/file-store.ts';
import { newId } from '../src/core/ids.ts';
import type { Mailer } from '../src/core/mailer.ts';
import type { SearchEngines, Searcher } from '../src/core/search-index.ts';
import type { Span, Tracer } from '../src/core/trace.ts';
import type { Wake } from '../src/core/wake.ts';

/** What the workers take from `createDeps`. */
export interface WorkerDeps {
  config: Pick<
    Config,
    'redisUrl' | 'publicUrl' | 'suggestionsPerDay' | 'matchingThreads' | 'dataDir' | 'webhookAllowPrivate'
  >;
  pool: pg.Pool;
  db: Database;
  clock: Clock;
  log: Log;
  searchIndex: Searcher;
  searchEngines: SearchEngines;
  fileStore: FileStore;
  mailer: Mailer;
  wake: Wake;
  metrics: DeliveryMeter;
  /** Null where no traces are made. */
  tracer: Tracer | null;
}

/** The ctx of a job: the system acts, under the job's name. */
export function systemCtx(deps: WorkerDeps, name: string, deliveryId?: string, span?: Span): Ctx {
  return {
    actor: { kind: 'system', name },
    db: deps.db,
    clock: deps.clock,
    log: deps.log,
    requestId: deliveryId ?? newId(),
    searchIndex: deps.searchIndex,
    fileStore: deps.fileStore,
    wakeRelay: deps.wake.wake,
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(span === undefined ? {} : { span }),
  };
}
