import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../db/package-root.ts';

export const administrator = { email: 'admin@duijie.example', password: 'correct horse battery' };

/** Builds what has changed, as `npm start` does. */
export async function buildProgram(): Promise<void> {
  await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: packageRoot() });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The program that `npm start` runs, as a process of its own. */
export class Program {
  readonly dataDir = join(tmpdir(), `duijie-journey-${randomUUID()}`);
  readonly #environment: Record<string, string>;
  readonly #entry: string;
  #child: ChildProcess | null = null;
  #output = '';
  #port = 0;

  /** @param entry `in-process` is what `npm start` runs; `main` is workers alone, which listen nowhere. */
  constructor(environment: Record<string, string> = {}, entry: 'in-process' | 'main' = 'in-process') {
    this.#environment = environment;
    this.#entry = entry;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Of the process that was started last, also when it has ended. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get output(): string {
    return this.#output;
  }

  /** Starts, or starts again on the same data, and waits until /readyz says so. */
  async start(): Promise<void> {
    this.#port ||= await freePort();
    const child = spawn(process.execPath, ['--enable-source-maps', `dist/workers/${this.#entry}.js`], {
      cwd: packageRoot(),
      env: {
        PATH: process.env.PATH ?? '',
        HOST: '127.0.0.1',
        PORT: String(this.#port),
        DATA_DIR: this.dataDir,
        LOG_LEVEL: 'warn',
        ADMIN_EMAIL: administrator.email,
        ADMIN_PASSWORD: administrator.password,
        ...this.#environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (this.#output += String(chunk)));
    if (this.#entry === 'main') return;
    const deadline = Date.now() + 40_000;
    while (!(await isReady(this.baseUrl))) {
      if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}:\n${this.#output}`);
      if (Date.now() > deadline) throw new Error(`the program is not ready:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  /** As a power cut does: no handler runs. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** @returns the exit status */
  async stop(): Promise<number | null> {
    return await this.#end('SIGTERM');
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

async function isReady(baseUrl: string): Promise<boolean> {
  return await fetch(`${baseUrl}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}
