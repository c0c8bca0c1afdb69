import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  url: string;
  /** After all connections are closed. */
  drop(): Promise<void>;
}

/** A database of its own, cloned from the migrated template: as the owner. Outside of vitest with the cluster's URL. */
export async function createTestDatabase(
  template = 'duijie_template',
  clusterUrl = inject('clusterUrl'),
): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asOwner(clusterUrl, `create database ${name} template ${template}`);
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asOwner(clusterUrl, `drop database if exists ${name} with (force)`) };
}

async function asOwner(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
