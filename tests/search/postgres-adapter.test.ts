import { createDatabase, createPool } from '../../db/client.ts';
import { analyse } from '../../src/matching/engine/analysis.ts';
import { createPostgresSearch } from '../../src/search/postgres.ts';
import { createTestDatabase } from '../setup/database.ts';
import { describeSearchIndex } from './contract.ts';

describeSearchIndex('PostgreSQL', async () => {
  const database = await createTestDatabase();
  const pool = createPool(database.url, () => undefined);
  return {
    index: createPostgresSearch(createDatabase(pool), analyse),
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
});
