import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../db/embedded/start.ts';
import type { Peer } from './peer.ts';

/**
 * PostgreSQL's own full-text search: one stored tsvector of title and text, 'english' (stems, stop words), a GIN index, `ts_rank`
 * with its default weights. Any word: the plain query's ANDs become ORs. With memory for the whole collection, and free to use
 * parallel workers, which the others do not have.
 */
export async function createPostgres(): Promise<Peer> {
  const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);
  const settings = { fsync: 'off', shared_buffers: '512MB', work_mem: '64MB', maintenance_work_mem: '256MB' };
  const server = await startEmbeddedPostgres({ dataDir, settings });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('create table documents (id text primary key, terms tsvector not null)');
  return {
    add: async (documents) => {
      await client.query(
        `insert into documents select id, to_tsvector('english', words) from unnest($1::text[], $2::text[]) as added (id, words)`,
        [documents.map(({ id }) => id), documents.map(({ title, text }) => storable(`${title} ${text}`))],
      );
    },
    finish: async () => {
      await client.query('create index on documents using gin (terms)');
      await client.query('vacuum analyze documents');
    },
    search: async (words, limit) => {
      const { rows } = await client.query<{ id: string }>(
        `select id from documents, (select replace(plainto_tsquery('english', $1)::text, ' & ', ' | ')::tsquery) as asked (query)
          where terms @@ query order by ts_rank(terms, query) desc, id limit $2`,
        [storable(words), limit],
      );
      return rows.map(({ id }) => id);
    },
    storageMb: async () => {
      const { rows } = await client.query<{ bytes: string }>(`select pg_total_relation_size('documents') as bytes`);
      return Number(rows[0]?.bytes) / 2 ** 20;
    },
    close: async () => {
      await client.end();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function storable(text: string): string {
  return text.replaceAll('\0', ' ');
}
