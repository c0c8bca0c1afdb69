import { type ChildProcess, execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { startServer } from './servers.ts';

const run = promisify(execFile);
/** The last line that runs on Node 20; later ones want 22. */
const version = '10.13.4';
export const directusName = `Directus ${version}`;

/**
 * Installs Directus outside the project, once for all runs: three minutes, since its sandbox for scripts comes as source and is
 * compiled, without which it does not start.
 * @returns its folder
 */
export async function installDirectus(): Promise<string> {
  const folder = join(tmpdir(), `duijie-bench-directus-${version}`);
  const complete = join(folder, 'complete');
  const isComplete = await access(complete).then(
    () => true,
    () => false,
  );
  if (isComplete) return folder;
  console.log(`installing ${directusName} into ${folder}, some minutes`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"private": true}\n');
  const quiet = ['--no-audit', '--no-fund'];
  await run('npm', ['install', '--ignore-scripts', ...quiet, `directus@${version}`], { cwd: folder });
  await run('npm', ['rebuild', '--ignore-scripts=false', 'isolated-vm'], { cwd: folder });
  await writeFile(complete, '');
  return folder;
}

/**
 * On Duijie's own database and rows, as its documentation sets it up: nobody's permissions and those of a role on the two tables it
 * shows, fields filled by itself where Duijie's program fills them. Its rate limit and its cache stay off, as they are by default.
 */
export async function startDirectus(
  { url, token }: { url: string; token: string },
  {
    folder,
    databaseUrl,
    poolSize,
    logFile,
  }: { folder: string; databaseUrl: string; poolSize: number; logFile: string },
): Promise<ChildProcess> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOST: '127.0.0.1',
    PORT: new URL(url).port,
    PUBLIC_URL: url,
    DB_CLIENT: 'pg',
    DB_CONNECTION_STRING: databaseUrl,
    DB_POOL__MAX: String(poolSize),
    KEY: randomUUID(),
    SECRET: randomUUID(),
    ADMIN_EMAIL: 'admin@example.com',
    ADMIN_PASSWORD: randomUUID(),
    TELEMETRY: 'false',
  };
  const script = join(folder, 'node_modules/directus/cli.js');
  await run(process.execPath, [script, 'bootstrap'], { cwd: folder, env });
  await permit(databaseUrl, token);
  return await startServer([script, 'start'], { cwd: folder, env, logFile });
}

async function permit(databaseUrl: string, token: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const allowed =
      "(values ('demands', 'read'), ('organizations', 'read'), ('demands', 'create')) allowed (collection, action)";
    await client.query(
      `insert into directus_permissions (role, collection, action, permissions, fields)
       select null, collection, action, '{}', '*' from ${allowed} where action = 'read'`,
    );
    await client.query(
      `with made as (insert into directus_roles (id, name, admin_access, app_access) values (gen_random_uuid(), 'bench', false, false) returning id),
         person as (insert into directus_users (id, role, token, status) select gen_random_uuid(), id, $1, 'active' from made)
       insert into directus_permissions (role, collection, action, permissions, fields)
       select made.id, collection, action, '{}', '*' from made, ${allowed}`,
      [token],
    );
    await client.query(
      `insert into directus_fields (collection, field, special)
       values ('demands', 'id', 'uuid'), ('demands', 'created_at', 'date-created'), ('demands', 'updated_at', 'date-created')`,
    );
    // The others say a demand's code themselves.
    await client.query('alter table demands alter column code set default gen_random_uuid()::text');
  } finally {
    await client.end();
  }
}
