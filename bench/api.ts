import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { directusName, installDirectus, startDirectus } from './api/directus.ts';
import { openBenchMarket } from './api/market.ts';
import { maxOncePerSecond, measures, median, type Sample, type System, sampleOf } from './api/measures.ts';
import { bareOrders, directusOrders, duijieOrders } from './api/orders.ts';
import { addManyRecords } from './api/records.ts';
import { ended, freePort, startServer, whenReady } from './api/servers.ts';
import { runBench, wholeNumber } from './flags.ts';

/**
 * Duijie as `npm start` runs it (access rules, schemas, rate limit, a log to a file; workers off) beside Fastify and pg alone on
 * the same PostgreSQL and the same rows: alternating runs of each question, medians, and ratios to the bare one. A POST of
 * Duijie's submits a draft (idempotency, audit, outbox) or writes one; the bare one inserts a demand and a message.
 * With `--peers` Directus as well, installed outside the project.
 * `npm run bench:api -- [--peers] [--documents 100000] [--runs 5] [--seconds 5] [--connections 16]
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
    /** Directus, too. */
    peers: { type: 'boolean', default: false },
    json: { type: 'string' },
    /** Duijie writes what its processor did, as V8 tells it, when it ends. */
    profile: { type: 'string' },
  },
});
const unlimited = '999999999';
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
    const [duijieUrl, bareUrl, peerUrl] = [await freeUrl(), await freeUrl(), await freeUrl()];
    const duijie = await startDuijie(duijieUrl, postgres.url, dataDir);
    servers.push(duijie);
    const bareCommand = ['bench/api/bare-server.mjs', postgres.url, new URL(bareUrl).port, String(poolSize)];
    const bare = await startServer(bareCommand, { logFile: join(dataDir, 'bare.log') });
    servers.push(bare);
    await Promise.all([whenReady(`${duijieUrl}/readyz`, duijie), whenReady(`${bareUrl}/demands`, bare)]);
    const drafts = warmUpRequests + runs * seconds * maxOncePerSecond;
    const market = await openBenchMarket(duijieUrl, postgres.url, drafts);
    const systems = [
      { name: 'bare Fastify + pg', pid: bare.pid ?? 0, orders: bareOrders(bareUrl, market) },
      { name: 'duijie', pid: duijie.pid ?? 0, orders: duijieOrders(duijieUrl, market) },
    ];
    if (flags.peers) {
      const peer = { url: peerUrl, token: randomUUID() };
      const ground = { databaseUrl: postgres.url, poolSize, logFile: join(dataDir, 'directus.log') };
      const directus = await startDirectus(peer, { ...ground, folder: await installDirectus() });
      servers.push(directus);
      await whenReady(`${peerUrl}/server/ping`, directus);
      systems.push({ name: directusName, pid: directus.pid ?? 0, orders: directusOrders(peer, market) });
    }
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
    const asking = systems.filter((system) => system.orders[measure] !== undefined);
    for (const system of asking) {
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
    const duijie = asking.find((system) => system.name === 'duijie');
    if (duijie === undefined) throw new Error(`nobody asks Duijie for "${measure}"`);
    for (const other of asking.filter((system) => system !== duijie)) {
      const ratio = medianOf(duijie, 'requestsPerSecond') / medianOf(other, 'requestsPerSecond');
      const cpuRatio = medianOf(other, 'cpuMicroseconds') / medianOf(duijie, 'cpuMicroseconds');
      const value = Math.round(ratio * 1_000) / 1_000;
      const [name] = other.name.split(' ');
      rows.push({ system: 'duijie', documents, measure: `${measure}, ratio`, value, unit: `× ${name}` });
      console.log(
        `${measure.padEnd(24)} ${'ratio'.padEnd(18)} ${ratio.toFixed(2)} × ${name} by requests, ${cpuRatio.toFixed(2)} by the server's processor time`,
      );
    }
  }
  return rows;
}

async function startDuijie(url: string, databaseUrl: string, dataDir: string): Promise<ChildProcess> {
  const profiling = flags.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`];
  return await startServer([...profiling, '--enable-source-maps', 'dist/workers/in-process.js'], {
    logFile: join(dataDir, 'api.log'),
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
  });
}

async function freeUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}
