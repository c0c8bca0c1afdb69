import { sql } from 'drizzle-orm';
import { bigint, customType, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDatabase, createPool } from '../../db/client.ts';
import { insertRows } from '../../db/insert-rows.ts';
import { translatePgError } from '../../src/core/pg-errors.ts';
import { createTestDatabase } from '../setup/database.ts';
import { createProxy } from '../setup/proxy.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let proxy: Awaited<ReturnType<typeof createProxy>>;
let pool: ReturnType<typeof createPool>;

beforeEach(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  proxy = await createProxy(Number(url.port));
  url.port = String(proxy.port);
  pool = createPool(url.href, () => undefined, 200);
});
afterEach(async () => {
  proxy.wake();
  await pool.end();
  await proxy.shut();
  await database.drop();
});

it('a database that stops answering is unavailable to queries and transactions, and its connections are not used again', async () => {
  const db = createDatabase(pool);
  const inTransaction = () => db.transaction(async (tx) => await tx.execute(sql`select 1 as one`));
  const query = () => db.execute(sql`select 1 as one`);
  await Promise.all([query(), inTransaction()]);
  proxy.silence();
  for (const ask of [query, inTransaction]) {
    const error: unknown = await ask().then(
      () => null,
      (thrown: unknown) => translatePgError(thrown),
    );
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
  }
  expect(pool.totalCount).toBe(0);
  proxy.wake();
  for (const ask of [query, inTransaction]) expect((await ask()).rows).toEqual([{ one: 1 }]);
});

it('many rows are inserted as the query builder inserts them, whatever they are made of', async () => {
  const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
  const things = pgTable('things', {
    id: integer('id').notNull(),
    ref: uuid('ref'),
    name: text('name'),
    names: text('names').array(),
    amount: bigint('amount_cny', { mode: 'number' }),
    at: timestamp('at', { withTimezone: true }),
    facts: jsonb('facts'),
    bytes: bytea('bytes'),
    status: text('status').notNull().default('new'),
    made: integer('made').notNull().default(sql`7`),
  });
  const rows = [
    { id: 1 },
    {
      id: 2,
      ref: '0198c0de-0000-7000-8000-000000000001',
      name: '"引号\\ \n\t\'；{},"',
      names: ['一', 'b,"c"', '{}', ''],
      amount: 9_007_199_254_740_991,
      at: new Date('2026-11-22T01:02:03.456Z'),
      facts: { list: [1.5, null, { 深: 'x' }] },
      bytes: Buffer.from([0, 255, 92]),
      status: 'old',
    },
    { id: 3, name: null, names: [], facts: 'text', status: undefined },
    { id: 4, facts: ['a'], name: '长'.repeat(40_000) },
    ...[5, 6, 7, 8].map((id) => ({ id, amount: -id })),
  ];
  const db = createDatabase(pool);
  await db.transaction(async (tx) => {
    await tx.execute(sql`create temp table things (id int not null, ref uuid, name text, names text[], amount_cny bigint,
      at timestamptz, facts jsonb, bytes bytea, status text not null default 'new', made int not null default 7) on commit drop`);
    await tx.insert(things).values(rows);
    const wanted = await tx.select().from(things).orderBy(things.id);
    await tx.delete(things);
    await insertRows(tx, things, rows);
    expect(await tx.select().from(things).orderBy(things.id)).toEqual(wanted);
    await insertRows(tx, things, rows.slice(0, 0));
    await expect(insertRows(tx, things, [{ id: 9, made: 1 }, ...rows])).rejects.toThrow('things.made');
  });
});
