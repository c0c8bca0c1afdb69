import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const onPath = spawnSync('redis-server', ['--version']).status === 0;

/** Suites on Redis are left out where it is not installed; in CI they fail instead. */
export const withoutRedis = !onPath && process.env.CI !== 'true';
if (withoutRedis) console.warn('redis-server is not on the PATH: the suites on Redis are skipped');

export interface TestRedis {
  url: string;
  /** kill -9, and gone with it whatever it held. */
  kill(): Promise<void>;
  /** A new, empty Redis at the same address. */
  restart(): Promise<void>;
}

/** A Redis of its own on a free port of 127.0.0.1, in memory only. */
export async function startRedis(settings: Record<string, string> = {}): Promise<TestRedis> {
  const port = await freePort();
  let server = await run(port, settings);
  return {
    url: `redis://127.0.0.1:${port}`,
    async kill() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
    async restart() {
      server = await run(port, settings);
    },
  };
}

async function run(port: number, settings: Record<string, string>): Promise<ChildProcess> {
  const all = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', ...settings };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server, 'spawn');
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.includes('Ready to accept connections')) {
      server.stdout.resume();
      return server;
    }
  }
  throw new Error('redis-server ended before it was ready');
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
