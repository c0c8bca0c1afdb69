import { createDeps } from '../src/deps.ts';
import { checkSearchIndexes } from './check-search-indexes.ts';
import { runProcess } from './process.ts';

// Compares the search indexes with the records and repairs the difference.
await runProcess(async ({ config, log, onClose, end }) => {
  const deps = await createDeps(config, { log });
  onClose({ name: 'deps', close: deps.close });
  const reports = await checkSearchIndexes(deps.ctxFor({ kind: 'system', name: 'index-check' }), deps.searchEngines);
  for (const [index, found] of Object.entries(reports)) log.info({ index, ...found }, 'found and repaired');
  if (deps.searchEngines.meilisearch !== null && reports[deps.searchEngines.meilisearch.name] === undefined) {
    log.warn({}, 'the index in Meilisearch is not filled yet: the workers do that, or npm run index:rebuild');
  }
  end();
});
