import './node-version.ts';
import { ConfigError } from '../src/config.ts';
import { createDeps } from '../src/deps.ts';
import { workerParts } from './parts.ts';
import { runProcess } from './process.ts';
import { serveMetrics } from './serve-metrics.ts';
import { startWorkers } from './start-workers.ts';

// Workers alone: any number of these beside API processes with WORKERS=off, on one database.
await runProcess(async ({ config, log, onClose, fail }) => {
  if (config.databaseUrl === null) {
    throw new ConfigError(
      'DATABASE_URL wants postgres://user:password@host:port/database: workers alone share a database with the API; the embedded one belongs to the process that started it.\n单独运行 worker 时必须设置 DATABASE_URL。',
    );
  }
  const deps = await createDeps(config, { log });
  onClose({ name: 'connections', close: deps.close });
  if (config.workerMetrics !== null) {
    const server = await serveMetrics(deps.metrics, config.workerMetrics);
    onClose({ name: 'metrics', close: server.close });
    log.info({ port: server.port }, 'telling metrics');
  }
  await deps.searchIndex.ensureIndexes();
  const workers = startWorkers(deps, workerParts(deps));
  onClose({ name: 'workers', close: workers.close });
  workers.ready.then(() => log.info({}, 'working'), fail);
});
