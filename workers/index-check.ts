import { createDeps } from '../src/deps.ts';
import { checkIndex } from '../src/search/service.ts';
import { runProcess } from './process.ts';

// Compares the search index with the records and repairs the difference.
await runProcess(async ({ config, log, onClose, end }) => {
  const deps = await createDeps(config, { log });
  onClose({ name: 'deps', close: deps.close });
  const repaired = await checkIndex(deps.ctxFor({ kind: 'system', name: 'index-check' }));
  log.info(repaired, 'the search index is in step with the records');
  end();
});
