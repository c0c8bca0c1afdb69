import { join } from 'node:path';
import type pg from 'pg';
import type { Logger } from 'pino';
import { createDatabase, createPool, type Database } from '../db/client.ts';
import type { EmbeddedPostgres } from '../db/embedded/start.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { loadTechnicalTerms } from '../db/seed/dictionary.ts';
import { type Config, ConfigError } from './config.ts';
import type { Actor } from './core/actor.ts';
import { type Clock, systemClock } from './core/clock.ts';
import type { Ctx } from './core/ctx.ts';
import { describeError } from './core/error-report.ts';
import type { FileStore } from './core/file-store.ts';
import { newId } from './core/ids.ts';
import type { Mailer } from './core/mailer.ts';
import type { SearchEngines, Searcher } from './core/search-index.ts';
import type { Tracer } from './core/trace.ts';
import { Wake } from './core/wake.ts';
import { createDiskFileStore } from './files/local-disk.ts';
import { createS3FileStore } from './files/s3/adapter.ts';
import { createLog } from './log.ts';
import { createFileMailer } from './mail/files.ts';
import { createSmtpMailer } from './mail/smtp.ts';
import { analyse } from './matching/engine/analysis.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { startOwnDatabase } from './own-database.ts';
import { createSearchWithFallback } from './search/fallback.ts';
import { createMeilisearchSearch } from './search/meilisearch/adapter.ts';
import { synonymsOf } from './search/meilisearch/synonyms.ts';
import { createPostgresSearch } from './search/postgres.ts';
import { isIndexFilled, isIndexOurs } from './search/store/cursors.ts';

/** What a process is made of: the three choices of `docs/adr/0001` made once, from the configuration. */
export interface Deps {
  config: Config;
  log: Logger;
  databaseUrl: string;
  pool: pg.Pool;
  db: Database;
  clock: Clock;
  /** Asks the best of `searchEngines` that answers. */
  searchIndex: Searcher;
  /** Those that hold a copy of the documents, each to be kept in step by itself. */
  searchEngines: SearchEngines;
  fileStore: FileStore;
  mailer: Mailer;
  wake: Wake;
  metrics: Metrics;
  /** Null: no collector is configured, no trace is made. */
  tracer: Tracer | null;
  /** A ctx for work that no request asked for. */
  ctxFor(actor: Actor): Ctx;
  /** Ends connections, then the database if this process started it. */
  close(): Promise<void>;
}

export interface DepsOptions {
  log?: Logger;
  clock?: Clock;
  /** Of `startOwnDatabase`, where it was started already. */
  database?: Promise<EmbeddedPostgres | null>;
}

/**
 * Starts the embedded database where none is configured, migrates, and connects.
 * @throws EmbeddedPostgresError with what the operator must do
 */
export async function createDeps(config: Config, options: DepsOptions = {}): Promise<Deps> {
  const log = options.log ?? createLog(config);
  const clock = options.clock ?? systemClock;
  const embedded = await (options.database ?? startOwnDatabase(config, log));
  const databaseUrl = config.databaseUrl ?? embedded?.url ?? '';
  let fileStore: FileStore;
  try {
    // After the embedded database, which makes DATA_DIR as its own user needs it.
    fileStore = createFileStore(config);
    await migrateDatabase(databaseUrl);
  } catch (error) {
    await embedded?.stop();
    throw config.databaseUrl === null || error instanceof ConfigError ? error : nameDatabase(error, config.databaseUrl);
  }
  const tracer = config.tracesUrl === null ? null : (await import('./tracing.ts')).createTracer(config.tracesUrl, log);
  let closing = false;
  const pool = createPool(databaseUrl, (error) => {
    if (!closing) log.warn({ err: error }, 'an idle database connection was lost');
  });
  const db = createDatabase(pool);
  const wake = new Wake();
  const searchEngines = createSearchEngines(config, db, log);
  const { postgres, meilisearch } = searchEngines;
  const searchIndex =
    meilisearch === null
      ? postgres
      : createSearchWithFallback(meilisearch, postgres, {
          log,
          isFilled: () => isIndexFilled(db, meilisearch),
          isOurs: () => isIndexOurs(db, meilisearch),
        });
  const mailer = createMailer(config);
  const base = { db, clock, log, searchIndex, fileStore, wakeRelay: wake.wake };
  return {
    config,
    log,
    databaseUrl,
    pool,
    db,
    clock,
    searchIndex,
    searchEngines,
    fileStore,
    mailer,
    wake,
    metrics: createMetrics({ db, clock, searchEngines }),
    tracer,
    ctxFor: (actor) => ({ ...base, actor, requestId: newId() }),
    close: async () => {
      closing = true;
      mailer.close?.();
      fileStore.close?.();
      await tracer?.close();
      await pool.end();
      await embedded?.stop();
    },
  };
}

function createSearchEngines({ meilisearch }: Config, db: Database, log: Logger): SearchEngines {
  const synonyms = () => synonymsOf(loadTechnicalTerms());
  return {
    postgres: createPostgresSearch(db, analyse),
    meilisearch:
      meilisearch === null ? null : createMeilisearchSearch({ ...meilisearch, analyse, log, synonyms: synonyms() }),
  };
}

/** @throws ConfigError for a directory that cannot be written */
function createFileStore({ storage, dataDir }: Config): FileStore {
  try {
    return 'directory' in storage
      ? createDiskFileStore(storage.directory)
      : createS3FileStore(storage, join(dataDir, 'uploads'));
  } catch (error) {
    throw new ConfigError(
      `STORAGE_URL: the directory for files cannot be made: ${describeError(error)}; 无法创建文件目录，请检查 STORAGE_URL 和 DATA_DIR 的权限。`,
    );
  }
}

function createMailer({ smtp, mailFrom: from, dataDir, publicUrl }: Config): Mailer & { close?(): void } {
  const domain = new URL(publicUrl).hostname;
  return smtp === null ? createFileMailer(dataDir, domain, from) : createSmtpMailer(smtp, { domain, from });
}

/** A database that does not answer, or refuses, is told with its variable and address; never with its password. */
function nameDatabase(error: unknown, databaseUrl: string): Error {
  const { host, pathname } = new URL(databaseUrl);
  const what = `DATABASE_URL: ${host}${pathname} could not be brought up to date: ${describeError(error)}`;
  return new Error(`${what}; 无法使用 DATABASE_URL 指定的数据库，请检查地址、账号和权限。`);
}
