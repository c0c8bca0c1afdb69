import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, createPool } from '../db/client.ts';
import { packageRoot } from '../db/package-root.ts';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/core/clock.ts';
import { newId } from '../src/core/ids.ts';
import { Wake } from '../src/core/wake.ts';
import type { Deps } from '../src/deps.ts';
import { createDiskFileStore } from '../src/files/local-disk.ts';
import { createLog } from '../src/log.ts';
import { createFileMailer } from '../src/mail/files.ts';
import { analyse } from '../src/matching/engine/analysis.ts';
import { createMetrics } from '../src/metrics.ts';
import { createPostgresSearch } from '../src/search/postgres.ts';

/**
 * Writes openapi.json from the routes, or with --check says whether the committed one has drifted.
 * The application is built on a pool that never connects: describing the routes asks nothing of a database.
 */
async function describeApi(): Promise<string> {
  const config = readConfig({ LOG_LEVEL: 'silent' });
  const log = createLog(config);
  const pool = createPool('postgres://nobody@localhost/none', () => {});
  const db = createDatabase(pool);
  const searchIndex = createPostgresSearch(db, analyse);
  const wake = new Wake();
  const directory = await mkdtemp(join(tmpdir(), 'duijie-openapi-'));
  const fileStore = createDiskFileStore(directory);
  const base = { db, clock: systemClock, log, searchIndex, fileStore, wakeRelay: wake.wake };
  const deps: Deps = {
    config,
    databaseUrl: '',
    pool,
    mailer: createFileMailer(config.dataDir),
    wake,
    metrics: createMetrics({ ...base, searchEngines: { postgres: searchIndex, meilisearch: null } }),
    tracer: null,
    ctxFor: (actor) => ({ ...base, actor, requestId: newId() }),
    close: async () => {
      await pool.end();
      await rm(directory, { recursive: true });
    },
    db,
    clock: systemClock,
    log,
    searchIndex,
    fileStore,
    searchEngines: { postgres: searchIndex, meilisearch: null },
  };
  const app = await buildApp(deps);
  await app.ready();
  const document = app.swagger();
  await app.close();
  await deps.close();
  return `${JSON.stringify(document, null, 1)}\n`;
}

const target = join(packageRoot(), 'openapi', 'openapi.json');
const described = await describeApi();
if (!process.argv.includes('--check')) {
  await writeFile(target, described);
} else if ((await readFile(target, 'utf8').catch(() => '')) !== described) {
  process.stderr.write('openapi/openapi.json has drifted from the routes; run: npm run openapi\n');
  process.exitCode = 1;
}
