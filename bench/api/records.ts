import pg from 'pg';
import { createDatabase, createPool } from '../../db/client.ts';
import { addRecords } from '../search/rows.ts';

/** Written one by one; the others are copies of these with an id, a code, days and a region of their own. */
const templates = 2_000;
const textLength = 200;

/** Published demands and results, `count` of each: 100,000 take seconds, since PostgreSQL makes the copies. */
export async function addManyRecords(databaseUrl: string, count: number): Promise<void> {
  const written = Math.min(count, templates);
  const pool = createPool(databaseUrl, () => undefined);
  await addRecords(createDatabase(pool), written, textLength);
  await pool.end();
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const table of ['demands', 'results']) await copyRecords(client, table, count - written);
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** The days of publication and of validity move by up to a day either way, so that no two copies tie. */
async function copyRecords(client: pg.Client, table: string, count: number): Promise<void> {
  await client.query(
    `insert into ${table} select filled.*
     from (select row_number() over () as number, to_jsonb(one) as copy, (hashint4(copy_number) % 86400000) * interval '1 ms' as shift
       from ${table} one, generate_series(1, $1::int) copy_number limit $2::int) made,
       jsonb_populate_record(null::${table}, made.copy || jsonb_build_object(
         'id', md5('${table}' || made.number)::uuid, 'code', left('${table}', 1) || 'C' || made.number,
         'published_at', (made.copy->>'published_at')::timestamptz + made.shift,
         'valid_until', (made.copy->>'valid_until')::timestamptz + made.shift)) filled`,
    [Math.ceil(count / templates), count],
  );
}
