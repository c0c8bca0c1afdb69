import { spawn } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries.ts';
import { syncDirectory, writePrivateFile } from './data-dir.ts';
import { EmbeddedPostgresError, systemCode } from './errors.ts';
import { type ServerUser, serverSpawnOptions } from './os-user.ts';

export const ownerName = 'owner';
export const stagingPrefix = 'postgres.init-';

/** Whether `clusterDir` holds a finished cluster. Throws EmbeddedPostgresError when it holds something else. */
export async function clusterExists(clusterDir: string): Promise<boolean> {
  let names: string[];
  try {
    names = await readdir(clusterDir);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    if (systemCode(error) === 'EACCES') return true; // another OS user's; findServerUser says whose
    throw error;
  }
  if (names.length === 0) return false;
  if (names.includes('PG_VERSION') && (await isFile(path.join(clusterDir, 'global', 'pg_control')))) return true;
  throw new EmbeddedPostgresError({
    en: `${clusterDir} is not empty and holds no complete PostgreSQL cluster; it is left as it is. Move it away, or set DATA_DIR to another directory.`,
    zh: `${clusterDir} 非空,且不含完整的 PostgreSQL 数据库;其内容未作改动。请将其移走,或将 DATA_DIR 设为其他目录。`,
  });
}

/**
 * Creates the cluster beside its place and renames it into place when it is complete, so a start killed half-way leaves nothing
 * that looks like a cluster. The locale is always given: with LANG unset initdb would choose SQL_ASCII, in which trigram search
 * of Chinese finds nothing.
 */
export async function createCluster(options: {
  binaries: Binaries;
  clusterDir: string;
  user: ServerUser;
  password: string;
  /** Forces the new files to disk (about 0.1 s); false only for a cluster that runs with fsync off anyway. */
  sync: boolean;
}): Promise<void> {
  const { binaries, clusterDir, user } = options;
  const dataDir = path.dirname(clusterDir);
  const staging = await mkdtemp(path.join(dataDir, stagingPrefix));
  try {
    const passwordFile = path.join(staging, 'password');
    const staged = path.join(staging, 'cluster');
    await writePrivateFile(passwordFile, `${options.password}\n`);
    if (user.switched) {
      await chown(passwordFile, user.uid, user.gid);
      await chown(staging, user.uid, user.gid);
    }
    await runInitdb(binaries.initdb, user, [
      ...['-D', staged, '--encoding=UTF8', '--locale=C.UTF-8', `--username=${ownerName}`],
      ...[
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--no-instructions',
        ...(options.sync ? [] : ['--no-sync']),
      ],
    ]);
    await chmod(staged, 0o700);
    await rename(staged, clusterDir);
    await syncDirectory(dataDir);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function runInitdb(initdb: string, user: ServerUser, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(initdb, args, { ...serverSpawnOptions(user), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', (error) => reject(initFailed(error.message, error)));
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(initFailed(output.trim().split('\n').slice(-6).join('\n'))),
    );
  });
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

function initFailed(output: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    {
      en: `The embedded PostgreSQL could not create its database: ${output}\nRemove that cause, or set DATABASE_URL to a PostgreSQL server of your own.`,
      zh: `内置 PostgreSQL 无法创建数据库(原因见上)。请消除该原因,或将 DATABASE_URL 设为自有的 PostgreSQL 服务器。`,
    },
    { cause },
  );
}
