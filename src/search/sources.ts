import type { Ctx } from '../core/ctx.ts';
import type { SearchDocument, SearchKind } from '../core/search-index.ts';
import type { Db } from '../core/transaction.ts';
import {
  type DemandRow,
  getDemandRows,
  isDemandPublic,
  listDemandIdsOf,
  readMatchableDemands,
  toPublicDemandViews,
} from '../demands/service.ts';
import type { PublicDemandView } from '../demands/views.ts';
import type { MatchableRecord, PublicFacts } from '../records/service.ts';
import {
  getResultRows,
  isResultPublic,
  listResultIdsOf,
  type ResultRow,
  readMatchableResults,
  toPublicResultViews,
} from '../results/service.ts';
import type { PublicResultView } from '../results/views.ts';
import { demandDocument, resultDocument } from './documents.ts';

/** What every search needs of a row. */
export type SourceRow = PublicFacts & { id: string };

/** Where the documents of one kind come from, and what is shown for them. */
export interface Source<Row extends SourceRow, View> {
  kind: SearchKind;
  getRows(db: Db, ids: readonly string[]): Promise<Row[]>;
  /** All that may be public, page by page; `isPublic` judges each. */
  readAll(db: Db): AsyncGenerator<MatchableRecord[]>;
  listIdsOf(db: Db, organizationId: string): Promise<string[]>;
  isPublic(row: PublicFacts, now: Date): boolean;
  toDocument(row: Row): SearchDocument;
  toViews(rows: readonly Row[]): View[];
}

export const demandSource: Source<DemandRow, PublicDemandView> = {
  kind: 'demand',
  getRows: getDemandRows,
  readAll: readMatchableDemands,
  listIdsOf: listDemandIdsOf,
  isPublic: isDemandPublic,
  toDocument: demandDocument,
  toViews: toPublicDemandViews,
};

export const resultSource: Source<ResultRow, PublicResultView> = {
  kind: 'result',
  getRows: getResultRows,
  readAll: readMatchableResults,
  listIdsOf: listResultIdsOf,
  isPublic: isResultPublic,
  toDocument: resultDocument,
  toViews: toPublicResultViews,
};

export const searchKinds: readonly SearchKind[] = ['demand', 'result'];

/** All of a kind that may be public. */
export async function listIdsOfKind(ctx: Ctx, kind: SearchKind): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of sourceOf(kind).readAll(ctx.db)) for (const { id } of page) ids.push(id);
  return ids;
}

/** What an index should have: all of a kind that the public may read now, page by page. */
export async function* readVersionsOfKind(
  ctx: Ctx,
  kind: SearchKind,
): AsyncGenerator<{ id: string; version: number }[]> {
  const { readAll, isPublic } = sourceOf(kind);
  const now = ctx.clock.now();
  for await (const page of readAll(ctx.db)) {
    yield page.filter((row) => isPublic(row, now)).map(({ id, contentVersion }) => ({ id, version: contentVersion }));
  }
}

/** What lists of records show and judge them by. */
export type SearchedRecord = Pick<DemandRow | ResultRow, 'id' | 'code' | 'title' | 'homeMarketId'>;

export async function getRecordsOfKind(db: Db, kind: SearchKind, ids: readonly string[]): Promise<SearchedRecord[]> {
  if (ids.length === 0) return [];
  return await sourceOf(kind).getRows(db, ids);
}

function sourceOf(kind: SearchKind) {
  return kind === 'demand' ? demandSource : resultSource;
}

export async function readDocumentsOfKind(
  ctx: Ctx,
  kind: SearchKind,
  ids: readonly string[],
): Promise<{ documents: SearchDocument[]; gone: string[] }> {
  return kind === 'demand' ? await readDocuments(ctx, demandSource, ids) : await readDocuments(ctx, resultSource, ids);
}

/** A portion of these is a segment of its own in PostgreSQL. */
const documentsPerPortion = 1_000;
/** Whole rows taken from PostgreSQL at once: whoever else waits for the process is served in between. */
const rowsPerRead = 50;

/** In portions that are indexed at a time. */
export function portionsOf(ids: readonly string[], most: number = documentsPerPortion): string[][] {
  return Array.from({ length: Math.ceil(ids.length / most) }, (_, at) => ids.slice(at * most, (at + 1) * most));
}

/** The documents of those ids that the public may read now, and the ids of the others. */
async function readDocuments<Row extends SourceRow, View>(
  ctx: Ctx,
  source: Source<Row, View>,
  ids: readonly string[],
): Promise<{ documents: SearchDocument[]; gone: string[] }> {
  const now = ctx.clock.now();
  const documents: SearchDocument[] = [];
  for (const portion of portionsOf(ids, rowsPerRead)) {
    const rows = await source.getRows(ctx.db, portion);
    for (const row of rows) if (source.isPublic(row, now)) documents.push(source.toDocument(row));
  }
  const kept = new Set(documents.map(({ id }) => id));
  return { documents, gone: ids.filter((id) => !kept.has(id)) };
}
