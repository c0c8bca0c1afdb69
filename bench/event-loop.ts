import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import { packageRoot } from '../db/package-root.ts';
import { newId } from '../src/core/ids.ts';
import { databaseCpuMs } from './database-cpu.ts';

/**
 * How long the event loop of the real program is held up while it finds matches anew: API, workers, relay and queue in one
 * process as `npm run demo` starts it, with the whole sample loaded; the refreshes are owed through the outbox, all at once.
 * `npm run bench:event-loop -- [--refreshes 1000] [--json FILE]`
 */
const { values: flags } = parseArgs({
  options: {
    refreshes: { type: 'string', default: '1000' },
    port: { type: 'string', default: '3978' },
    json: { type: 'string' },
  },
});
const refreshes = Number(flags.refreshes);
const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);

interface Probed {
  p50: number;
  p99: number;
  max: number;
  cpuSeconds: number;
  residentMb: number;
}
type SpeedRow = { system: string; documents: number; measure: string; value: number; unit: string };

const postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'database') });
const database = new pg.Client({ connectionString: postgres.url });
await database.connect();
const program = spawn(process.execPath, ['--import', './bench/event-loop-probe.mjs', 'dist/workers/demo.js'], {
  cwd: packageRoot(),
  env: { PATH: process.env.PATH ?? '', PORT: flags.port, DATA_DIR: dataDir, DATABASE_URL: postgres.url },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});

/** Resolves when the demo has printed `line`; what it prints after that is read, too, so that it can go on printing. */
async function told(line: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    program.stdout?.on('data', (chunk) => String(chunk).includes(line) && resolve());
    program.once('exit', (status) => reject(new Error(`the demo ended with ${status}`)));
  });
}

async function publishedRecords(): Promise<{ kind: 'demand' | 'result'; id: string }[]> {
  const { rows } = await database.query<{ kind: 'demand' | 'result'; id: string }>(
    `select 'demand' as kind, id from demands where status = 'published'
     union all select 'result', id from results where status = 'published' order by id`,
  );
  return rows;
}

/** As `emit` does it: a fact and what is owed because of it. */
async function oweRefreshes(records: readonly { kind: string; id: string }[]): Promise<void> {
  await database.query('begin');
  for (let at = 0; at < refreshes; at += 1) {
    const record = records[at % records.length];
    const messageId = newId();
    await database.query(
      'insert into messages (id, type, subject_type, subject_id, created_at) values ($1, $2, $3, $4, now())',
      [messageId, `${record?.kind}.changed`, record?.kind, record?.id],
    );
    await database.query(
      `insert into deliveries (id, message_id, handler, not_before, created_at) values ($1, $2, 'refresh-matches', now(), now())`,
      [newId(), messageId],
    );
  }
  await database.query('commit');
}

async function settled(): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ owed: number }>(
      `select count(*)::int as owed from deliveries where status not in ('done', 'dead')`,
    );
    if (rows[0]?.owed === 0) return;
    await delay(50);
  }
}

try {
  await told('openapi.json');
  await settled();
  const records = await publishedRecords();
  program.send('start');
  const clusterDir = join(dataDir, 'database', 'postgres');
  const databaseBeforeMs = databaseCpuMs(clusterDir);
  const start = performance.now();
  await oweRefreshes(records);
  await settled();
  const seconds = (performance.now() - start) / 1_000;
  const databaseAfterMs = databaseCpuMs(clusterDir);
  program.send('stop');
  const [probed] = (await once(program, 'message')) as [Probed];
  const rows: SpeedRow[] = [];
  const report = (measure: string, value: number, unit: string) => {
    rows.push({ system: 'duijie', documents: records.length, measure, value: Number(value.toFixed(2)), unit });
    console.info(`${measure.padEnd(24)} ${value.toFixed(1)} ${unit}`);
  };
  console.info(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${new Date().toISOString().slice(0, 10)}`,
  );
  console.info(`${refreshes} refreshes over ${records.length} published records`);
  report('event_loop_delay_p50', probed.p50, 'ms');
  report('event_loop_delay_p99', probed.p99, 'ms');
  report('event_loop_delay_max', probed.max, 'ms');
  report('refreshes_per_second', refreshes / seconds, '1/s');
  report('cpu', probed.cpuSeconds, 's');
  report('cpu_database', (databaseAfterMs - databaseBeforeMs) / 1_000, 's');
  report('memory_resident', probed.residentMb, 'MB');
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
} finally {
  await database.end();
  if (program.exitCode === null) {
    program.kill('SIGTERM');
    await once(program, 'exit');
  }
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
