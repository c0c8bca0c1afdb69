import type { Ctx } from '../src/core/ctx.ts';
import type { SearchEngines } from '../src/core/search-index.ts';
import { checkIndex, indexReaderName, isIndexFilled, isIndexOurs, type ParityReport } from '../src/search/service.ts';
import { withLease } from './readers/lease.ts';
import { rebuildBeside } from './readers/rebuild-index.ts';

/**
 * Compares each engine's index with the records and repairs the difference; by engine, what was found. An index that
 * is not filled yet is left to its reader.
 * @throws what kept an engine from being checked, after the others have been
 */
export async function checkSearchIndexes(
  ctx: Ctx,
  { postgres, meilisearch }: SearchEngines,
): Promise<Record<string, ParityReport>> {
  const reports: Record<string, ParityReport> = {};
  // While it is being filled all would be found missing, and written twice.
  if (await isIndexFilled(ctx.db, postgres)) reports[postgres.name] = await checkIndex(ctx, postgres);
  if (meilisearch !== null && (await isIndexFilled(ctx.db, meilisearch))) {
    // Lost or another: its reader would notice with the next change only.
    if (!(await isIndexOurs(ctx.db, meilisearch))) await rebuildBeside(ctx, meilisearch);
    // Only one may write: its versions are compared before a write, not with it.
    const inTurn = (repair: () => Promise<void>) => withLease(ctx.db, indexReaderName(meilisearch), repair);
    reports[meilisearch.name] = await checkIndex(ctx, meilisearch, inTurn);
  }
  for (const [index, { missing, stale, extra, refused }] of Object.entries(reports)) {
    if (missing + stale + extra > 0)
      ctx.log.warn({ index, missing, stale, extra, refused }, 'the search index was not in step with the records');
  }
  return reports;
}
