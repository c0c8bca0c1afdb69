import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A pid alone is recycled by the system; together with the start time it names one process. */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
}

export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const startedAt = process.platform === 'linux' ? await linuxStartTime(pid) : await psField(pid, 'lstart');
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.startedAt === identity.startedAt;
}

/** Whether the process is the postmaster (not a backend) of the cluster in `clusterDir`, a real path. */
export async function isPostmasterOf(pid: number, clusterDir: string): Promise<boolean> {
  if ((await identifyProcess(pid)) === undefined) return false;
  if (process.platform !== 'linux') {
    const command = (await psField(pid, 'command')) ?? '';
    return /(^|\/)postgres /.test(command) && `${command} `.includes(` -D ${clusterDir} `);
  }
  const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  if (path.basename(args[0] ?? '') !== 'postgres') return false;
  const startedIn = args[args.indexOf('-D') + 1];
  // A postmaster works in its data directory, which stays true when the directory has been moved since.
  const worksIn = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return (worksIn ?? startedIn) === clusterDir;
}

/** Boot id and start time in clock ticks since boot (proc(5), field 22). A zombie counts as gone. */
async function linuxStartTime(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (line === undefined) return undefined;
  // The command name in parentheses may itself hold spaces and parentheses; field 3 follows the last one.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X' || startTicks === undefined) return undefined;
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${bootId.trim()}/${startTicks}`;
}

async function psField(pid: number, field: 'lstart' | 'command'): Promise<string | undefined> {
  try {
    const state = await run('ps', ['-o', 'stat=', '-p', String(pid)]);
    if (state.stdout.trim().startsWith('Z')) return undefined;
    const { stdout } = await run('ps', ['-ww', '-o', `${field}=`, '-p', String(pid)], {
      env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' },
    });
    return stdout.trim() || undefined;
  } catch {
    return undefined; // ps exits 1 when there is no such process
  }
}
