import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { packageRoot } from '../../db/package-root.ts';

const readyWithinMs = 60_000;

/** A program of Node's and its arguments; what it prints goes to a file, as it would in service. */
export async function startServer(
  command: readonly string[],
  { logFile, ...options }: { logFile: string } & Pick<SpawnOptions, 'cwd' | 'env'>,
): Promise<ChildProcess> {
  const log = await open(logFile, 'w');
  const server = spawn(process.execPath, command, {
    cwd: packageRoot(),
    ...options,
    stdio: ['ignore', log.fd, 'inherit'],
  });
  await once(server, 'spawn');
  await log.close();
  return server;
}

/** @throws Error when the server has ended, or does not answer 2xx at `url` within a minute */
export async function whenReady(url: string, server: ChildProcess, pollMs = 50): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  while (
    !(await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (server.exitCode !== null || Date.now() > deadline) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

export async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
