import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { prepareBinaries } from './binaries.ts';
import { clusterExists, createCluster, ownerName, stagingPrefix } from './cluster.ts';
import { ownerPassword, prepareDataDir, removeLeftovers } from './data-dir.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { acquireLock, type Lock } from './lock.ts';
import { stopOrphan } from './orphan.ts';
import { checkReachable, findServerUser } from './os-user.ts';
import { type Server, ServerEndedEarly, type ServerOptions, startServer } from './server.ts';

export { EmbeddedPostgresError };

export interface EmbeddedPostgres {
  /** Of the cluster's superuser, for the database `duijie`; contains the password. */
  url: string;
  port: number;
  /** Fast shutdown: open connections are closed, transactions that have not committed are rolled back. May be called twice. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  dataDir: string;
  log?: (line: string) => void;
  /** Told what the operator must act on after the start; `log` when absent. */
  warn?: (line: string) => void;
  /** Server settings over the defaults, for tests: `{ fsync: 'off' }`. */
  settings?: Record<string, string>;
}

export const databaseName = 'duijie';
const orphanRaceMs = 10_000;

/**
 * Starts the PostgreSQL that comes with the program on the data in `dataDir/postgres`, creating it at the first start. Throws
 * EmbeddedPostgresError when the operator must act: the data directory is in use, closed to the server's OS user, not ours …
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const dataDir = await prepareDataDir(options.dataDir);
  const clusterDir = path.join(dataDir, 'postgres');
  const lock = await acquireLock(path.join(dataDir, 'duijie.lock'));

  // When the orphan cannot be stopped the lock stays: it tells the next start that the orphan is ours.
  const stopOrphanOfDeadOwner = () => stopOrphan(clusterDir, lock.takenOver, log);
  if (lock.takenOver) await stopOrphanOfDeadOwner();

  let server: Server | undefined;
  try {
    if (!lock.takenOver) await stopOrphanOfDeadOwner();
    const { serverOptions, password } = await prepareCluster(dataDir, clusterDir, options.settings ?? {}, log);
    server = await startPastOrphan(serverOptions, stopOrphanOfDeadOwner);
    const url = `postgres://${ownerName}:${password}@127.0.0.1:${server.port}/${databaseName}`;
    await ensureDatabase(url);
    return { url, port: server.port, stop: makeStop(server, lock, options.warn ?? log) };
  } catch (error) {
    await server?.stop();
    await lock.release();
    throw error;
  }
}

async function prepareCluster(
  dataDir: string,
  clusterDir: string,
  settings: Record<string, string>,
  log: (line: string) => void,
): Promise<{ serverOptions: ServerOptions; password: string }> {
  const binaries = await prepareBinaries();
  const exists = await clusterExists(clusterDir);
  const user = await findServerUser(clusterDir);
  await checkReachable(user, binaries, dataDir);
  await removeLeftovers(dataDir, stagingPrefix);
  const password = await ownerPassword(dataDir, exists);
  if (exists) {
    await chmod(clusterDir, 0o700); // a restored backup may be wider, and the server would refuse it
  } else {
    log(`creating the database in ${clusterDir}`);
    await createCluster({ binaries, clusterDir, user, password, sync: settings.fsync !== 'off' });
  }
  const logFile = path.join(dataDir, 'postgres.log');
  return { serverOptions: { binaries, clusterDir, logFile, user, settings }, password };
}

/**
 * An owner killed in the instant after it launched its server leaves one that has not yet written its pid file, so it was not
 * seen before; the two servers then meet here. Backends of a killed postmaster also need a moment to notice.
 */
async function startPastOrphan(options: ServerOptions, stopOrphanAgain: () => Promise<void>): Promise<Server> {
  const deadlineMs = Date.now() + orphanRaceMs;
  for (;;) {
    try {
      return await startServer(options);
    } catch (error) {
      if (!(error instanceof ServerEndedEarly)) throw error;
      const meetsOther = /lock file "postmaster\.pid" already exists|pre-existing shared memory block/.test(error.log);
      if (!meetsOther || Date.now() > deadlineMs) throw endedEarly(options, error);
      await stopOrphanAgain();
      await delay(100);
    }
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, ssl: false });
  try {
    await client.connect();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '3D000') throw error; // invalid_catalog_name
    const maintenance = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, '/postgres'), ssl: false });
    await maintenance.connect();
    try {
      await maintenance.query(`create database ${databaseName}`);
    } finally {
      await maintenance.end();
    }
    return;
  }
  await client.end();
}

function makeStop(server: Server, lock: Lock, warn: (line: string) => void): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  void server.ended.then(() => {
    if (stopping === undefined)
      warn(`PostgreSQL (pid ${server.pid}) has ended by itself; restart Duijie to start it again`);
  });
  return () => {
    stopping ??= server.stop().then(() => lock.release());
    return stopping;
  };
}

function endedEarly(options: ServerOptions, error: ServerEndedEarly): EmbeddedPostgresError {
  const lastLines = error.log.split('\n').slice(-4).join('\n');
  return new EmbeddedPostgresError(
    {
      en: `The embedded PostgreSQL did not start on ${options.clusterDir} (see ${options.logFile}): ${lastLines}\nRemove that cause, or set DATA_DIR to another directory, or set DATABASE_URL to a PostgreSQL server of your own.`,
      zh: `内置 PostgreSQL 未能在 ${options.clusterDir} 上启动(原因见上,详见 ${options.logFile})。请消除该原因,或将 DATA_DIR 设为其他目录,或将 DATABASE_URL 设为自有的 PostgreSQL 服务器。`,
    },
    { cause: error },
  );
}
