import type { Ctx } from '../../core/ctx.ts';
import type { SearchIndex, SearchKind } from '../../core/search-index.ts';
import { portionsOf, readDocumentsOfKind, readVersionsOfKind, searchKinds } from '../sources.ts';
import { indexAllRecords, indexRecords, type RebuildProgress } from './index-changes.ts';

/** Numbers of documents: not in the index, there in another version, there without a public record. */
export interface ParityReport {
  missing: number;
  stale: number;
  extra: number;
  /** Of the missing and stale: those that the engine refuses, so that they stay so. */
  refused: number;
}

/** Runs repairs when nobody else writes to the index. */
export type InTurn = (repair: () => Promise<void>) => Promise<void>;

/**
 * Writes every document anew from the rows, in the index that is searched, then removes what has no row. For an engine
 * that compares versions itself: a change that is indexed meanwhile stays.
 */
export async function rebuildInPlace(
  ctx: Ctx,
  engine: SearchIndex,
  kinds: readonly SearchKind[] = searchKinds,
  onProgress?: (progress: RebuildProgress) => void,
): Promise<ParityReport> {
  await engine.ensureIndexes();
  for (const kind of kinds) await indexAllRecords(ctx, engine, kind, onProgress);
  return await checkIndex(ctx, engine);
}

/** Compares ids and versions in the index with the rows and repairs the difference; says what it found. */
export async function checkIndex(ctx: Ctx, engine: SearchIndex, inTurn: InTurn = directly): Promise<ParityReport> {
  const report = { missing: 0, stale: 0, extra: 0, refused: 0 };
  for (const kind of searchKinds) {
    const { missing, stale, ahead, extra } = await compare(ctx, engine, kind);
    report.missing += missing.length;
    report.stale += stale.length + ahead.length;
    report.extra += extra.length;
    for (const portion of portionsOf([...missing, ...stale, ...ahead, ...extra])) {
      const tooNew = portion.filter((id) => ahead.includes(id));
      await inTurn(async () => {
        if (tooNew.length > 0) await engine.remove(kind, tooNew);
        report.refused += await indexRecords(ctx, engine, kind, portion);
      });
    }
  }
  return report;
}

const directly: InTurn = (repair) => repair();

interface Differences {
  missing: string[];
  stale: string[];
  /** Newer in the index than the row: the database was restored. A newer version would never be replaced. */
  ahead: string[];
  extra: string[];
}

async function compare(ctx: Ctx, engine: SearchIndex, kind: SearchKind): Promise<Differences> {
  // Before the rows: what is newer here than the row read later cannot be a change that came in between.
  const held = await engine.versions(kind);
  const found: Differences = { missing: [], stale: [], ahead: [], extra: [] };
  for await (const page of readVersionsOfKind(ctx, kind)) {
    for (const { id, version } of page) {
      const heldVersion = held.get(id);
      held.delete(id);
      if (heldVersion === undefined) found.missing.push(id);
      else if (heldVersion < version) found.stale.push(id);
      else if (heldVersion > version) found.ahead.push(id);
    }
  }
  // Read again: what was published since its place was passed is no extra.
  found.extra = (await readDocumentsOfKind(ctx, kind, [...held.keys()])).gone;
  return found;
}
