import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError, systemCode } from './errors.ts';
import { type ServerUser, serverSpawnOptions } from './os-user.ts';

// Replaying the log after a crash can take minutes on a slow disk.
const readyTimeoutMs = 300_000;
const immediateShutdownAfterMs = 8_000;
const killAfterMs = 16_000;
const maxLogBytes = 10 * 1024 * 1024;

export interface Server {
  port: number;
  pid: number;
  /** Resolves when the server has ended, for whatever reason. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  binaries: Binaries;
  clusterDir: string;
  logFile: string;
  user: ServerUser;
  settings: Record<string, string>;
}

/** A server that ended before it was ready; `log` is what it wrote. */
export class ServerEndedEarly extends Error {
  readonly log: string;
  constructor(log: string) {
    super(`PostgreSQL ended before it was ready: ${log}`);
    this.log = log;
  }
}

const defaultSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  // An acknowledged write survives kill -9 and power loss.
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Compiling the short queries of this program costs more than it saves.
  jit: 'off',
  log_checkpoints: 'off',
  // Confidential fields stay out of the log: DETAIL lines quote rows, statements quote literals.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

/** Starts the postmaster on a free port of 127.0.0.1 and waits until it accepts connections. */
export async function startServer(options: ServerOptions): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnPort(options, await freePort());
    } catch (error) {
      // Between our look and its bind another program may have taken the port.
      const portTaken =
        error instanceof ServerEndedEarly && /could not bind|could not create any TCP\/IP/.test(error.log);
      if (!portTaken || attempt >= 5) throw error;
    }
  }
}

async function startOnPort(options: ServerOptions, port: number): Promise<Server> {
  const { clusterDir, logFile, user } = options;
  const settings = Object.entries({ ...defaultSettings, ...options.settings }).flatMap(([k, v]) => ['-c', `${k}=${v}`]);
  const logStart = await boundLog(logFile);
  const log = await open(logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(options.binaries.postgres, ['-D', clusterDir, '-p', String(port), ...settings], {
      ...serverSpawnOptions(user),
      // Its own process group: Ctrl-C in a terminal reaches us, and we stop the server when we have drained.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(cannotRun(options.binaries.postgres, error)));
    });
  } finally {
    await log.close();
  }

  const server = controlServer(child, port);
  let hasEnded = false;
  void server.ended.then(() => {
    hasEnded = true;
  });
  try {
    const deadlineMs = Date.now() + readyTimeoutMs;
    while (!(await isReady(clusterDir, server.pid))) {
      if (hasEnded) throw new ServerEndedEarly((await readFrom(logFile, logStart)).trim());
      if (Date.now() > deadlineMs) throw new ServerEndedEarly(`not ready after ${readyTimeoutMs / 1000} s`);
      await Promise.race([server.ended, delay(10)]);
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

function controlServer(child: ChildProcess, port: number): Server {
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  // process.exit() without stop(): ask for a fast shutdown on the way out. kill -9 leaves the server to the next start.
  const onOwnExit = () => child.kill('SIGINT');
  process.once('exit', onOwnExit);
  void ended.then(() => process.removeListener('exit', onOwnExit));

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    child.kill('SIGINT');
    const escalations = [
      setTimeout(() => child.kill('SIGQUIT'), immediateShutdownAfterMs),
      setTimeout(() => child.kill('SIGKILL'), killAfterMs),
    ];
    await ended;
    escalations.forEach(clearTimeout);
  }
  return {
    port,
    pid: child.pid ?? -1,
    ended,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** The postmaster writes its state into line 8 of postmaster.pid; pg_ctl waits for the same word. */
async function isReady(clusterDir: string, pid: number): Promise<boolean> {
  const text = await readFile(path.join(clusterDir, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** Empties a log of more than 10 MB; returns its length. */
async function boundLog(logFile: string): Promise<number> {
  const size = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  if (size <= maxLogBytes) return size;
  await truncate(logFile, 0);
  return 0;
}

async function readFrom(file: string, start: number): Promise<string> {
  return (await readFile(file)).subarray(start).toString();
}

function cannotRun(file: string, cause: Error): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    {
      en: `The embedded PostgreSQL ${file} cannot be run (${cause.message}). Set DATABASE_URL to a PostgreSQL server of your own.`,
      zh: `无法运行内置 PostgreSQL ${file}(${cause.message})。请将 DATABASE_URL 设为自有的 PostgreSQL 服务器。`,
    },
    { cause },
  );
}
