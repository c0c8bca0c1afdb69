import { describeSearchIndex } from './contract.ts';
import { meilisearchUnderTest } from './meilisearch.ts';

describeSearchIndex('Meilisearch', async () => {
  const server = await meilisearchUnderTest();
  return { index: server.index, close: server.close };
});
