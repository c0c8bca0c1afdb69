import { execFile, type SpawnOptions, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError, systemCode } from './errors.ts';

const run = promisify(execFile);

/** The OS user that owns the cluster and runs the server. `switched`: we are root and the server is not. */
export interface ServerUser {
  uid: number;
  gid: number;
  switched: boolean;
}

/** The owner of an existing cluster; for a new one ourselves, or as root `postgres`, or else `nobody`. */
export async function findServerUser(clusterDir: string): Promise<ServerUser> {
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  const cluster = await stat(clusterDir).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (uid !== 0) {
    if (cluster !== undefined && cluster.uid !== uid) throw foreignCluster(clusterDir, cluster.uid);
    return { uid, gid, switched: false };
  }
  if (cluster !== undefined && cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid, switched: true };
  const named = (await lookUp('postgres')) ?? (await lookUp('nobody'));
  if (named === undefined) throw noUser();
  if (cluster !== undefined) throw rootOwnedCluster(clusterDir, named);
  return { ...named, switched: true };
}

/**
 * Spawn options for a PostgreSQL program: its OS user, a directory that everybody may enter, and none of our environment, whose
 * PG* and LC_* variables would change its behaviour and the wording of its log.
 */
export function serverSpawnOptions(user: ServerUser): SpawnOptions {
  const env = { LC_ALL: 'C.UTF-8', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' };
  return { cwd: '/', env, ...(user.switched ? { uid: user.uid, gid: user.gid } : {}) };
}

/** As root: throws EmbeddedPostgresError naming each directory that the server's OS user may not enter. */
export async function checkReachable(user: ServerUser, binaries: Binaries, dataDir: string): Promise<void> {
  if (!user.switched) return;
  const native = path.join(binaries.packageDir, 'native');
  const sample = path.join(native, 'share', 'postgresql', 'postgres.bki');
  // Tried for real first, since access lists and security modules can say otherwise than the mode bits.
  const tried = await tryAs(user, 'cd "$1" && "$2" --version && cat "$3"', [dataDir, binaries.postgres, sample]);
  if (tried.ok) return;

  const toData = await closedDirectories(user, [dataDir]);
  const toBinaries = await closedDirectories(user, [
    ...['bin', 'lib', path.join('lib', 'postgresql'), path.join('share', 'postgresql')].map((dir) =>
      path.join(native, dir),
    ),
  ]);
  throw unreachable(user, { dataDir, packageDir: binaries.packageDir, toData, toBinaries, output: tried.output });
}

async function lookUp(name: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined; // id exits 1 when there is no such user
  }
}

function tryAs(user: ServerUser, script: string, args: string[]): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const options: SpawnOptions = { ...serverSpawnOptions(user), stdio: ['ignore', 'ignore', 'pipe'] };
    const child = spawn('/bin/sh', ['-c', script, 'sh', ...args], options);
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => resolve({ ok: code === 0, output: output.trim() }));
  });
}

async function closedDirectories(user: ServerUser, targets: string[]): Promise<string[]> {
  const closed = new Set<string>();
  for (const target of targets) {
    let current = path.parse(target).root;
    for (const part of path.relative(current, target).split(path.sep)) {
      current = path.join(current, part);
      const { mode, uid, gid } = await stat(current);
      const needed = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & needed) === 0) closed.add(current);
    }
  }
  return [...closed];
}

interface Unreachable {
  dataDir: string;
  packageDir: string;
  toData: string[];
  toBinaries: string[];
  output: string;
}

function unreachable(user: ServerUser, found: Unreachable): EmbeddedPostgresError {
  const closed = [...new Set([...found.toData, ...found.toBinaries])];
  const outside = closed.filter((dir) => dir !== found.packageDir && !dir.startsWith(found.packageDir + path.sep));
  const commands = outside.length > 0 ? [`chmod o+x ${outside.join(' ')}`] : [];
  // umask 077 at install time closes the package's files as well as its directories.
  if (found.toBinaries.length > 0 || closed.length === 0) commands.push(`chmod -R o+rX ${found.packageDir}`);
  const command = commands.join(' && ');
  const onlyData = found.toData.length > 0 && found.toBinaries.length === 0;
  const list = closed.join(', ');
  return new EmbeddedPostgresError({
    en: `${
      closed.length > 0
        ? `PostgreSQL cannot run as root, and the OS user it runs as (uid ${user.uid}) may not enter ${list}.`
        : `PostgreSQL cannot run as root, and the OS user it runs as (uid ${user.uid}) cannot use ${found.dataDir} or ${found.packageDir}: ${found.output}`
    } ${onlyData ? 'Set DATA_DIR=/var/lib/duijie, or run' : 'Run'} "${command}", or start Duijie as an ordinary user, or set DATABASE_URL to a PostgreSQL server of your own.`,
    zh: `${
      closed.length > 0
        ? `PostgreSQL 不能以 root 身份运行,而运行它的系统用户(uid ${user.uid})无法进入 ${list}。`
        : `PostgreSQL 不能以 root 身份运行,而运行它的系统用户(uid ${user.uid})无法使用 ${found.dataDir} 或 ${found.packageDir}:${found.output}。`
    }请${onlyData ? '设置 DATA_DIR=/var/lib/duijie,或' : ''}执行 "${command}",或以普通用户启动对接,或将 DATABASE_URL 设为自有的 PostgreSQL 服务器。`,
  });
}

function foreignCluster(clusterDir: string, ownerUid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError({
    en: `The database in ${clusterDir} belongs to another OS user (uid ${ownerUid}). Start Duijie as that user or as root, or set DATA_DIR to another directory.`,
    zh: `${clusterDir} 中的数据库属于另一系统用户(uid ${ownerUid})。请以该用户或 root 启动对接,或将 DATA_DIR 设为其他目录。`,
  });
}

function rootOwnedCluster(clusterDir: string, user: { uid: number; gid: number }): EmbeddedPostgresError {
  return new EmbeddedPostgresError({
    en: `The database in ${clusterDir} belongs to root, and PostgreSQL cannot run as root. Run "chown -R ${user.uid}:${user.gid} ${clusterDir}", or set DATA_DIR to another directory.`,
    zh: `${clusterDir} 中的数据库属于 root,而 PostgreSQL 不能以 root 身份运行。请执行 "chown -R ${user.uid}:${user.gid} ${clusterDir}",或将 DATA_DIR 设为其他目录。`,
  });
}

function noUser(): EmbeddedPostgresError {
  return new EmbeddedPostgresError({
    en: 'PostgreSQL cannot run as root, and this system has neither an OS user "postgres" nor "nobody". Start Duijie as an ordinary user, or set DATABASE_URL to a PostgreSQL server of your own.',
    zh: 'PostgreSQL 不能以 root 身份运行,而本系统既没有系统用户 "postgres" 也没有 "nobody"。请以普通用户启动对接,或将 DATABASE_URL 设为自有的 PostgreSQL 服务器。',
  });
}
