import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from './api/measures.ts';
import { ended, startServer, whenReady } from './api/servers.ts';
import { runBench, wholeNumber } from './flags.ts';

/**
 * From the start of the process that `npm start` runs, on the embedded PostgreSQL, to the first 2xx of /readyz: on an empty data
 * directory, and on one that a process has used and left in order. The build is not in it.
 * `npm run bench:start -- [--runs 5] [--json FILE]`
 */
const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    // Not one that the system chooses: PostgreSQL's would be of those, too.
    port: { type: 'string', default: '3979' },
    json: { type: 'string' },
  },
});
const pollMs = 20;

interface Start {
  process: ChildProcess;
  seconds: number;
}

await runBench(async () => {
  const runs = wholeNumber('runs', flags.runs);
  const first: number[] = [];
  const later: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);
    await mkdir(dataDir);
    try {
      for (const times of [first, later]) {
        const { process: server, seconds } = await start(dataDir);
        times.push(seconds);
        await ended(server);
      }
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }
  console.log(
    `${runs} runs, ${cpus().length} × ${cpus()[0]?.model}, ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
  );
  const rows = [
    { measure: 'first start', values: first },
    { measure: 'later start', values: later },
  ].map(({ measure, values }) => {
    console.log(
      `${measure}  median ${median(values).toFixed(2)} s, ${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)} s`,
    );
    return { system: 'duijie', documents: 0, measure, value: Math.round(median(values) * 1_000) / 1_000, unit: 's' };
  });
  if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
});

async function start(dataDir: string): Promise<Start> {
  const startedMs = performance.now();
  const server = await startServer(['--enable-source-maps', 'dist/workers/in-process.js'], {
    logFile: join(dataDir, 'program.log'),
    env: { PATH: process.env.PATH ?? '', PORT: flags.port, HOST: '127.0.0.1', DATA_DIR: join(dataDir, 'data') },
  });
  // Also when this is interrupted.
  const kill = () => server.kill();
  process.once('exit', kill);
  server.once('exit', () => process.off('exit', kill));
  await whenReady(`http://127.0.0.1:${flags.port}/readyz`, server, pollMs);
  return { process: server, seconds: (performance.now() - startedMs) / 1_000 };
}
