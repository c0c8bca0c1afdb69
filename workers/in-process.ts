import './node-version.ts';
import { createDeps } from '../src/deps.ts';
import { startServer } from '../src/server.ts';
import { workerParts } from './parts.ts';
import { runProcess } from './process.ts';
import { startWorkers } from './start-workers.ts';

// What `npm start` runs: the API, and unless WORKERS=off the workers beside it.
await runProcess(async ({ config, log, onClose, fail }) => {
  const deps = await createDeps(config, { log });
  onClose({ name: 'connections', close: deps.close });
  const parts = config.workers === 'in-process' ? workerParts(deps) : null;
  if (parts !== null) {
    await deps.searchIndex.ensureIndexes();
    const workers = startWorkers(deps, parts);
    onClose({ name: 'workers', close: workers.close });
    workers.ready.catch(fail);
  }
  const app = await startServer(deps, parts ?? {});
  onClose({ name: 'server', close: () => app.close() });
});
