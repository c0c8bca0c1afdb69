import { createDatabase, createPool } from '../db/client.ts';
import { ConfigError } from '../src/config.ts';
import { listDead, revive } from '../src/dead-letters/service.ts';
import { runProcess } from './process.ts';

const listLimit = 1_000;

// `node dist/workers/dead-letters.js` lists dead deliveries, one JSON object a line, newest first;
// `--redeliver` gives all of them ten more attempts, `--redeliver <id> …` the named ones. Handlers re-read by id,
// so a delivery that is no longer wanted does nothing.
await runProcess(async ({ config, log, onClose, end }) => {
  if (config.databaseUrl === null)
    throw new ConfigError('DATABASE_URL wants the database whose deliveries are meant.\n请设置 DATABASE_URL。');
  const pool = createPool(config.databaseUrl, (error) => log.warn({ err: error }, 'a connection was lost'));
  onClose({ name: 'connections', close: () => pool.end() });
  const db = createDatabase(pool);
  const [command, ...ids] = process.argv.slice(2);
  if (command === '--redeliver') {
    const revived = await revive(db, ids.length > 0 ? ids : null, new Date());
    process.stdout.write(`${JSON.stringify({ revived })}\n`);
  } else {
    for (const delivery of await listDead(db, listLimit)) process.stdout.write(`${JSON.stringify(delivery)}\n`);
  }
  end();
});
