import type { Logger } from 'pino';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../db/embedded/start.ts';
import type { Config } from './config.ts';

/**
 * The PostgreSQL that comes with the program; null where DATABASE_URL names another.
 * @throws EmbeddedPostgresError when the operator must act
 */
export async function startOwnDatabase(
  { databaseUrl, dataDir }: Config,
  log: Logger,
): Promise<EmbeddedPostgres | null> {
  if (databaseUrl !== null) return null;
  return await startEmbeddedPostgres({
    dataDir,
    log: (line) => log.debug(line),
    warn: (line) => log.error(line),
  });
}
