import { randomBytes } from 'node:crypto';
import { access, chmod, constants, mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError, systemCode } from './errors.ts';

const staleAfterMs = 60_000;

/**
 * Makes DATA_DIR and returns its real path. Directories that this creates are 0711 whatever the umask: the server may run as
 * another OS user, who must pass through but has no business listing. Directories that exist keep their modes.
 */
export async function prepareDataDir(dataDir: string): Promise<string> {
  const wanted = path.resolve(dataDir);
  try {
    const firstCreated = await mkdir(wanted, { recursive: true });
    if (firstCreated !== undefined) {
      for (let dir = wanted; dir.length >= firstCreated.length; dir = path.dirname(dir)) await chmod(dir, 0o711);
    }
    await access(wanted, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(wanted);
  } catch (error) {
    throw new EmbeddedPostgresError(
      {
        en: `The data directory ${wanted} cannot be made or written (${systemCode(error)}). Set DATA_DIR to a directory that this user may write.`,
        zh: `无法创建或写入数据目录 ${wanted}(${systemCode(error)})。请将 DATA_DIR 设为当前用户可写的目录。`,
      },
      { cause: error },
    );
  }
}

/** Removes what killed starts left behind. Only for the holder of the lock. */
export async function removeLeftovers(dataDir: string, stagingPrefix: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const file = path.join(dataDir, name);
    // An initdb whose parent was killed may still be writing there for a moment; the next start removes the rest.
    if (name.startsWith(stagingPrefix)) await rm(file, { recursive: true, force: true }).catch(() => undefined);
    if (/^duijie\.lock\..*\.tmp$/.test(name)) {
      // A recent one may belong to a process that is trying to get the lock right now.
      const writtenMs = (await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now();
      if (Date.now() - writtenMs > staleAfterMs) await rm(file, { force: true });
    }
  }
}

/** The superuser's password, made at the first start and kept in a 0600 file outside the cluster. */
export async function ownerPassword(dataDir: string, clusterExists: boolean): Promise<string> {
  const file = path.join(dataDir, 'postgres-password');
  const kept = await readFile(file, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return '';
    throw unreadable(file, error);
  });
  if (kept.trim() !== '') return kept.trim();
  if (clusterExists) throw unreadable(file);
  const password = randomBytes(24).toString('base64url');
  await writePrivateFile(`${file}.tmp`, `${password}\n`);
  await rename(`${file}.tmp`, file);
  await syncDirectory(dataDir);
  return password;
}

export async function writePrivateFile(file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename in the directory survive a power loss. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unreadable(file: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    {
      en: `The database's password file ${file} is missing, empty or not readable by this user, so the database beside it cannot be opened. Restore the file or its owner, or set DATA_DIR to another directory.`,
      zh: `数据库密码文件 ${file} 缺失、为空或当前用户不可读,因此无法打开同目录下的数据库。请恢复该文件或其所有者,或将 DATA_DIR 设为其他目录。`,
    },
    { cause },
  );
}
