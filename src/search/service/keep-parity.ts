import type { Ctx } from '../../core/ctx.ts';
import { demandSource, portionsOf, readDocuments, resultSource, type Source } from '../sources.ts';

/** Numbers of documents: not in the index, there in another version, there without a public record. */
export interface ParityReport {
  missing: number;
  stale: number;
  extra: number;
}

export interface RebuildProgress {
  kind: 'demand' | 'result';
  done: number;
  total: number;
}

/**
 * Writes every document anew from the rows, then removes what has none. The index can be searched meanwhile, and a
 * change that is indexed meanwhile stays: an older version never replaces a newer one.
 */
export async function rebuildIndex(ctx: Ctx, onProgress?: (progress: RebuildProgress) => void): Promise<ParityReport> {
  await ctx.searchIndex.ensureIndexes();
  await rebuildKind(ctx, demandSource, onProgress);
  await rebuildKind(ctx, resultSource, onProgress);
  return await checkIndex(ctx);
}

/** Compares ids and versions in the index with the rows and repairs the difference; says what it found. */
export async function checkIndex(ctx: Ctx): Promise<ParityReport> {
  const demands = await checkKind(ctx, demandSource);
  const results = await checkKind(ctx, resultSource);
  return {
    missing: demands.missing + results.missing,
    stale: demands.stale + results.stale,
    extra: demands.extra + results.extra,
  };
}

async function rebuildKind<Row extends { id: string }, View>(
  ctx: Ctx,
  source: Source<Row, View>,
  onProgress: ((progress: RebuildProgress) => void) | undefined,
): Promise<void> {
  const ids = await source.listIds(ctx.db);
  let done = 0;
  for (const portion of portionsOf(ids)) {
    const { documents } = await readDocuments(ctx, source, portion);
    if (documents.length > 0) await ctx.searchIndex.upsert(documents);
    done += portion.length;
    onProgress?.({ kind: source.kind, done, total: ids.length });
  }
}

async function checkKind<Row extends { id: string }, View>(ctx: Ctx, source: Source<Row, View>): Promise<ParityReport> {
  const held = await ctx.searchIndex.versions(source.kind);
  const report = { missing: 0, stale: 0, extra: 0 };
  const wanted = new Set<string>();
  for (const portion of portionsOf(await source.listIds(ctx.db))) {
    const { documents } = await readDocuments(ctx, source, portion);
    for (const { id } of documents) wanted.add(id);
    const missing = documents.filter(({ id }) => !held.has(id));
    const stale = documents.filter(({ id, version }) => held.has(id) && held.get(id) !== version);
    report.missing += missing.length;
    report.stale += stale.length;
    if (missing.length + stale.length > 0) await ctx.searchIndex.upsert([...missing, ...stale]);
  }
  // Read again: what was published since the ids were listed is no extra.
  const { gone } = await readDocuments(
    ctx,
    source,
    [...held.keys()].filter((id) => !wanted.has(id)),
  );
  report.extra = gone.length;
  for (const portion of portionsOf(gone)) await ctx.searchIndex.remove(source.kind, portion);
  return report;
}
