import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase, createPool } from '../../db/client.ts';
import { packageRoot } from '../../db/package-root.ts';
import { startMeilisearchDouble } from '../../tests/setup/meilisearch/server.ts';
import { openMarket } from './market.ts';
import { type OutageDoor, type OutageReport, type OutageWay, outageWays, runOutage } from './outage.ts';
import { addRecords } from './rows.ts';

export interface SearchOutages {
  /** Of a migrated, empty database. */
  databaseUrl: string;
  dataDir: string;
  /** That the engine is away in each way. */
  seconds: number;
  /** Of each kind. */
  documents: number;
  writesPerSecond: number;
  /** Told of each way when the engine is back, in step. */
  onReport(way: OutageWay, report: OutageReport): void;
}

const administrator = { email: 'admin@market.example', password: 'correct horse battery' };
const questions = [
  'q=枸杞',
  'q=枸杞&facets=region,trl',
  'industry=C&facets=technologyField',
  'q=乳制品&highlight=true',
];
const patienceMs = 120_000;
let asked = 0;

/** The program as `npm start` runs it before the stand-in of Meilisearch, which goes away in each of its four ways. */
export async function runSearchOutages(outages: SearchOutages): Promise<void> {
  const { databaseUrl, dataDir, seconds, documents, writesPerSecond, onReport } = outages;
  const double = await startMeilisearchDouble();
  const owner = new pg.Client({ connectionString: databaseUrl });
  let program: ChildProcess | undefined;
  try {
    const pool = createPool(databaseUrl, (error) => console.error(error.message));
    await addRecords(createDatabase(pool), documents, 60);
    await pool.end();
    await owner.connect();
    const port = await freePort();
    const started = startProgram(port, {
      dataDir,
      databaseUrl,
      meiliUrl: double.url,
      key: double.masterKey,
    });
    program = started;
    // Also when this is interrupted.
    process.once('exit', () => started.kill());
    const baseUrl = `http://127.0.0.1:${port}`;
    const market = await openMarket(baseUrl, administrator, 20);
    const door: OutageDoor = {
      write: market.changeOne,
      search: () => search(baseUrl),
      isInStep: () => isInStep(owner, double.url, double.masterKey),
    };
    await until(async () => (await door.isInStep()) && !(await door.search()).degraded);

    const begin: Record<OutageWay, () => Promise<void>> = {
      refused: () => double.control.refuse(),
      hanging: async () => double.control.respond('hang'),
      500: async () => double.control.respond({ status: 500 }),
      slow: async () => double.control.respond({ delayMs: 2_000 }),
    };
    const end = async (way: OutageWay) => {
      if (way === 'refused') await double.control.accept();
      double.control.clearFaults();
    };
    for (const way of outageWays) {
      const overMs = performance.now() + seconds * 1_000;
      const report = await runOutage(door, {
        begin: begin[way],
        end: () => end(way),
        isOver: () => performance.now() > overMs,
        ...{ msPerWrite: 1_000 / writesPerSecond, msPerPause: 100, writers: 4, askers: 4, patienceMs },
      });
      double.control.requests.length = 0;
      onReport(way, report);
      // The next outage finds a breaker that is closed, and connections that are alive.
      await until(async () => !(await door.search()).degraded);
    }
  } finally {
    if (program?.exitCode === null) {
      program.kill('SIGTERM');
      await once(program, 'exit');
    }
    await owner.end();
    await double.close();
  }
}

function startProgram(
  port: number,
  parts: { dataDir: string; databaseUrl: string; meiliUrl: string; key: string },
): ChildProcess {
  return spawn(process.execPath, ['dist/workers/in-process.js'], {
    cwd: packageRoot(),
    env: {
      PATH: process.env.PATH ?? '',
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: join(parts.dataDir, 'program'),
      DATABASE_URL: parts.databaseUrl,
      MEILI_URL: parts.meiliUrl,
      MEILI_KEY: parts.key,
      ADMIN_EMAIL: administrator.email,
      ADMIN_PASSWORD: administrator.password,
      RATE_LIMIT_PER_MINUTE: '1000000',
      LOG_LEVEL: 'fatal',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function search(baseUrl: string): Promise<{ answered: boolean; degraded: boolean }> {
  const kind = asked % 2 === 0 ? 'demands' : 'results';
  asked += 1;
  const response = await fetch(`${baseUrl}/v1/search/${kind}?${questions[asked % questions.length]}`);
  const { degraded } = (await response.json()) as { degraded?: boolean };
  return { answered: response.ok, degraded: degraded === true };
}

/** The public records of the database against the documents of the engine, by id and version. */
async function isInStep(owner: pg.Client, meiliUrl: string, key: string): Promise<boolean> {
  for (const kind of ['demands', 'results']) {
    const { rows } = await owner.query<{ id: string; content_version: number }>(
      `select id, content_version from ${kind} where status = 'published' and (valid_until is null or valid_until > now())`,
    );
    const url = `${meiliUrl}/indexes/duijie_${kind}/documents?fields=id,version&limit=1000000`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) return false;
    const { results } = (await response.json()) as { results: { id: string; version: number }[] };
    const held = new Map(results.map(({ id, version }) => [id, version]));
    if (held.size !== rows.length) return false;
    if (rows.some(({ id, content_version }) => held.get(id) !== content_version)) return false;
  }
  return true;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const giveUpMs = performance.now() + 600_000;
  let cause: unknown;
  const isSoNow = () =>
    isSo().catch((error: unknown) => {
      cause = error;
      return false;
    });
  while (!(await isSoNow())) {
    if (performance.now() > giveUpMs) throw new Error('the search engine was not in step in ten minutes', { cause });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
