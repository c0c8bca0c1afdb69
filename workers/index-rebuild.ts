import { parseArgs } from 'node:util';
import { ConfigError } from '../src/config.ts';
import type { SearchKind } from '../src/core/search-index.ts';
import { createDeps } from '../src/deps.ts';
import { isIndexFilled, rebuildInPlace, searchKinds } from '../src/search/service.ts';
import { runProcess } from './process.ts';
import { fillIndex } from './readers/fill-index.ts';
import { rebuildBeside } from './readers/rebuild-index.ts';

// Makes the search indexes anew, after a change of the analysis or the loss of an index; one kind of record with --kind.
await runProcess(async ({ config, log, onClose, end }) => {
  const kinds = kindsAsked();
  const deps = await createDeps(config, { log });
  onClose({ name: 'deps', close: deps.close });
  const ctx = deps.ctxFor({ kind: 'system', name: 'index-rebuild' });
  const { postgres, meilisearch } = deps.searchEngines;
  if (await isIndexFilled(deps.db, postgres)) {
    const found = await rebuildInPlace(ctx, postgres, kinds, (progress) =>
      log.info({ index: postgres.name, ...progress }, 'indexed'),
    );
    log.info({ index: postgres.name, ...found }, 'the search index is rebuilt');
  } else if ((await fillIndex(ctx, postgres)) === null) {
    log.warn({ index: postgres.name }, 'another process is filling this index; nothing done');
  }
  if (meilisearch !== null) {
    const onProgress = (progress: object) => log.info({ index: meilisearch.name, ...progress }, 'indexed');
    const rebuilt = await rebuildBeside(ctx, meilisearch, { kinds, onProgress });
    if (rebuilt === null)
      log.warn({ index: meilisearch.name }, 'another process is rebuilding this index; nothing done');
    else log.info({ index: meilisearch.name, kinds: rebuilt }, 'the search index is rebuilt');
  }
  end();
});

/** @throws ConfigError for anything but a kind */
function kindsAsked(): readonly SearchKind[] {
  const { values } = parseArgs({ options: { kind: { type: 'string' } }, strict: false });
  if (values.kind === undefined) return searchKinds;
  const kind = searchKinds.find((one) => one === values.kind);
  if (kind === undefined) throw new ConfigError(`--kind: ${searchKinds.join(' / ')}`);
  return [kind];
}
