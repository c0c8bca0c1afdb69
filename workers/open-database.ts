import { realpath } from 'node:fs/promises';
import { findRunningPostgres } from '../db/embedded/running.ts';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import type { Config } from '../src/config.ts';
import type { Process } from './process.ts';

/**
 * The database that the configuration means, for a command that may come while the program runs: the configured one, the
 * embedded one of a running program, or else the embedded one started for the command. Nothing is migrated.
 * @returns its URL, as the owner
 */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  { log, onClose }: Pick<Process, 'log' | 'onClose'>,
): Promise<string> {
  if (config.databaseUrl !== null) return config.databaseUrl;
  const running = await findRunningPostgres(await realpath(config.dataDir).catch(() => config.dataDir));
  if (running !== null) return running;
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log: (line) => log.debug(line) });
  onClose({ name: 'database', close: embedded.stop });
  return embedded.url;
}
