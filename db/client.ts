import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import * as schema from './schema/index.ts';

export type Database = NodePgDatabase<typeof schema>;

export type Tx = Parameters<Parameters<Database['transaction']>[0]>[0];

/** What a store function takes: a transaction, or the pool for a read outside one. */
export type Db = Database | Tx;

/** The role that serves requests: neither owner nor superuser, so row-level security binds it. Made by the migrations. */
export const applicationRole = 'duijie_app';

/** Pool size: with the queue's few listeners, a process stays below 25 connections. */
const maxConnections = 20;

/** The server ends a statement itself … */
const statementTimeoutMs = 20_000;
/** … unless it has stopped answering, as behind a cut network or a frozen disk; then the wait ends here. */
const answerTimeoutMs = 22_000;

/**
 * The one pool of a process, for queries and the job queue alike. Every connection acts as the application's role;
 * `bullmq` is on the search path for the queue's own tables, behind ours.
 */
export function createPool(
  databaseUrl: string,
  onError: (error: Error) => void,
  timeoutMs: number = answerTimeoutMs,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    query_timeout: timeoutMs,
    keepAlive: true,
    options: `-c role=${applicationRole} -c search_path=public,bullmq -c statement_timeout=${statementTimeoutMs} -c idle_in_transaction_session_timeout=60000 -c timezone=UTC`,
  });
  // An idle connection that dies must not end the process; the next query gets a new one or says UNAVAILABLE.
  pool.on('error', onError);
  // Nor must one that dies in somebody's hands: the pool listens to idle ones only. Its query fails by itself.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * Queries on the pool. Transactions take and give back their connection here: drizzle 0.45 keeps one for ever whose
 * BEGIN fails, so a restart of the database would use up the pool.
 */
export function createDatabase(pool: pg.Pool): Database {
  const db: Database = drizzle(pool, { schema });
  const onConnection = new WeakMap<pg.PoolClient, Database>();
  db.transaction = async (work, config) => {
    const client = await pool.connect();
    let isSilent = false;
    try {
      const own: Database = onConnection.get(client) ?? drizzle(client, { schema });
      onConnection.set(client, own);
      return await own.transaction(work, config);
    } catch (error) {
      isSilent = isAnswerTimeout(error);
      throw error;
    } finally {
      // One that still waits for an answer would make the next to take it wait, too.
      client.release(isSilent);
    }
  };
  return db;
}

/** Whether the driver gave up waiting for an answer; the query builder wraps its error as `cause`. */
function isAnswerTimeout(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at.message === 'Query read timeout') return true;
  }
  return false;
}
