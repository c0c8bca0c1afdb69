import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDatabase, createPool } from '../../db/client.ts';
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
