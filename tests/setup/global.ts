import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../db/embedded/start.ts';
import { migrateDatabase } from '../../db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The test cluster's URL; its database `duijie_template` is migrated and cloned for each test file. */
    clusterUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startTestCluster();
  project.provide('clusterUrl', url);
  return stop;
}

/** One PostgreSQL for the run, with one migrated template database. */
export async function startTestCluster(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = join(tmpdir(), `duijie-test-${randomUUID()}`);
  // What a failed test leaves open would hold up the readers of all others for the rest of the run.
  const settings = { fsync: 'off', max_connections: '200', idle_in_transaction_session_timeout: '60s' };
  const cluster = await startEmbeddedPostgres({ dataDir, settings });
  const admin = new pg.Client({ connectionString: cluster.url });
  await admin.connect();
  await admin.query('create database duijie_template');
  await admin.end();
  const template = new URL(cluster.url);
  template.pathname = '/duijie_template';
  await migrateDatabase(template.href);
  return {
    url: cluster.url,
    async stop() {
      await cluster.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
