import { indexChanges } from '../../src/search/service.ts';
import { systemCtx, type WorkerDeps } from '../worker-deps.ts';
import { type CursorReader, createCursorReader } from './cursor-reader.ts';

/** Keeps the search index up to date. One process at a time reads; the others learn how far it is. */
export function createSearchIndexReader(deps: WorkerDeps): CursorReader {
  const { db, clock, log } = deps;
  const ctx = systemCtx(deps, 'search-index');
  return createCursorReader({
    name: 'search-index',
    db,
    clock,
    log,
    persist: true,
    apply: (messages) => indexChanges(ctx, messages),
  });
}
