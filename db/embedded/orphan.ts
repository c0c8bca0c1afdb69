import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError, systemCode } from './errors.ts';
import { identifyProcess, isAlive, isPostmasterOf } from './process-identity.ts';

const giveUpAfterMs = 10_000;
const immediateShutdownAfterMs = 7_000;

/**
 * Stops the server that a dead owner left running in `clusterDir`, waiting up to 10 s. Throws EmbeddedPostgresError when it does
 * not end, or when `mayStop` is false because no lock file says that it was ours.
 */
export async function stopOrphan(clusterDir: string, mayStop: boolean, log: (line: string) => void): Promise<void> {
  const pid = await readPostmasterPid(clusterDir);
  if (pid === undefined) return;
  if (!(await isPostmasterOf(pid, clusterDir))) {
    // The pid may belong to a stranger by now; left in place, the file would keep the server from starting.
    await rm(path.join(clusterDir, 'postmaster.pid'), { force: true });
    return;
  }
  if (!mayStop) throw notOurs(pid, clusterDir);

  log(`stopping PostgreSQL (pid ${pid}), which an earlier process left running in ${clusterDir}`);
  const orphan = await identifyProcess(pid);
  if (orphan === undefined) return;
  const startedAtMs = Date.now();
  let signal: NodeJS.Signals = 'SIGINT';
  send(pid, signal, clusterDir);
  while (await isAlive(orphan)) {
    const elapsedMs = Date.now() - startedAtMs;
    if (elapsedMs > giveUpAfterMs) throw doesNotEnd(pid, clusterDir);
    if (elapsedMs > immediateShutdownAfterMs && signal === 'SIGINT') {
      signal = 'SIGQUIT';
      send(pid, signal, clusterDir);
    }
    await delay(20);
  }
}

async function readPostmasterPid(clusterDir: string): Promise<number | undefined> {
  try {
    const [first] = (await readFile(path.join(clusterDir, 'postmaster.pid'), 'utf8')).split('\n');
    const pid = Number(first);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function send(pid: number, signal: NodeJS.Signals, clusterDir: string): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return;
    throw doesNotEnd(pid, clusterDir);
  }
}

function notOurs(pid: number, clusterDir: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError({
    en: `A PostgreSQL server (pid ${pid}) is running in ${clusterDir}, and no duijie.lock says that Duijie started it. Stop it with "kill -INT ${pid}", or set DATA_DIR to another directory.`,
    zh: `PostgreSQL 服务器(pid ${pid})正在 ${clusterDir} 中运行,而没有 duijie.lock 表明它由对接启动。请用 "kill -INT ${pid}" 停止它,或将 DATA_DIR 设为其他目录。`,
  });
}

function doesNotEnd(pid: number, clusterDir: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError({
    en: `The PostgreSQL server (pid ${pid}) left running in ${clusterDir} could not be stopped within 10 s. Stop it as its own OS user or as root, then start again.`,
    zh: `遗留在 ${clusterDir} 中运行的 PostgreSQL 服务器(pid ${pid})未能在 10 秒内停止。请以其所属系统用户或 root 停止它,然后重新启动。`,
  });
}
