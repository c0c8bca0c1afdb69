import './node-version.ts';
import { startOwnDatabase } from '../src/own-database.ts';
import { runProcess } from './process.ts';

// What `npm start` runs: the API, and unless WORKERS=off the workers beside it.
await runProcess(async ({ config, log, onClose, fail }) => {
  const database = startOwnDatabase(config, log);
  // Who awaits it, below, hears of it.
  database.catch(() => undefined);
  // Read while the database starts.
  const { createDeps } = await import('../src/deps.ts');
  const reading = Promise.all([import('../src/server.ts'), import('./parts.ts'), import('./start-workers.ts')]);
  const deps = await createDeps(config, { log, database });
  onClose({ name: 'connections', close: deps.close });
  const [{ startServer }, { workerParts }, { startWorkers }] = await reading;
  const parts = config.workers === 'in-process' ? workerParts(deps) : null;
  const starting = startServer(deps, parts ?? {});
  if (parts !== null) {
    // The threads that read the matching index would take half a small machine from the server's start.
    const workers = startWorkers(deps, parts, starting);
    onClose({ name: 'workers', close: workers.close });
    workers.ready.catch(fail);
  }
  const server = await starting;
  onClose({ name: 'server', close: () => server.close() });
});
