import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ownerName } from './cluster.ts';
import { isPostmasterOf } from './process-identity.ts';
import { databaseName } from './start.ts';

/** The URL of the embedded database that another process of ours has running on `dataDir`; null when none does. */
export async function findRunningPostgres(dataDir: string): Promise<string | null> {
  const clusterDir = path.join(dataDir, 'postgres');
  const [pid, , , port, , , , state] = (await textOf(path.join(clusterDir, 'postmaster.pid'))).split('\n');
  const password = (await textOf(path.join(dataDir, 'postgres-password'))).trim();
  if (state?.trim() !== 'ready' || password === '' || !(await isPostmasterOf(Number(pid), clusterDir))) return null;
  return `postgres://${ownerName}:${password}@127.0.0.1:${port}/${databaseName}`;
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '');
}
