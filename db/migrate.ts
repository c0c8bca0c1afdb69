import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMigrations as migrateQueues } from 'bullmq';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { applicationRole } from './client.ts';
import { packageRoot } from './package-root.ts';
import { seedVocabularies } from './seed/vocabularies.ts';

/** Spells DUIJ: several processes may start at once, one migrates. */
const migrationLock = 0x4455494a;

/**
 * Brings our schema, the job queue's and the vocabularies up to date, as the role in the URL, which must own the
 * database or be allowed to create roles in its cluster. Safe to run from many processes at once.
 */
export async function migrateDatabase(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await migrate(drizzle(client), { migrationsFolder: migrationsFolder() });
    await migrateQueues(client);
    await keepPlacesInQueues(client);
    // The queue makes a sequence for each new queue, hence CREATE; in its own schema only.
    await client.query(`
      grant usage, create on schema bullmq to ${applicationRole};
      grant select, insert, update, delete on all tables in schema bullmq to ${applicationRole};
      grant usage, select on all sequences in schema bullmq to ${applicationRole};
      grant execute on all functions in schema bullmq to ${applicationRole};`);
    await seedVocabularies(client);
  } finally {
    await client.end();
  }
}

/**
 * The library puts a job that a dead process had in hand behind all that wait, and counts that it has: in that statement
 * the job keeps the place that it had. Afterwards would be too late, if the process that noticed died as well. Made
 * once: a trigger that is made again waits for whoever uses the table, and they for it.
 */
async function keepPlacesInQueues(client: pg.Client): Promise<void> {
  await client.query(`
    create or replace function bullmq.duijie_keep_place() returns trigger language plpgsql as $$
    begin
      new.seq := old.seq;
      return new;
    end $$;
    do $$ begin
      if not exists (select from pg_trigger where tgrelid = 'bullmq.job'::regclass and tgname = 'duijie_keeps_place') then
        create trigger duijie_keeps_place before update of seq on bullmq.job
        for each row when (new.stalled_count > old.stalled_count) execute function bullmq.duijie_keep_place();
      end if;
    end $$;`);
}

function migrationsFolder(): string {
  return join(packageRoot(), 'db', 'migrations');
}

export interface AppliedMigration {
  /** SHA-256 of its SQL, hexadecimal. */
  hash: string;
}

/** Those that this version of the program has, oldest first. */
export async function knownMigrations(): Promise<AppliedMigration[]> {
  return readMigrationFiles({ migrationsFolder: migrationsFolder() }).map(({ hash }) => ({ hash }));
}

/** Those that a database has had, oldest first; none of one that was never set up. */
export async function appliedMigrations(client: pg.Client): Promise<AppliedMigration[]> {
  const { rows } = await client.query<{ known: boolean }>(
    "select to_regclass('drizzle.__drizzle_migrations') is not null as known",
  );
  if (!rows[0]?.known) return [];
  const applied = await client.query<AppliedMigration>(
    'select hash from drizzle.__drizzle_migrations order by created_at',
  );
  return applied.rows;
}

/** Applies the first `count` migrations and nothing else: a database as an earlier version of the program left it. */
export async function migrateUpTo(databaseUrl: string, count: number): Promise<void> {
  const all = migrationsFolder();
  const some = await mkdtemp(join(tmpdir(), 'duijie-migrations-'));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const journal = JSON.parse(await readFile(join(all, 'meta', '_journal.json'), 'utf8')) as {
      entries: { tag: string }[];
    };
    const entries = journal.entries.slice(0, count);
    await mkdir(join(some, 'meta'));
    await writeFile(join(some, 'meta', '_journal.json'), JSON.stringify({ ...journal, entries }));
    for (const { tag } of entries) await copyFile(join(all, `${tag}.sql`), join(some, `${tag}.sql`));
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await migrate(drizzle(client), { migrationsFolder: some });
  } finally {
    await client.end();
    await rm(some, { recursive: true, force: true });
  }
}
