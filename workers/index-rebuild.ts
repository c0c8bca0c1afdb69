import { createDeps } from '../src/deps.ts';
import { rebuildIndex } from '../src/search/service.ts';
import { runProcess } from './process.ts';

// Writes every document of the search index anew, after a change of the analysis or the loss of the index.
await runProcess(async ({ config, log, onClose, end }) => {
  const deps = await createDeps(config, { log });
  onClose({ name: 'deps', close: deps.close });
  const ctx = deps.ctxFor({ kind: 'system', name: 'index-rebuild' });
  const repaired = await rebuildIndex(ctx, (progress) => log.info(progress, 'indexed'));
  log.info(repaired, 'the search index is rebuilt');
  end();
});
