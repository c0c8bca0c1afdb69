import { createDeps } from '../src/deps.ts';
import { checkSearchIndexes } from './check-search-indexes.ts';
import { runProcess } from './process.ts';

// Compares the search indexes with the records and repairs the difference.
await runProcess(async ({ config, log, onClose, end }) => {
  const deps = await createDeps(config, { log });
  onClose({ name: 'deps', close: deps.close });
  const reports = await checkSearchIndexes(deps.ctxFor({ kind: 'system', name: 'index-check' }), deps.searchEngines);
  for (const [index, found] of Object.entries(reports)) log.info({ index, ...found }, 'found and repaired');
  for (const engine of Object.values(deps.searchEngines)) {
    if (engine !== null && reports[engine.name] === undefined)
      log.warn({ index: engine.name }, 'the index is not filled yet: the workers do that, or npm run index:rebuild');
  }
  end();
});
