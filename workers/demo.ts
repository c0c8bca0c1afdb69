import './node-version.ts';
import { join } from 'node:path';
import type { AppParts } from '../src/app.ts';
import { type Config, ConfigError } from '../src/config.ts';
import { createDeps, type Deps } from '../src/deps.ts';
import { startServer } from '../src/server.ts';
import { sampleAdministrator } from './demo/cast.ts';
import { playDemo, requireSampleDatabase } from './demo/play.ts';
import { workerParts } from './parts.ts';
import { runProcess } from './process.ts';
import { startWorkers } from './start-workers.ts';

// What `npm run demo` runs: the same program as `npm start`, with sample data, and the main job played against it.
// `--once` ends it when that is told.
await runProcess(async ({ config: configured, log, onClose, fail, end }) => {
  // The screen belongs to the story; what fails is still said.
  if (log.level === 'info') log.level = 'error';
  const config = demoConfig(configured);
  const administrator = config.administrator ?? sampleAdministrator;
  const deps = await createDeps({ ...config, administrator }, { log });
  onClose({ name: 'connections', close: deps.close });
  await requireSampleDatabase(deps);
  const parts = config.workers === 'in-process' ? workerParts(deps) : null;
  if (parts !== null) {
    await deps.searchIndex.ensureIndexes();
    const workers = startWorkers(deps, parts);
    onClose({ name: 'workers', close: workers.close });
    workers.ready.catch(fail);
  }
  const baseUrl = await listen(deps, parts ?? {}, (close) => onClose({ name: 'server', close }));

  const abort = new AbortController();
  const played = playDemo({
    deps,
    administrator: { ...administrator, isOurs: config.administrator === null },
    baseUrl,
    signal: abort.signal,
  });
  // Closed first: what is loading or playing stops before its server and its database do.
  onClose({
    name: 'story',
    close: async () => {
      abort.abort();
      await played.catch(() => undefined);
    },
  });
  try {
    await played;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  }
  if (abort.signal.aborted) return;
  if (process.argv.includes('--once')) end();
  else process.stdout.write('Serving until Ctrl-C. 按 Ctrl-C 结束。\n');
});

/** Sample data never mixes with an office's own: it has a directory of its own, unless the database is named. */
function demoConfig(config: Config): Config {
  if (config.databaseUrl !== null) return config;
  if (config.workers === 'off') {
    throw new ConfigError(
      'WORKERS=off leaves the demo without matches: unset it, or set DATABASE_URL and run `npm run worker` beside.\n演示需要后台进程：请不要设置 WORKERS=off。',
    );
  }
  return { ...config, dataDir: join(config.dataDir, 'demo') };
}

/** @returns the address to call, with the port that was really taken */
async function listen(deps: Deps, parts: AppParts, onListening: (close: () => Promise<void>) => void): Promise<string> {
  const { host, port } = deps.config;
  const app = await startServer(deps, parts);
  onListening(() => app.close());
  const address = app.server.address();
  const name = isEveryAddress(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${typeof address === 'object' && address !== null ? address.port : port}`;
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
