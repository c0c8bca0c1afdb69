import { join } from 'node:path';
import { runMigrations as migrateQueues } from 'bullmq';
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
    await migrate(drizzle(client), { migrationsFolder: join(packageRoot(), 'db', 'migrations') });
    await migrateQueues(client);
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
