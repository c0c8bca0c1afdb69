import { expect, it } from 'vitest';
import { createDatabase, createPool } from '../../db/client.ts';
import { analyse } from '../../src/matching/engine/analysis.ts';
import { createPostgresSearch } from '../../src/search/postgres.ts';
import { indexReaderName } from '../../src/search/service.ts';
import { addCursor, beginning } from '../../workers/readers/store.ts';
import { createTestDatabase } from '../setup/database.ts';
import { describeSearchIndex } from './contract.ts';
import { documentWith } from './samples.ts';

describeSearchIndex('PostgreSQL', async () => {
  const database = await createTestDatabase();
  const pool = createPool(database.url, () => undefined);
  const index = createPostgresSearch(createDatabase(pool), analyse);
  await addCursor(createDatabase(pool), indexReaderName(index), beginning, new Date());
  return {
    index,
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
});

it('PostgreSQL names the documents that it cannot keep, and takes the rest', async () => {
  const database = await createTestDatabase();
  const pool = createPool(database.url, () => undefined);
  const index = createPostgresSearch(createDatabase(pool), analyse);
  const good = [1, 2, 3].map((at) => documentWith({ title: `高纯铟 ${at}` }));
  const unfit = documentWith({ title: '过新', version: 2 ** 31 });
  await expect(index.upsert([...good, unfit])).rejects.toMatchObject({
    rejected: [{ kind: 'demand', id: unfit.id, reason: 'SQLSTATE 22003' }],
  });
  expect([...(await index.versions('demand')).keys()].sort()).toEqual(good.map(({ id }) => id).sort());
  await pool.end();
  await database.drop();
});
