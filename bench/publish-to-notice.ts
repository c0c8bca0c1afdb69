import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import { packageRoot } from '../db/package-root.ts';
import { type Caller, type Door, signIn } from '../workers/demo/api.ts';
import { director, samplePassword } from '../workers/demo/cast.ts';
import { readSample } from '../workers/demo/sample.ts';
import { databaseCpuMs, processCpuMs } from './database-cpu.ts';
import { prepareDemands, publishAtRate, settingsForTimes, untilNothingIsOwed } from './publications-at-a-rate.ts';

/**
 * Publish -> match stored -> notice in the owner's inbox, on the embedded default with the whole sample loaded: the
 * program runs as `npm run demo` starts it, and this one asks over HTTP, as a client would. One after the other, or so many a
 * second, however long each takes; then the times are PostgreSQL's own, of the commits.
 * `npm run bench:publish -- --publications 40`
 * `npm run bench:publish -- --rate 50 --seconds 30`
 */
const { values: flags } = parseArgs({
  options: {
    publications: { type: 'string', default: '40' },
    rate: { type: 'string' },
    seconds: { type: 'string', default: '30' },
    port: { type: 'string', default: '3977' },
  },
});
const publications = Number(flags.publications);
const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);
const postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'database'), settings: settingsForTimes });
const program = spawn(process.execPath, ['dist/workers/demo.js'], {
  cwd: packageRoot(),
  env: {
    PATH: process.env.PATH ?? '',
    PORT: flags.port,
    DATA_DIR: dataDir,
    DATABASE_URL: postgres.url,
    RATE_LIMIT_PER_MINUTE: '1000000',
    SUGGESTIONS_PER_DAY: '1000000',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});

interface Items<Item> {
  items: Item[];
}

/** Resolves when the demo has printed `line`; what it prints after that is read, too, so that it can go on printing. */
async function told(line: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    program.stdout.on('data', (chunk) => String(chunk).includes(line) && resolve());
    program.once('exit', (status) => reject(new Error(`the demo ended with ${status}`)));
  });
}

/** Milliseconds from the answer to the publication until the owner's inbox shows a suggestion of this demand. */
async function measure(owner: Caller, broker: Caller, input: object): Promise<{ matchMs: number; noticeMs: number }> {
  const made = await owner.post<{ id: string; code: string }>('/v1/demands', input);
  await owner.post(`/v1/demands/${made.id}/submit`);
  const start = performance.now();
  await broker.post(`/v1/demands/${made.id}/publish`);
  let matchId: string | undefined;
  let matchMs = 0;
  for (;;) {
    if (performance.now() - start > 30_000) throw new Error(`no notice of ${made.code} within 30 s`);
    if (matchId === undefined) {
      matchId = (await owner.get<Items<{ id: string }>>(`/v1/demands/${made.id}/matches?limit=1`)).items[0]?.id;
      matchMs = performance.now() - start;
    } else {
      const { items } = await owner.get<Items<{ subject: { id: string } }>>(
        '/v1/notifications?limit=100&type=match.suggested',
      );
      if (items.some((item) => item.subject.id === matchId)) {
        return { matchMs, noticeMs: performance.now() - start };
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function quantiles(samples: number[]): string {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (q: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}

async function oneAfterTheOther(door: Door, broker: Caller): Promise<void> {
  const { pairs, organizations } = readSample();
  const results: { matchMs: number; noticeMs: number }[] = [];
  for (let at = 0; at < publications; at += 1) {
    const { key: _key, organization, ...input } = pairs[at % pairs.length]?.demand ?? pairs[0].demand;
    const email = organizations.get(organization)?.contact.email ?? '';
    results.push(await measure(await signIn(door, email, samplePassword), broker, input));
  }
  console.log(
    `${publications} publications, one after the other, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`,
  );
  console.log(`publish -> match stored     ${quantiles(results.map((one) => one.matchMs))}`);
  console.log(`publish -> notice in inbox  ${quantiles(results.map((one) => one.noticeMs))}`);
}

const patienceMs = 180_000;

async function soManyASecond(door: Door, broker: Caller, rate: number, seconds: number): Promise<void> {
  const { pairs, organizations } = readSample();
  const emails = new Set(pairs.map(({ demand }) => organizations.get(demand.organization)?.contact.email ?? ''));
  const owners: Caller[] = [];
  for (const email of emails) owners.push(await signIn(door, email, samplePassword));
  const waiting = await prepareDemands(owners, rate * seconds);
  const database = new pg.Client({ connectionString: postgres.url });
  await database.connect();
  const cpuMs = (): [program: number, database: number] => [
    processCpuMs(program.pid ?? 0),
    databaseCpuMs(join(dataDir, 'database', 'postgres')),
  ];
  await untilNothingIsOwed(database);
  const before = cpuMs();
  const times = await publishAtRate(broker, waiting, rate, database, patienceMs).finally(() => database.end());
  const [programMs = 0, databaseMs = 0] = cpuMs().map((ms, at) => (ms - (before[at] ?? 0)) / waiting.length);
  console.log(
    `${rate} publications a second for ${seconds} s, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`,
  );
  console.log(`due -> answered        ${quantiles(times.answered)}`);
  console.log(`due -> match stored    ${quantiles(times.matched)}, ${times.unmatched} without`);
  console.log(`due -> notice in inbox ${quantiles(times.noticed)}, ${times.unnoticed} without`);
  console.log(
    `processor time of each: ${programMs.toFixed(0)} ms of the program, ${databaseMs.toFixed(0)} ms of the database`,
  );
  console.log(`nothing owed ${Math.round(times.drainedMs)} ms after the last was due`);
}

try {
  await told('openapi.json');
  const door: Door = { baseUrl: `http://localhost:${flags.port}`, signal: AbortSignal.timeout(1_800_000) };
  const broker = await signIn(door, director.email, samplePassword);
  if (flags.rate === undefined) await oneAfterTheOther(door, broker);
  else await soManyASecond(door, broker, Number(flags.rate), Number(flags.seconds));
} finally {
  program.kill('SIGTERM');
  await once(program, 'exit');
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
