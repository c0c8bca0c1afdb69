import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { packageRoot } from '../../db/package-root.ts';

/** What one system is asked; `paths` in turn, or as many as are wanted that nobody has asked for before. */
export interface Order {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: object;
  paths: readonly string[] | ((count: number) => readonly string[]);
  /** A new Idempotency-Key with each request. */
  idempotency?: boolean;
}

export interface System {
  name: string;
  pid: number;
  /** By measure; a system may lack one. */
  orders: Partial<Record<Measure, Order>>;
}

export const measures = [
  'list of 20',
  'list of 20, signed in',
  'read one',
  'read one, signed in',
  'POST',
  'POST a draft',
] as const;
export type Measure = (typeof measures)[number];

export interface Sample {
  requestsPerSecond: number;
  /** Of the server's process, for each request. */
  cpuMicroseconds: number;
  p50Ms: number;
  p99Ms: number;
}

interface LoadReport {
  answered: number;
  failed: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
}

const ticksPerSecond = 100;
/** More than any system here answers of what can be asked once. */
export const maxOncePerSecond = 1_500;

/** @throws Error when any answer was not 2xx: a refused request is no work */
export async function sampleOf(
  { name, pid }: System,
  order: Order,
  load: { connections: number } & ({ seconds: number } | { amount: number }),
): Promise<Sample> {
  const atMost = 'amount' in load ? load.amount : load.seconds * maxOncePerSecond;
  const paths = typeof order.paths === 'function' ? order.paths(atMost) : order.paths;
  const before = await cpuTicks(pid);
  const script = join(packageRoot(), 'bench/api/load.mjs');
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ ...order, paths, ...load }));
  const stdout = await text(child.stdout);
  const ticks = (await cpuTicks(pid)) - before;
  const report = JSON.parse(stdout) as LoadReport;
  if (report.failed > 0 || report.answered === 0) {
    throw new Error(
      `${name}, ${order.method} ${paths[0]}: ${report.failed} of ${report.answered} were not answered with 2xx`,
    );
  }
  return {
    requestsPerSecond: report.answered / report.seconds,
    cpuMicroseconds: (ticks / ticksPerSecond / report.answered) * 1e6,
    p50Ms: report.p50Ms,
    p99Ms: report.p99Ms,
  };
}

/** In user and kernel mode, as Linux counts. */
async function cpuTicks(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
