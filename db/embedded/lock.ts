import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError, systemCode } from './errors.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.ts';

export interface Lock {
  /** True when the lock was taken over from a process that no longer exists. */
  takenOver: boolean;
  release(): Promise<void>;
}

/** Takes the lock file for this process, or throws EmbeddedPostgresError naming the living owner. */
export async function acquireLock(lockFile: string): Promise<Lock> {
  const self = await identifyProcess(process.pid);
  if (self === undefined) throw new Error(`the start time of process ${process.pid} cannot be read`);
  const takenOver = await claim(lockFile, self);
  return { takenOver, release: () => releaseOwn(lockFile, self) };
}

/**
 * The file is written aside and linked into place, so it is never seen half-written. A dead owner's file is replaced only by
 * the holder of `<file>.takeover`, itself such a lock: of several processes that find the same dead owner exactly one goes on.
 */
async function claim(lockFile: string, self: ProcessIdentity): Promise<boolean> {
  const aside = `${lockFile}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  await writeDurably(aside, `${JSON.stringify(self)}\n`);
  try {
    for (;;) {
      if (await linkUnlessTaken(aside, lockFile)) return false;
      const found = await readOwner(lockFile);
      if (found === 'gone') continue;
      if (found.owner !== undefined && (await isAlive(found.owner))) throw ownerAlive(lockFile, found.owner);

      const takeoverFile = `${lockFile}.takeover`;
      await claim(takeoverFile, self);
      try {
        const again = await readOwner(lockFile);
        if (again !== 'gone' && again.text === found.text) {
          await rename(aside, lockFile);
          return true;
        }
      } finally {
        await releaseOwn(takeoverFile, self);
      }
    }
  } finally {
    await unlink(aside).catch(() => undefined);
  }
}

async function linkUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function releaseOwn(lockFile: string, self: ProcessIdentity): Promise<void> {
  const found = await readOwner(lockFile);
  if (found === 'gone' || found.owner?.pid !== self.pid || found.owner.startedAt !== self.startedAt) return;
  await unlink(lockFile).catch(() => undefined);
}

/** An unreadable text has no owner: only a machine that lost power leaves one. */
async function readOwner(lockFile: string): Promise<'gone' | { text: string; owner?: ProcessIdentity }> {
  let text: string;
  try {
    text = await readFile(lockFile, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    const { pid, startedAt } = JSON.parse(text) as Partial<ProcessIdentity>;
    if (typeof pid === 'number' && typeof startedAt === 'string') return { text, owner: { pid, startedAt } };
  } catch {
    // falls through to "no owner"
  }
  return { text };
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o644);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ownerAlive(lockFile: string, owner: ProcessIdentity): EmbeddedPostgresError {
  const dataDir = path.dirname(lockFile);
  return new EmbeddedPostgresError({
    en: `The data directory ${dataDir} is in use by process ${owner.pid} (${path.basename(lockFile)}). Stop that process, or set DATA_DIR to another directory.`,
    zh: `数据目录 ${dataDir} 正被进程 ${owner.pid} 使用(${path.basename(lockFile)})。请停止该进程,或将 DATA_DIR 设为其他目录。`,
  });
}
