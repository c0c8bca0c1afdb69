import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Linux counts in hundredths of a second. */
const msPerTick = 10;

/**
 * Processor time of a PostgreSQL server's living processes, in ms, and of those that have ended and were waited for. NaN where there is
 * no /proc.
 */
export function databaseCpuMs(clusterDir: string): number {
  try {
    const server = Number(readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
    let ticks = 0;
    for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
      const fields = statOf(pid);
      const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((at) => Number(fields[at]));
      if (pid === server) ticks += (user ?? 0) + (system ?? 0) + (endedUser ?? 0) + (endedSystem ?? 0);
      else if (parent === server) ticks += (user ?? 0) + (system ?? 0);
    }
    return ticks * msPerTick;
  } catch {
    return Number.NaN;
  }
}

/** The same of one process, with its threads. */
export function processCpuMs(pid: number): number {
  const [user = Number.NaN, system = Number.NaN] = statOf(pid).slice(11, 13).map(Number);
  return (user + system) * msPerTick;
}

/** What follows the name, which may have blanks: the state, the parent, … */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
