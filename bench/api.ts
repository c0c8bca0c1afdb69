import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { open, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { packageRoot } from '../db/package-root.ts';
import { openBenchMarket } from './api/market.ts';
import { maxOncePerSecond, measures, median, type Sample, type System, sampleOf } from './api/measures.ts';
import { bareOrders, duijieOrders } from './api/orders.ts';
import { addManyRecords } from './api/records.ts';
import { runBench, wholeNumber } from './flags.ts';

/**
 * Duijie as `npm start` runs it (access rules, schemas, rate limit, a log to a file; workers off) beside Fastify and pg alone on
 * the same PostgreSQL and the same rows: alternating runs of each question, medians, and ratios to the bare one. A POST of
 * Duijie's submits a draft (idempotency, audit, outbox) or writes one; the bare one inserts a demand and a message.
 * `npm run bench:api -- [--documents 100000] [--runs 5] [--seconds 5] [--connections 16]
 * [--measures "list of 20,POST"] [--json FILE] [--profile DIR]`
 */
const { values: flags } = parseArgs({
  options: {
    documents: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '16' },
    /** Some of the questions, with commas. */
    measures: { type: 'string' },
    json: { type: 'string' },
    /** Duijie writes what its processor did, as V8 tells it, when it ends. */
    profile: { type: 'string' },
  },
});
const unlimited = '999999999';
const readyWithinMs = 60_000;
/** The pool of Duijie's API process, so that both have as many connections. */
const poolSize = 20;
const warmUpRequests = 1_000;

await runBench(async () => {
  const documents = wholeNumber('documents', flags.documents);
  const runs = wholeNumber('runs', flags.runs);
  const seconds = wholeNumber('seconds', flags.seconds);
  const connections = wholeNumber('connections', flags.connections);
  const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);
  const postgres = await startEmbeddedPostgres({ dataDir });
  const servers: ChildProcess[] = [];
  try {
    await migrateDatabase(postgres.url);
    await addManyRecords(postgres.url, documents);
    const [duijieUrl, bareUrl] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
    const duijie = await startDuijie(duijieUrl, postgres.url, dataDir);
    servers.push(duijie);
    const bareArguments = ['bench/api/bare-server.mjs', postgres.url, new URL(bareUrl).port, String(poolSize)];
    const bare = spawn(process.execPath, bareArguments, { cwd: packageRoot(), stdio: ['ignore', 'ignore', 'inherit'] });
    servers.push(bare);
    await Promise.all([whenReady(`${duijieUrl}/readyz`, duijie), whenReady(`${bareUrl}/demands`, bare)]);
    const drafts = warmUpRequests + runs * seconds * maxOncePerSecond;
    const market = await openBenchMarket(duijieUrl, postgres.url, drafts);
    const systems = [
      { name: 'bare Fastify + pg', pid: bare.pid ?? 0, orders: bareOrders(bareUrl, market) },
      { name: 'duijie', pid: duijie.pid ?? 0, orders: duijieOrders(duijieUrl, market) },
    ];
    const load = loadavg()[0]?.toFixed(1);
    console.log(
      `${documents} records of each kind, ${connections} connections, ${runs} alternating runs of ${seconds} s, ${cpus().length} × ${cpus()[0]?.model}, ${process.version}, load ${load}`,
    );
    const rows = await measureAll(systems, { runs, seconds, connections, documents });
    if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
  } finally {
    for (const server of servers) await ended(server);
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});

interface Row {
  system: string;
  documents: number;
  measure: string;
  value: number;
  unit: string;
}

async function measureAll(
  systems: readonly System[],
  { runs, seconds, connections, documents }: { runs: number; seconds: number; connections: number; documents: number },
): Promise<Row[]> {
  const rows: Row[] = [];
  const asked = flags.measures?.split(',');
  for (const measure of measures.filter((one) => asked?.includes(one) ?? true)) {
    const samples = new Map<System, Sample[]>(systems.map((system) => [system, []]));
    for (let run = -1; run < runs; run += 1) {
      for (const system of systems) {
        const order = system.orders[measure];
        if (order === undefined) continue;
        const load = run < 0 ? { connections, amount: warmUpRequests } : { connections, seconds };
        const sample = await sampleOf(system, order, load);
        if (run >= 0) samples.get(system)?.push(sample);
      }
    }
    const medianOf = (system: System, key: keyof Sample) =>
      median((samples.get(system) ?? []).map((sample) => sample[key]));
    const [bare, duijie] = systems as [System, System];
    for (const system of systems) {
      const tell = (name: string, value: number, unit: string) =>
        rows.push({
          system: system.name,
          documents,
          measure: `${measure}${name}`,
          value: Math.round(value * 100) / 100,
          unit,
        });
      const figures = { rps: medianOf(system, 'requestsPerSecond'), cpu: medianOf(system, 'cpuMicroseconds') };
      const [p50, p99] = [medianOf(system, 'p50Ms'), medianOf(system, 'p99Ms')];
      tell('', figures.rps, 'requests/s');
      tell(', processor', figures.cpu, 'µs/request');
      tell(', p50', p50, 'ms');
      tell(', p99', p99, 'ms');
      console.log(
        `${measure.padEnd(24)} ${system.name.padEnd(18)} ${figures.rps.toFixed(0).padStart(6)}/s  ${figures.cpu.toFixed(0).padStart(5)} µs of processor  p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms`,
      );
    }
    const ratio = medianOf(duijie, 'requestsPerSecond') / medianOf(bare, 'requestsPerSecond');
    const cpuRatio = medianOf(bare, 'cpuMicroseconds') / medianOf(duijie, 'cpuMicroseconds');
    rows.push({
      system: 'duijie',
      documents,
      measure: `${measure}, ratio`,
      value: Math.round(ratio * 1_000) / 1_000,
      unit: '× bare',
    });
    console.log(
      `${measure.padEnd(24)} ${'ratio'.padEnd(18)} ${ratio.toFixed(2)} × bare by requests, ${cpuRatio.toFixed(2)} by the server's processor time`,
    );
  }
  return rows;
}

async function startDuijie(url: string, databaseUrl: string, dataDir: string): Promise<ChildProcess> {
  const log = await open(join(dataDir, 'api.log'), 'w');
  const profiling = flags.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`];
  const server = spawn(process.execPath, [...profiling, '--enable-source-maps', 'dist/workers/in-process.js'], {
    cwd: packageRoot(),
    env: {
      PATH: process.env.PATH ?? '',
      PORT: new URL(url).port,
      HOST: '127.0.0.1',
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
      WORKERS: 'off',
      RATE_LIMIT_PER_MINUTE: unlimited,
      SIGN_IN_LIMIT_PER_MINUTE: unlimited,
    },
    stdio: ['ignore', log.fd, 'inherit'],
  });
  await once(server, 'spawn');
  await log.close();
  return server;
}

async function whenReady(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  while (
    !(await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (server.exitCode !== null || Date.now() > deadline) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
